"""Booking, cancelling and looking up, as a buyer does it."""

import pytest

from fullhouse.actions import booking, cancellation
from fullhouse.actions.deps import Deps
from fullhouse.rules.booking import Booked, Cancelled, CancelRequest, Refused
from fullhouse.rules.refusals import BookingNotFound, EventNotFound, NotEnoughSeats, ValidationFailed
from tests.cast import assert_clean, book, key, new_event, running_deps

NOWHERE = "0196a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b"


async def test_a_booking_is_found_as_it_was_answered(deps: Deps, conninfo: str) -> None:
    event = await new_event(deps)
    outcome = await book(deps, event.id, 3)
    assert isinstance(outcome, Booked)
    assert await booking.find(deps, outcome.booking.id) == outcome.booking
    await assert_clean(conninfo)


async def test_a_cancelled_booking_gives_its_places_to_the_next(deps: Deps, conninfo: str) -> None:
    event = await new_event(deps, total_seats=3)
    first = await book(deps, event.id, 3)
    assert isinstance(first, Booked)
    assert await book(deps, event.id, 1) == Refused(NotEnoughSeats("The event is sold out.", available_seats=0))
    cancelled = await cancellation.cancel(deps, CancelRequest("", first.booking.id))
    assert isinstance(cancelled, Cancelled)
    assert await cancellation.cancel(deps, CancelRequest("", first.booking.id)) == cancelled
    assert await booking.find(deps, first.booking.id) == cancelled.booking
    assert isinstance(await book(deps, event.id, 3), Booked)
    await assert_clean(conninfo)


async def test_no_booking_takes_more_than_the_house_allows(conninfo: str) -> None:
    async with running_deps(conninfo, num_seats_max=4) as deps:
        event = await new_event(deps)
        assert isinstance(await book(deps, event.id, 4), Booked)
        with pytest.raises(ValidationFailed, match="At most 4") as refused:
            await book(deps, event.id, 5)
    assert refused.value.facts == {"field": "num_seats", "maximum": 4}


async def test_a_key_brings_back_the_same_booking_and_the_same_cancellation(deps: Deps) -> None:
    event = await new_event(deps)
    first = await book(deps, event.id, 2, key("book"))
    assert isinstance(first, Booked)
    assert await book(deps, event.id, 2, key("book")) == first._replace(replayed=True)
    cancelled = await cancellation.cancel(deps, CancelRequest("", first.booking.id, key("cancel")))
    assert await cancellation.cancel(deps, CancelRequest("", first.booking.id, key("cancel"))) == cancelled._replace(
        replayed=True
    )


async def test_what_is_not_there_is_not_found(deps: Deps) -> None:
    assert await book(deps, NOWHERE) == Refused(EventNotFound("There is no such event."))
    with pytest.raises(BookingNotFound):
        await booking.find(deps, NOWHERE)
    with pytest.raises(BookingNotFound):
        await cancellation.cancel(deps, CancelRequest("", NOWHERE))
