"""One batch, one transaction: what it asks, decides and writes, in how many statements."""

import pytest

from fullhouse.rules.booking import BookRequest, Cancelled, CancelRequest, Request
from fullhouse.rules.refusals import BookingNotFound, EventNotFound, EventOver, IdempotencyKeyReused, NotEnoughSeats
from tests.cast import assert_clean, book, key, new_event, running_deps
from tests.engine.stage import QUICK, booked, bookings, refusal, rows, settled, taken
from tests.engine.wire import Wire

MANY_EVENTS = """
    WITH e AS (
        INSERT INTO events SELECT gen_random_uuid(), organizer_id, name, venue, starts_at, created_at
        FROM events, generate_series(1, %s) WHERE id = %s
        RETURNING id, starts_at
    ), h AS (INSERT INTO houses (event_id, bookings_made, capacity, taken) SELECT id, 1, 10, 1 FROM e),
    o AS (INSERT INTO ticket_types (event_id, id, name, price_minor, created_at) SELECT id, id, 'Any', 0, now() FROM e),
    b AS (INSERT INTO bookings (event_id, number, id, places, status, created_at)
          SELECT id, 1, id, 1, 'confirmed', now() FROM e),
    t AS (INSERT INTO tickets SELECT id, 1, 1, id, id, 'valid' FROM e)
    SELECT id::text FROM e
"""
"""Events like a given one, each with one booking that has its id."""


@pytest.mark.parametrize("size", [1, 7, 60])
async def test_a_batch_has_as_many_statements_whatever_its_size(wire: Wire, size: int) -> None:
    async with running_deps(wire.conninfo, **QUICK, hot_line_length=1_000) as deps:
        events = [await new_event(deps) for _ in range(min(size, 5))]
        ids = [events[n % len(events)].id for n in range(size)]
        made = [booked(await book(deps, event_id)) for event_id in ids]
        wire.batches.clear()
        keyed = [BookRequest(event_id, 1, key(f"book {n}")) for n, event_id in enumerate(ids)]
        cancelling = [CancelRequest(booking.event_id, booking.id, key(booking.id)) for booking in made]
        requests: list[Request] = [*keyed, *cancelling]
        outcomes = await settled(deps.engine.submit(request) for request in requests)
    assert [type(outcome).__name__ for outcome in outcomes] == ["Booked"] * size + ["Cancelled"] * size
    # Lock, load bookings, recall keys; remember keys, cancel, history, insert.
    assert [batch.count("E") for batch in wire.batches] == [7]
    await assert_clean(wire.conninfo)


async def test_a_lone_booking_costs_two_statements_once_the_offer_is_known_and_nothing_is_prepared_twice(
    wire: Wire,
) -> None:
    async with running_deps(wire.conninfo, **QUICK) as deps:
        event = await new_event(deps)
        for _ in range(2):
            booked(await book(deps, event.id))
    assert [(batch.count("E"), batch.count("P")) for batch in wire.batches] == [(4, 4), (2, 0)]


async def test_who_came_first_is_served_first_and_a_smaller_one_behind_may_still_fit(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK) as deps:
        event = await new_event(deps, total_seats=10)
        outcomes = await settled(book(deps, event.id, places) for places in (3, 3, 3, 3, 3, 1, 1))
    assert [booked(outcome).number for outcome in (*outcomes[:3], outcomes[5])] == [1, 2, 3, 4]
    left = [refusal(outcomes[n]).facts for n in (3, 4, 6)]
    assert left == [{"available_seats": 1}, {"available_seats": 1}, {"available_seats": 0}]
    assert await taken(conninfo, event.id) == 10


async def test_one_refusal_never_fails_the_batch(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK) as deps:
        event, over = await new_event(deps, total_seats=4), await new_event(deps)
        await rows(conninfo, "UPDATE events SET starts_at = now() WHERE id = %s RETURNING id", over.id)
        mine = booked(await book(deps, event.id))
        requests: list[Request] = [
            BookRequest(event.id, 9),
            BookRequest(mine.id, 1),
            BookRequest(over.id, 1),
            CancelRequest(event.id, over.id),
            CancelRequest(over.id, mine.id),
            BookRequest(event.id, 3),
        ]
        outcomes = await settled(deps.engine.submit(request) for request in requests)
    kinds = [NotEnoughSeats, EventNotFound, EventOver, BookingNotFound, BookingNotFound]
    assert [type(refusal(outcome)) for outcome in outcomes[:5]] == kinds
    assert set(await bookings(conninfo)) == {mine.id, booked(outcomes[5]).id}
    await assert_clean(conninfo)


async def test_places_given_back_can_be_had_by_the_next_in_the_same_batch(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK) as deps:
        event = await new_event(deps, total_seats=4)
        mine = booked(await book(deps, event.id, 4))
        requests: list[Request] = [
            CancelRequest(event.id, mine.id),
            BookRequest(event.id, 4),
            CancelRequest(event.id, mine.id),
            BookRequest(event.id, 1),
        ]
        first, second, third, fourth = await settled(deps.engine.submit(request) for request in requests)
    assert isinstance(first, Cancelled)
    assert first == third, "cancelling again gives the same answer"
    assert (await bookings(conninfo)) == {mine.id: first.booking, booked(second).id: booked(second)}
    assert type(refusal(fourth)) is NotEnoughSeats
    await assert_clean(conninfo)


async def test_the_same_key_in_a_batch_is_decided_once(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK) as deps:
        event = await new_event(deps)
        outcomes = await settled(book(deps, event.id, 2, key("mine", asked)) for asked in ("two", "two", "three"))
        later = await book(deps, event.id, 2, key("mine", "two"))
    first = booked(outcomes[0])
    assert outcomes[1] == later == outcomes[0]._replace(replayed=True)  # type: ignore[union-attr] # a booking
    assert type(refusal(outcomes[2])) is IdempotencyKeyReused
    assert await bookings(conninfo) == {first.id: first}


async def test_a_batch_has_one_moment(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK) as deps:
        events = [await new_event(deps) for _ in range(3)]
        outcomes = await settled(book(deps, event.id) for event in events for _ in range(3))
    assert len({booked(outcome).created_at for outcome in outcomes}) == 1
    assert len({booked(outcome).id for outcome in outcomes}) == 9


async def test_the_largest_batch_passes_though_it_is_larger_than_the_sockets_hold(conninfo: str) -> None:
    count = 10_000
    async with running_deps(conninfo, batch_size_max=count, batch_retries_max=0, batch_seconds_max=20) as deps:
        first = await new_event(deps)
        (ids,) = zip(*await rows(conninfo, MANY_EVENTS, count, first.id), strict=True)
        outcomes = await settled(deps.engine.submit(CancelRequest(event_id, event_id)) for event_id in ids)
    assert {type(outcome) for outcome in outcomes} == {Cancelled}
    await assert_clean(conninfo)
