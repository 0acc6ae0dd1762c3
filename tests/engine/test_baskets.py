"""Baskets in batches: what they cost in statements, and the offers and pools that they are decided by."""

import pytest

from fullhouse.rules.booking import CancelRequest, Confirmed, ConfirmRequest, ExpireRequest, Request
from fullhouse.rules.refusals import (
    EventCancelled,
    HoldExpired,
    NotEnoughSeats,
    NotOnSale,
    TicketTypeNotFound,
    TicketTypesRequired,
)
from tests.cast import assert_clean, basket, book, key, new_event, running_deps
from tests.engine.stage import QUICK, booked, bookings, confirmed, lanes, refusal, rows, settled, taken, tickets
from tests.engine.wire import Wire
from tests.offers import add_fee, add_pool, add_ticket_type, change, change_event, let_run_out


@pytest.mark.parametrize("size", [1, 7, 40])
async def test_a_batch_of_baskets_has_as_many_statements_whatever_its_size(wire: Wire, size: int) -> None:
    async with running_deps(wire.conninfo, **QUICK, hot_line_length=1_000, batch_size_max=1_000) as deps:
        types: dict[str, tuple[str, str]] = {}
        for _ in range(min(size, 4)):
            event = await new_event(deps, 1_000)
            types[event.id] = (await add_ticket_type(wire.conninfo, event.id, 2_500), await _free(wire, event.id))
            await add_pool(wire.conninfo, event.id, 1_000, *types[event.id])
        events = list(types) * size
        lines = [[(type_id, 2) for type_id in types[event_id]] for event_id in events[:size]]
        wishes = [basket(events[n], *lines[n]) for n in range(size)]
        held = [booked(one) for one in await settled(deps.engine.submit(wish) for wish in wishes * 3)]
        for one in held[:size]:
            await let_run_out(wire.conninfo, one.event_id, one.id)
        wire.batches.clear()
        requests: list[Request] = [wish._replace(key=key(f"wish {n}")) for n, wish in enumerate(wishes)]
        requests += [ConfirmRequest(one.event_id, one.id, "cash", key(one.id)) for one in held[size : 2 * size]]
        requests += [CancelRequest(one.event_id, one.id, key(one.id)) for one in held[2 * size :]]
        outcomes = await settled(deps.engine.submit(request) for request in requests)
    kinds = [type(outcome).__name__ for outcome in outcomes]
    assert kinds == ["Booked"] * size + ["Confirmed"] * size + ["Cancelled"] * size
    # Lock, load bookings, recall keys, pools, due holds; remember keys, house, tickets, bookings, pools, next expiry,
    # expire, confirm, cancel, history, ledger, payments.
    assert [batch.count("E") for batch in wire.batches] == [17]
    assert {status for (status,) in await rows(wire.conninfo, "SELECT status FROM bookings")} == {
        *("held", "confirmed", "cancelled", "expired")
    }
    await assert_clean(wire.conninfo)


async def _free(wire: Wire, event_id: str) -> str:
    """The ticket type that an event has from the beginning."""
    ((type_id,),) = await rows(
        wire.conninfo, "SELECT id::text FROM ticket_types WHERE event_id = %s AND price_minor = 0", event_id
    )
    return str(type_id)


async def test_a_lone_hold_costs_three_statements_or_five_with_a_pool(wire: Wire) -> None:
    async with running_deps(wire.conninfo, **QUICK) as deps:
        event = await new_event(deps)
        dear = await add_ticket_type(wire.conninfo, event.id, 2_500)
        narrow = await add_ticket_type(wire.conninfo, event.id, 2_500)
        for type_id in (dear, dear, dear):
            booked(await deps.engine.submit(basket(event.id, (type_id, 1))))
        await add_pool(wire.conninfo, event.id, 10, narrow)
        for type_id in (narrow, narrow):
            booked(await deps.engine.submit(basket(event.id, (type_id, 1))))
    # Lock, offer, pools; house, booking, next expiry. Afterwards neither the offer nor the next expiry changes.
    # The first batch with the pool does not know of it, and asks again with the offer.
    assert [batch.count("E") for batch in wire.batches] == [6, 3, 3, 6, 5]
    await assert_clean(wire.conninfo)


async def test_an_offer_that_another_process_changed_counts_from_the_next_batch_on(wire: Wire) -> None:
    conninfo = wire.conninfo
    async with running_deps(conninfo, **QUICK) as deps:
        event = await new_event(deps)
        dear = await add_ticket_type(conninfo, event.id, 2_500)
        first = booked(await deps.engine.submit(basket(event.id, (dear, 1))))
        await add_fee(conninfo, event.id, "fixed", 150, "booking")
        second = booked(await deps.engine.submit(basket(event.id, (dear, 1))))
        await add_pool(conninfo, event.id, 1, dear)
        booked(await deps.engine.submit(basket(event.id, (dear, 1))))
        assert type(refusal(await deps.engine.submit(basket(event.id, (dear, 1))))) is NotEnoughSeats
        await change_event(conninfo, event.id, sales_until="2020-01-01")
        assert type(refusal(await deps.engine.submit(basket(event.id, (dear, 1))))) is NotOnSale
        await change_event(conninfo, event.id, state="cancelled")
        assert type(refusal(await deps.engine.submit(basket(event.id, (dear, 1))))) is EventCancelled
    prices = [booking.price.total.gross_minor for booking in (first, second) if booking.price]
    assert prices == [2_500, 2_650], "what was agreed stays agreed"
    assert (await bookings(conninfo))[first.id] == first
    await assert_clean(conninfo)


async def test_an_offer_is_read_again_only_when_it_was_changed(wire: Wire) -> None:
    async with running_deps(wire.conninfo, **QUICK) as deps:
        event = await new_event(deps)
        for _ in range(3):
            booked(await book(deps, event.id))
            await change(wire.conninfo, "UPDATE ticket_types SET name = 'Seat'")
        await change_event(wire.conninfo, event.id, description="New.")
        for _ in range(2):
            booked(await book(deps, event.id))
    assert [batch.count("E") for batch in wire.batches] == [4, 2, 2, 4, 2]


async def test_seats_by_number_are_sold_only_as_long_as_there_is_nothing_to_choose(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK) as deps:
        event = await new_event(deps)
        booked(await book(deps, event.id))
        other = await add_ticket_type(conninfo, event.id, 0)
        assert type(refusal(await book(deps, event.id))) is TicketTypesRequired
        booked(await deps.engine.submit(basket(event.id, (other, 2))))
        stranger = await new_event(deps)
        assert type(refusal(await deps.engine.submit(basket(stranger.id, (other, 2))))) is TicketTypeNotFound
    assert await taken(conninfo, event.id) == 3
    await assert_clean(conninfo)


async def test_a_process_remembers_so_many_offers_and_sells_all_of_them(wire: Wire) -> None:
    async with running_deps(wire.conninfo, **QUICK, offers_kept_max=2) as deps:
        events = [await new_event(deps) for _ in range(4)]
        memory = lanes(deps)[0]._terms.offers
        for event in events * 2:
            booked(await book(deps, event.id))
            assert len(memory._offers) <= 2
        for outcome in await settled(book(deps, event.id) for event in events):
            booked(outcome)
        wire.batches.clear()
        for event in (*events[:2], events[1]):
            booked(await book(deps, event.id))
    assert wire.batches[-1].count("E") == 2, "what was read last is remembered"
    await assert_clean(wire.conninfo)


async def test_one_ticket_takes_its_places_of_the_house_and_of_every_pool(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK) as deps:
        event = await new_event(deps, total_seats=100)
        family = await add_ticket_type(conninfo, event.id, 6_000, places=4)
        adult = await add_ticket_type(conninfo, event.id, 2_000)
        balcony = await add_pool(conninfo, event.id, 10, family, adult)
        counting = await add_pool(conninfo, event.id, None, family)
        held = booked(await deps.engine.submit(basket(event.id, (family, 2), (adult, 1))))
        refused = refusal(await deps.engine.submit(basket(event.id, (adult, 2), (family, 1))))
        fewer = booked(await deps.engine.submit(basket(event.id, (adult, 2), (family, 1), accept_fewer=True)))
        await deps.engine.submit(ConfirmRequest(event.id, held.id, "cash"))
    assert (held.places, held.drawn) == (9, {balcony: 9, counting: 8})
    possible = [line["possible"] for line in refused.facts["lines"]]  # type: ignore[index, union-attr] # of a list
    assert possible == [1, 0]
    assert (fewer.places, fewer.drawn) == (1, {balcony: 1})
    assert await tickets(conninfo) == {held.id: 3}
    counts = await rows(conninfo, "SELECT id::text, taken FROM pools")
    assert sorted(counts) == sorted([(balcony, 10), (counting, 8)])
    assert await taken(conninfo, event.id) == 10
    await assert_clean(conninfo)


async def test_a_late_confirmation_counts_for_pools_that_nothing_draws_on_any_more(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK) as deps:
        event = await new_event(deps)
        dear = await add_ticket_type(conninfo, event.id, 2_500)
        pool_id = await add_pool(conninfo, event.id, 2, dear)
        held = [booked(await deps.engine.submit(basket(event.id, (dear, 1)))) for _ in range(2)]
        await let_run_out(conninfo, event.id)
        await deps.engine.submit(ExpireRequest(event.id))
        await change(conninfo, "DELETE FROM ticket_type_pools")
        await change(conninfo, "UPDATE pools SET held_back = 1")
        await change_event(conninfo, event.id, description="Without pools.")
        booked(await deps.engine.submit(basket(event.id, (dear, 1))))
        requests = [ConfirmRequest(event.id, one.id, "cash") for one in held]
        first, second = await settled(deps.engine.submit(request) for request in requests)
    assert confirmed(first).drawn == {pool_id: 1}
    assert type(refusal(second)) is HoldExpired
    await assert_clean(conninfo)


async def test_a_late_confirmation_does_not_mind_a_pool_that_is_no_more(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK) as deps:
        event = await new_event(deps)
        dear = await add_ticket_type(conninfo, event.id, 2_500)
        await add_pool(conninfo, event.id, 2, dear)
        held = booked(await deps.engine.submit(basket(event.id, (dear, 1))))
        await let_run_out(conninfo, event.id)
        await deps.engine.submit(ExpireRequest(event.id))
        await change(conninfo, "DELETE FROM ticket_type_pools")
        await change(conninfo, "DELETE FROM pools")
        await change_event(conninfo, event.id, description="Without pools.")
        outcome = await deps.engine.submit(ConfirmRequest(event.id, held.id, "cash"))
    assert isinstance(outcome, Confirmed)
    await assert_clean(conninfo)
