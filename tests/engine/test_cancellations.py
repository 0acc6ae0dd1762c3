"""Tickets given back one by one, and holds that get other lines, on a real database: alone, in one batch, in a rush."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fullhouse.actions.deps import Deps
from fullhouse.rules.booking import (
    Booked,
    Booking,
    Cancelled,
    CancelRequest,
    Changed,
    ChangeRequest,
    Confirmed,
    ConfirmRequest,
    OfBooking,
    Outcome,
    PromoUse,
    Refused,
    Request,
)
from fullhouse.rules.ledger import Account
from fullhouse.rules.offer import Wanted
from fullhouse.rules.refusals import BookingNotHeld, HoldExpired, NotEnoughSeats
from tests.cast import assert_clean, basket, key, running_deps
from tests.engine.priced import let_holds_run_out, new_code, used
from tests.engine.stage import QUICK, booked, bookings, held_up, refusal, rows, settled, taken, tickets, two_offices
from tests.engine.wire import Wire
from tests.offers import add_pool, add_ticket_type, let_run_out
from tests.till import Till, open_till

EACH = 2_600
LEFT_OUT = ("sales", "tax")


def cancel(one: Booking, *numbers: int, **rest: Any) -> CancelRequest:
    return CancelRequest(one.event_id, one.id, tickets=numbers or None, **rest)


def change(one: Booking, *lines: tuple[str, int], **rest: Any) -> ChangeRequest:
    return ChangeRequest(one.event_id, one.id, tuple(Wanted(*line) for line in lines), **rest)


def confirm(one: Booking) -> ConfirmRequest:
    return ConfirmRequest(one.event_id, one.id, "cash")


async def at_once(deps: Deps, *requests: Request) -> list[str]:
    """What becomes of requests that meet in one batch."""
    return [type(one).__name__ for one in await settled(deps.engine.submit(request) for request in requests)]


async def drawn(conninfo: str, pool_id: str) -> int:
    ((count,),) = await rows(conninfo, "SELECT taken FROM pools WHERE id = %s", pool_id)
    return int(count)


async def assert_books(till: Till, one: Booking, **expected: int) -> None:
    """The accounts of a booking are as expected, and nothing in the ledger contradicts itself."""
    found: dict[Account, int] = await till.balances(one)
    # Net and tax of a ticket depend on which one it is, so those who look at a part of a sale leave them out.
    assert {account: minor for account, minor in found.items() if account not in LEFT_OUT} == expected
    assert till.unequal() == []
    await assert_clean(till.conninfo)


async def test_a_ticket_that_is_given_back_is_void_and_its_place_and_money_are_back(deps: Deps, conninfo: str) -> None:
    till = await open_till(deps, conninfo)
    pool_id = await add_pool(conninfo, till.event_id, 10, till.type_id)
    sold = await till.hold(3, "cash")
    outcome = await deps.engine.submit(cancel(sold, 2))
    assert isinstance(outcome, Cancelled)
    assert outcome.booking == (await bookings(conninfo))[sold.id] == await till.now(sold)
    assert (outcome.booking.status, outcome.booking.cancelled_tickets) == ("confirmed", (2,))
    assert (await taken(conninfo, till.event_id), await drawn(conninfo, pool_id)) == (2, 2)
    states = await rows(conninfo, "SELECT state FROM tickets ORDER BY number")
    assert [state for (state,) in states] == ["valid", "cancelled", "valid"]
    await assert_books(till, sold, cash=3 * EACH, buyer=-EACH, fees=-200)


async def test_parts_and_the_whole_of_one_booking_in_one_batch(deps: Deps, conninfo: str) -> None:
    till = await open_till(deps, conninfo)
    sold, other = await till.hold(4, "cash"), await till.hold(4, "cash")
    parts = [cancel(sold, 1), cancel(sold, 3), cancel(sold, 1, 3)]
    whole = [cancel(other, 4), cancel(other), cancel(other, 1)]
    assert await at_once(deps, *parts, *whole) == ["Cancelled"] * 6
    now = await bookings(conninfo)
    assert (now[sold.id].cancelled_tickets, now[sold.id].places) == ((1, 3), 2)
    assert now[other.id].status == "cancelled"
    assert await taken(conninfo, till.event_id) == 2
    assert await tickets(conninfo) == {sold.id: 2}
    await assert_books(till, sold, cash=4 * EACH, buyer=-2 * EACH, fees=-200)
    await assert_books(till, other, cash=4 * EACH, buyer=-4 * EACH)


async def test_what_is_confirmed_and_given_back_in_one_batch_is_both(deps: Deps, conninfo: str) -> None:
    till = await open_till(deps, conninfo)
    held = await till.hold(2)
    assert await at_once(deps, confirm(held), cancel(held, 1)) == ["Confirmed", "Cancelled"]
    assert await tickets(conninfo) == await tickets(conninfo, "cancelled") == {held.id: 1}
    await assert_books(till, held, cash=2 * EACH, buyer=-EACH, fees=-100)


async def test_places_counted_without_lines_are_given_back_one_by_one(deps: Deps, conninfo: str) -> None:
    till = await open_till(deps, conninfo, 5)
    free = await add_ticket_type(conninfo, till.event_id, 0)
    sold = booked(await deps.engine.submit(basket(till.event_id, (free, 5))))
    asked: list[Request] = [cancel(sold, 5, refunding="by_policy"), basket(till.event_id, (free, 1)), cancel(sold, 1)]
    assert await at_once(deps, *asked) == ["Cancelled", "Booked", "Cancelled"]
    assert await taken(conninfo, till.event_id) == 4
    await assert_books(till, sold)


async def test_a_late_payment_and_a_part_given_back_in_one_batch_draw_on_no_pool_that_is_gone(
    deps: Deps, conninfo: str
) -> None:
    till = await open_till(deps, conninfo)
    pool_id = await add_pool(conninfo, till.event_id, 10, till.type_id)
    held = await till.hold(2)
    await let_run_out(conninfo, till.event_id)
    await deps.engine.submit(basket(till.event_id, (till.type_id, 1)))
    await rows(conninfo, "UPDATE pools SET taken = 0 WHERE id = %s RETURNING 1", pool_id)
    await rows(conninfo, "UPDATE bookings SET drawn = NULL WHERE status = 'held' RETURNING 1")
    await rows(conninfo, "DELETE FROM ticket_type_pools RETURNING 1")
    await rows(conninfo, "DELETE FROM pools WHERE id = %s RETURNING 1", pool_id)
    await rows(conninfo, "UPDATE houses SET offer_version = offer_version + 1 RETURNING 1")
    assert await at_once(deps, confirm(held), cancel(held, 1)) == ["Confirmed", "Cancelled"]
    assert (await bookings(conninfo))[held.id].drawn is None
    await assert_clean(conninfo)


async def test_a_hold_that_is_changed_and_paid_in_one_batch_is_sold_as_it_is_then(deps: Deps, conninfo: str) -> None:
    till = await open_till(deps, conninfo)
    stall = await add_ticket_type(conninfo, till.event_id, 1_000)
    pool_id = await add_pool(conninfo, till.event_id, 10, stall)
    held = await till.hold(2)
    assert await at_once(deps, change(held, (stall, 3)), confirm(held)) == ["Changed", "Confirmed"]
    after = await till.now(held)
    assert (after.number, after.expires_at, after.places) == (held.number, held.expires_at, 3)
    assert (await taken(conninfo, till.event_id), await drawn(conninfo, pool_id)) == (3, 3)
    assert await tickets(conninfo) == {held.id: 3}
    await assert_books(till, held, cash=3_300, fees=-300)


async def test_a_hold_that_becomes_free_is_confirmed_and_one_that_can_not_change_stays(
    deps: Deps, conninfo: str
) -> None:
    till = await open_till(deps, conninfo, 4)
    free = await add_ticket_type(conninfo, till.event_id, 0)
    one, other = await till.hold(2), await till.hold(2)
    outcomes = await settled(deps.engine.submit(asked) for asked in (change(one, (free, 3)), change(other, (free, 1))))
    assert isinstance(refusal(outcomes[0]), NotEnoughSeats)
    assert isinstance(outcomes[1], Changed)
    assert await bookings(conninfo) == {one.id: one, other.id: outcomes[1].booking}
    assert (outcomes[1].booking.status, await tickets(conninfo)) == ("confirmed", {other.id: 1})
    await assert_books(till, other)


async def test_a_change_and_what_ends_the_hold_in_one_batch(deps: Deps, conninfo: str) -> None:
    till = await open_till(deps, conninfo)
    one, other = await till.hold(2), await till.hold(2)
    asked: list[Request] = [change(one, (till.type_id, 5)), cancel(one), change(one, (till.type_id, 1))]
    asked += [change(other, (till.type_id, 1), key=key("once")), change(other, (till.type_id, 1), key=key("once"))]
    kinds = await at_once(deps, *asked)
    assert kinds == ["Changed", "Cancelled", "Refused", "Changed", "Changed"]
    assert await taken(conninfo, till.event_id) == 1
    again = await deps.engine.submit(change(other, (till.type_id, 1), key=key("once")))
    assert again == Changed(await till.now(other), replayed=True)
    await assert_clean(conninfo)


async def test_the_code_of_a_ticket_is_given_back_with_it(deps: Deps, conninfo: str) -> None:
    till = await open_till(deps, conninfo)
    code_id = await new_code(deps, till.event_id, tickets_max=3, bookings_max=1)
    wish = basket(till.event_id, (till.type_id, 3), promo_code="SUMMER", paid_by="cash")
    sold = booked(await deps.engine.submit(wish))
    assert await used(conninfo, code_id) == PromoUse(3, 1, 750)
    assert await at_once(deps, cancel(sold, 1), cancel(sold, 3)) == ["Cancelled"] * 2
    assert await used(conninfo, code_id) == PromoUse(1, 1, 250)
    assert await at_once(deps, cancel(sold), wish) == ["Cancelled", "Booked"]
    assert await used(conninfo, code_id) == PromoUse(3, 1, 750)
    await assert_clean(conninfo)


@pytest.mark.parametrize("size", [1, 30])
async def test_a_batch_of_parts_and_changes_has_as_many_statements_whatever_its_size(
    wire: Wire, conninfo: str, size: int
) -> None:
    async with running_deps(wire.conninfo, **QUICK, hot_line_length=1_000, batch_size_max=1_000) as deps:
        till = await open_till(deps, conninfo, 1_000)
        await add_pool(conninfo, till.event_id, 1_000, till.type_id)
        sold = [await till.hold(3, "cash") for _ in range(size)]
        held = [await till.hold(1) for _ in range(size)]
        wire.batches.clear()
        asked = [cancel(one, number) for one in sold for number in (1, 2)]
        kinds = await at_once(deps, *asked, *(change(one, (till.type_id, 2)) for one in held))
    assert kinds == ["Cancelled"] * 2 * size + ["Changed"] * size
    # Lock, load bookings, pools; house, pools, change, cancel, history, ledger.
    assert [batch.count("E") for batch in wire.batches] == [9]
    assert till.unequal() == []
    await assert_clean(conninfo)


# ------------------------------------------------------------------------------------------------ in a rush


async def rush(conninfo: str, event_id: str, offices: tuple[Deps, Deps], asked: list[Any]) -> list[Any]:
    """Let all ask at once, over two engines that both wait for the event."""
    async with held_up(conninfo, event_id):
        answers: list[asyncio.Future[Outcome]] = [
            asyncio.ensure_future(offices[n % 2].engine.submit(request)) for n, request in enumerate(asked)
        ]
    return await settled(answers)


async def test_tickets_that_many_give_back_at_once_go_back_once(conninfo: str) -> None:
    async with two_offices(conninfo, batch_size_max=8) as offices:
        till = await open_till(offices[0], conninfo)
        sold = [await till.hold(4, "cash") for _ in range(3)]
        asked = [cancel(one, *numbers) for one in sold for numbers in ((1,), (2,), (1, 2), (2, 3), (3,), (1, 2, 3)) * 3]
        outcomes = await rush(conninfo, till.event_id, offices, asked)
        assert {type(one) for one in outcomes} == {Cancelled}
        assert await taken(conninfo, till.event_id) == 3
        assert await tickets(conninfo) == {one.id: 1 for one in sold}
        for one in sold:
            assert (await till.now(one)).cancelled_tickets == (1, 2, 3)
            await assert_books(till, one, cash=4 * EACH, buyer=-3 * EACH, fees=-100)


async def test_parts_and_wholes_at_once_leave_nothing_half_given_back(conninfo: str) -> None:
    async with two_offices(conninfo, batch_size_max=4) as offices:
        till = await open_till(offices[0], conninfo, 8)
        sold = [await till.hold(4, "cash") for _ in range(2)]
        asked: list[Any] = []
        for one in sold:
            asked += [cancel(one, 1), cancel(one, 2), cancel(one), cancel(one, 3), cancel(one)]
        asked += [basket(till.event_id, (till.type_id, 1), paid_by="cash") for _ in range(10)]
        outcomes = await rush(conninfo, till.event_id, offices, asked)
        assert sum(isinstance(one, Booked) for one in outcomes) <= 8
        assert {status for one in sold for status in [(await till.now(one)).status]} == {"cancelled"}
        for one in sold:
            await assert_books(till, one, cash=4 * EACH, buyer=-4 * EACH)


@pytest.mark.parametrize("other", ["sale", "confirmation", "cancellation"])
async def test_a_change_of_a_hold_beside_what_others_do_is_whole_or_not_at_all(conninfo: str, other: str) -> None:
    async with two_offices(conninfo, batch_size_max=4) as offices:
        till = await open_till(offices[0], conninfo, 12)
        stall = await add_ticket_type(conninfo, till.event_id, 1_000)
        pool_id = await add_pool(conninfo, till.event_id, 3, stall)
        held = [await till.hold(2) for _ in range(4)]
        beside: list[Request] = []
        for one in held:
            ends: dict[str, Request | OfBooking] = {
                "sale": basket(till.event_id, (stall, 1), paid_by="cash"),
                "confirmation": confirm(one),
                "cancellation": cancel(one),
            }
            beside.append(ends[other])
        asked = [one for pair in zip((change(one, (stall, 1)) for one in held), beside, strict=True) for one in pair]
        outcomes = await rush(conninfo, till.event_id, offices, asked)
        refused = {type(refusal(one)) for one in outcomes if isinstance(one, Refused)}
        assert refused <= {NotEnoughSeats, BookingNotHeld}
        if other == "confirmation":
            assert {type(one) for one in outcomes[1::2]} == {Confirmed}
        assert await drawn(conninfo, pool_id) <= 3
        assert till.unequal() == []
    await assert_clean(conninfo)


async def test_a_change_of_a_hold_beside_its_end_gets_what_is_there_or_nothing(conninfo: str) -> None:
    async with two_offices(conninfo, batch_size_max=4) as offices:
        till = await open_till(offices[0], conninfo, 10)
        held = [await till.hold(2) for _ in range(5)]
        soon = datetime.now(UTC) + timedelta(milliseconds=150)
        await let_run_out(conninfo, till.event_id, expires_at=soon)
        asked: list[Any] = []
        for one in held:
            asked += [change(one, (till.type_id, 1)), basket(till.event_id, (till.type_id, 2), paid_by="cash")]
        early = await settled(offices[n % 2].engine.submit(request) for n, request in enumerate(asked))
        await asyncio.sleep(0.2)
        late = await settled(offices[n % 2].engine.submit(request) for n, request in enumerate(asked))
        for outcome in (*early, *late):
            if isinstance(outcome, Refused):
                assert type(outcome.refusal) in {BookingNotHeld, HoldExpired, NotEnoughSeats}
        assert {type(refusal(one)) for one in late[::2]} == {BookingNotHeld}
        assert {(await till.now(one)).status for one in held} == {"expired"}
        assert await taken(conninfo, till.event_id) <= 10
        await let_holds_run_out(conninfo)
    await assert_clean(conninfo)
