"""Holds: confirmed in time or late, released exactly when they run out, and never in the way of a sale."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from fullhouse.actions import booking as bookings_of
from fullhouse.engine import batch
from fullhouse.rules.booking import BookRequest, CancelRequest, ConfirmRequest, ExpireRequest, Released, Request
from fullhouse.rules.refusals import BookingNotHeld, EventCancelled, HoldExpired, NotEnoughSeats
from tests.cast import assert_clean, basket, book, new_event, running_deps
from tests.engine.stage import QUICK, booked, bookings, confirmed, refusal, rows, settled, taken, tickets, until
from tests.engine.wire import Fault, Wire
from tests.offers import add_holds, add_pool, add_ticket_type, change_event, let_run_out

MANY = 2 * batch.DUE_HOLDS_MAX + 200
"""Holds that take three batches to release."""


def a_second_ago() -> datetime:
    """A moment that is over."""
    return datetime.now(UTC) - timedelta(seconds=1)


async def test_a_hold_that_is_paid_in_time_has_its_tickets(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK, hold_seconds=90) as deps:
        event = await new_event(deps)
        dear = await add_ticket_type(conninfo, event.id, 2_500)
        held = booked(await deps.engine.submit(basket(event.id, (dear, 3))))
        assert (held.status, held.expires_at) == ("held", held.created_at + timedelta(seconds=90))
        assert await tickets(conninfo) == {}
        paid = confirmed(await deps.engine.submit(ConfirmRequest(event.id, held.id, "cash")))
        again = confirmed(await deps.engine.submit(ConfirmRequest(event.id, held.id, "comp")))
    assert paid == again == held._replace(status="confirmed", paid_by="cash")
    assert await bookings(conninfo) == {held.id: paid}
    assert await tickets(conninfo) == {held.id: 3}
    await assert_clean(conninfo)


async def test_a_hold_that_has_run_out_never_blocks_a_sale_though_no_job_has_run(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK) as deps:
        event = await new_event(deps, total_seats=4)
        dear = await add_ticket_type(conninfo, event.id, 2_500)
        await add_pool(conninfo, event.id, 4, dear)
        lost = booked(await deps.engine.submit(basket(event.id, (dear, 4))))
        assert type(refusal(await deps.engine.submit(basket(event.id, (dear, 1))))) is NotEnoughSeats
        await let_run_out(conninfo, event.id)
        new = booked(await deps.engine.submit(basket(event.id, (dear, 4))))
    assert {one.id: one.status for one in (await bookings(conninfo)).values()} == {lost.id: "expired", new.id: "held"}
    assert await taken(conninfo, event.id) == 4
    await assert_clean(conninfo)


async def test_the_job_releases_what_has_run_out_and_nothing_else(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK) as deps:
        events = [await new_event(deps) for _ in range(3)]
        types = [await add_ticket_type(conninfo, event.id, 2_500) for event in events]
        for event, type_id in zip(events, types, strict=True):
            booked(await deps.engine.submit(basket(event.id, (type_id, 2))))
        assert [count async for count in bookings_of.release_due(deps)] == []
        stays = booked(await deps.engine.submit(basket(events[0].id, (types[0], 5))))
        for event in events[:2]:
            ids = [one.id for one in (await bookings(conninfo)).values() if one.places == 2]
            await let_run_out(conninfo, event.id, *ids)
        assert [count async for count in bookings_of.release_due(deps)] == [2]
    assert [await taken(conninfo, event.id) for event in events] == [stays.places, 0, 2]
    await assert_clean(conninfo)


async def test_the_job_releases_more_than_fits_in_a_batch(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK) as deps:
        event = await new_event(deps, MANY)
        await add_holds(conninfo, event.id, MANY, a_second_ago())
        first = await deps.engine.submit(ExpireRequest(event.id))
        assert first == Released(batch.DUE_HOLDS_MAX, is_more=True)
        counts = [count async for count in bookings_of.release_due(deps)]
    assert sum(counts) == MANY - batch.DUE_HOLDS_MAX
    assert await taken(conninfo, event.id) == 0
    await assert_clean(conninfo)


async def test_nobody_is_told_sold_out_while_holds_have_run_out(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK | {"wait_seconds_max": 20}) as deps:
        event = await new_event(deps, MANY)
        free = str((await rows(conninfo, "SELECT id::text FROM ticket_types WHERE event_id = %s", event.id))[0][0])
        await add_holds(conninfo, event.id, MANY, a_second_ago())
        parties: list[Request] = [BookRequest(event.id, 100) for _ in range(MANY // 200)]
        parties += [basket(event.id, (free, 100)) for _ in range(MANY // 200)]
        outcomes = await settled(deps.engine.submit(request) for request in parties)
        assert [booked(outcome).number - MANY for outcome in outcomes] == list(range(1, len(parties) + 1))
        assert type(refusal(await book(deps, event.id))) is NotEnoughSeats
    assert await taken(conninfo, event.id) == MANY
    await assert_clean(conninfo)


async def test_who_is_deferred_is_not_overtaken(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK | {"wait_seconds_max": 20}) as deps:
        event = await new_event(deps, MANY + 10)
        dear = await add_ticket_type(conninfo, event.id, 2_500)
        pool_id = await add_pool(conninfo, event.id, 2, dear)
        late = booked(await deps.engine.submit(basket(event.id, (dear, 1))))
        await let_run_out(conninfo, event.id)
        await deps.engine.submit(ExpireRequest(event.id))
        await add_holds(conninfo, event.id, MANY, a_second_ago())
        # One place of the pool is free, and the other is the last that is released.
        await add_holds(conninfo, event.id, 1, a_second_ago() + timedelta(milliseconds=500), pool_id)
        requests: list[Request] = [
            basket(event.id, (dear, 2)),
            ConfirmRequest(event.id, late.id, "cash"),
            basket(event.id, (dear, 1)),
        ]
        first, *others = await settled(deps.engine.submit(request) for request in requests)
    assert booked(first).places == 2
    assert [type(refusal(outcome)) for outcome in others] == [HoldExpired, NotEnoughSeats]
    await assert_clean(conninfo)


async def test_fewer_are_accepted_only_when_all_that_has_run_out_is_released(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK | {"wait_seconds_max": 20}) as deps:
        event = await new_event(deps, MANY)
        dear = await add_ticket_type(conninfo, event.id, 2_500)
        pool_id = await add_pool(conninfo, event.id, 3, dear)
        await add_holds(conninfo, event.id, MANY - 2, a_second_ago())
        await add_holds(conninfo, event.id, 2, a_second_ago() + timedelta(milliseconds=500), pool_id)
        some = booked(await deps.engine.submit(basket(event.id, (dear, 4), accept_fewer=True)))
    assert some.places == 3
    await assert_clean(conninfo)


async def test_who_asked_before_the_holds_ran_out_is_told_at_once_that_there_is_nothing(wire: Wire) -> None:
    async with running_deps(wire.conninfo, **QUICK | {"batch_seconds_max": 10, "wait_seconds_max": 10}) as deps:
        event = await new_event(deps, MANY + 1)
        expires_at = datetime.now(UTC) + timedelta(seconds=1.5)
        await add_holds(wire.conninfo, event.id, MANY, expires_at)
        wire.strike(Fault.SYNC_HELD)
        first = deps.engine.submit(BookRequest(event.id, 1))
        await wire.struck.wait()
        early = deps.engine.submit(BookRequest(event.id, 2))
        await until(lambda: datetime.now(UTC) > expires_at)
        late = deps.engine.submit(BookRequest(event.id, 100))
        wire.batches.clear()
        wire.released.set()
        outcomes = await settled([first, early, late])
    booked(outcomes[0])
    assert type(refusal(outcomes[1])) is NotEnoughSeats
    booked(outcomes[2])
    assert len(wire.batches) == 1, "both in the batch behind the one that was held up"
    await assert_clean(wire.conninfo)


async def test_who_asked_to_confirm_before_the_hold_ran_out_has_it_though_others_wait_for_its_places(
    wire: Wire,
) -> None:
    async with running_deps(wire.conninfo, **QUICK | {"batch_seconds_max": 10, "wait_seconds_max": 10}) as deps:
        event = await new_event(deps, 2)
        dear = await add_ticket_type(wire.conninfo, event.id, 2_500)
        held = booked(await deps.engine.submit(basket(event.id, (dear, 1))))
        expires_at = datetime.now(UTC) + timedelta(seconds=1)
        await let_run_out(wire.conninfo, event.id, expires_at=expires_at)
        wire.strike(Fault.SYNC_HELD)
        answers = [deps.engine.submit(basket(event.id, (dear, 1)))]
        await wire.struck.wait()
        answers.append(deps.engine.submit(basket(event.id, (dear, 1))))
        answers.append(deps.engine.submit(ConfirmRequest(event.id, held.id, "cash")))
        await until(lambda: datetime.now(UTC) > expires_at)
        answers.append(deps.engine.submit(basket(event.id, (dear, 1))))
        wire.released.set()
        first, early, paid, late = await settled(answers)
    booked(first)
    assert confirmed(paid).id == held.id
    assert [type(refusal(outcome)) for outcome in (early, late)] == [NotEnoughSeats] * 2
    await assert_clean(wire.conninfo)


async def test_a_late_payment_is_accepted_while_its_places_are_free(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK) as deps:
        event = await new_event(deps, total_seats=4)
        dear = await add_ticket_type(conninfo, event.id, 2_500)
        await add_pool(conninfo, event.id, 4, dear)
        held = [booked(await deps.engine.submit(basket(event.id, (dear, 2)))) for _ in range(2)]
        await let_run_out(conninfo, event.id)
        # One in the batch that releases it, one long after.
        confirmed(await deps.engine.submit(ConfirmRequest(event.id, held[0].id, "cash")))
        assert (await bookings(conninfo))[held[1].id].status == "expired"
        confirmed(await deps.engine.submit(ConfirmRequest(event.id, held[1].id, "cash")))
        assert type(refusal(await deps.engine.submit(basket(event.id, (dear, 1))))) is NotEnoughSeats
    assert await tickets(conninfo) == {one.id: 2 for one in held}
    await assert_clean(conninfo)


async def test_a_late_payment_is_refused_when_its_places_are_sold_or_the_event_sells_no_more(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK) as deps:
        event = await new_event(deps, total_seats=4)
        dear = await add_ticket_type(conninfo, event.id, 2_500)
        held = [booked(await deps.engine.submit(basket(event.id, (dear, 2)))) for _ in range(2)]
        await let_run_out(conninfo, event.id)
        booked(await deps.engine.submit(basket(event.id, (dear, 1))))
        requests: list[Request] = [ConfirmRequest(event.id, one.id, "cash") for one in held]
        first, second = await settled(deps.engine.submit(request) for request in requests)
        await deps.engine.submit(CancelRequest(event.id, held[0].id))
        gone = await deps.engine.submit(ConfirmRequest(event.id, held[0].id, "cash"))
        await change_event(conninfo, event.id, state="cancelled")
        over = await deps.engine.submit(ConfirmRequest(event.id, held[1].id, "cash"))
    assert confirmed(first).id == held[0].id
    assert [type(refusal(one)) for one in (second, gone, over)] == [HoldExpired, BookingNotHeld, EventCancelled]
    assert await tickets(conninfo, "cancelled") == {held[0].id: 2}
    assert await tickets(conninfo) == {}
    await assert_clean(conninfo)


async def test_a_late_payment_waits_for_what_has_run_out_as_well(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK | {"wait_seconds_max": 20}) as deps:
        event = await new_event(deps, MANY + 1)
        dear = await add_ticket_type(conninfo, event.id, 2_500)
        pool_id = await add_pool(conninfo, event.id, 1, dear)
        mine = booked(await deps.engine.submit(basket(event.id, (dear, 1))))
        await let_run_out(conninfo, event.id)
        await deps.engine.submit(ExpireRequest(event.id))
        await add_holds(conninfo, event.id, MANY, a_second_ago())
        await add_holds(conninfo, event.id, 1, a_second_ago() + timedelta(milliseconds=500), pool_id)
        confirmed(await deps.engine.submit(ConfirmRequest(event.id, mine.id, "cash")))
    assert await tickets(conninfo) == {mine.id: 1}
    await assert_clean(conninfo)


async def test_a_hold_is_paid_and_cancelled_in_one_batch_and_its_tickets_are_void(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK) as deps:
        event = await new_event(deps)
        dear = await add_ticket_type(conninfo, event.id, 2_500)
        paid, unpaid, late = [booked(await deps.engine.submit(basket(event.id, (dear, 2)))) for _ in range(3)]
        await let_run_out(conninfo, event.id, late.id)
        requests: list[Request] = [
            ConfirmRequest(event.id, paid.id, "cash"),
            ConfirmRequest(event.id, late.id, "cash"),
            *(CancelRequest(event.id, one.id) for one in (paid, unpaid, late)),
        ]
        await settled(deps.engine.submit(request) for request in requests)
    assert {one.status for one in (await bookings(conninfo)).values()} == {"cancelled"}
    assert await tickets(conninfo, "cancelled") == {paid.id: 2, late.id: 2}
    assert await taken(conninfo, event.id) == 0
    await assert_clean(conninfo)


async def test_a_hold_that_has_run_out_may_still_be_cancelled_and_gives_back_once(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK) as deps:
        event = await new_event(deps)
        dear = await add_ticket_type(conninfo, event.id, 2_500)
        at_once, later = [booked(await deps.engine.submit(basket(event.id, (dear, 2)))) for _ in range(2)]
        await let_run_out(conninfo, event.id)
        await deps.engine.submit(CancelRequest(event.id, at_once.id))
        assert await taken(conninfo, event.id) == 0
        await deps.engine.submit(CancelRequest(event.id, later.id))
    assert {one.status for one in (await bookings(conninfo)).values()} == {"cancelled"}
    assert await taken(conninfo, event.id) == 0
    await assert_clean(conninfo)


async def test_an_unknown_event_has_nothing_to_release(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK) as deps:
        event = await new_event(deps)
        unknown = booked(await book(deps, event.id)).id
        assert await deps.engine.submit(ExpireRequest(unknown)) == Released(0, is_more=False)


@pytest.mark.parametrize("fault", [Fault.AFTER_WRITE, Fault.SYNC_LATE, Fault.ANSWER_LOST])
async def test_a_release_that_is_lost_on_the_way_gives_back_once(wire: Wire, fault: Fault) -> None:
    async with running_deps(wire.conninfo, **QUICK) as deps:
        event = await new_event(deps)
        dear = await add_ticket_type(wire.conninfo, event.id, 2_500)
        booked(await deps.engine.submit(basket(event.id, (dear, 2))))
        await let_run_out(wire.conninfo, event.id)
        wire.strike(fault)
        await asyncio.wait_for(deps.engine.submit(ExpireRequest(event.id)), 20)
    assert await taken(wire.conninfo, event.id) == 0
    await assert_clean(wire.conninfo)
