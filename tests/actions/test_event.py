"""Putting events on sale, once, however often and however fast it is asked."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from fullhouse.actions import event
from fullhouse.actions.deps import Deps
from fullhouse.rules.answer import Answered
from fullhouse.rules.event import Availability, Event, EventDraft
from fullhouse.rules.refusals import EventNotFound, IdempotencyKeyReused, ValidationFailed
from tests.cast import assert_clean, book, event_made, key, new_event

TOMORROW = datetime.now(UTC) + timedelta(days=1)
DRAFT = EventDraft("Concert", TOMORROW, "Small house", 100)
NOWHERE = "0196a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b"


async def count(deps: Deps) -> object:
    async with deps.database.read() as conn:
        cursor = await conn.execute("SELECT count(*) FROM events")
        return (await cursor.fetchone() or [None])[0]


async def test_a_new_event_is_on_sale_with_all_its_places(deps: Deps) -> None:
    answered = await event.create(deps, DRAFT, None, event_made)
    made = Event(**answered.body)
    assert (made.name, made.starts_at, made.venue, made.total_seats, made.available_seats) == (*DRAFT, 100)
    assert await event.find(deps, made.id) == made
    assert await event.availability(deps, made.id) == Availability(made.id, 100, 100)


async def test_what_is_left_is_told_as_it_is_after_a_booking(deps: Deps) -> None:
    made = await new_event(deps, total_seats=10)
    await book(deps, made.id, 4)
    assert (await event.availability(deps, made.id)).available_seats == 6
    assert (await event.find(deps, made.id)).available_seats == 6


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(seconds=-1), timedelta(days=-400)])
async def test_an_event_must_lie_in_the_future(deps: Deps, ahead: timedelta) -> None:
    with pytest.raises(ValidationFailed, match="in the future") as refused:
        await event.create(deps, DRAFT._replace(starts_at=deps.clock() + ahead), key("k"), event_made)
    assert refused.value.facts == {"field": "date"}
    assert await count(deps) == 0
    answered = await event.create(deps, DRAFT, key("k"), event_made)
    assert not answered.replayed, "the refusal is not remembered"


async def test_the_same_key_makes_one_event(deps: Deps) -> None:
    first, again = [await event.create(deps, DRAFT, key("k"), event_made) for _ in range(2)]
    assert (first.replayed, again.replayed) == (False, True)
    assert first.body["id"] == again.body["id"]
    assert await count(deps) == 1


async def test_the_same_key_twenty_times_at_once_makes_one_event(deps: Deps, conninfo: str) -> None:
    answers = await asyncio.gather(*[event.create(deps, DRAFT, key("k"), event_made) for _ in range(20)])
    assert sorted(answered.replayed for answered in answers) == [False, *[True] * 19]
    assert len({answered.body["id"] for answered in answers}) == 1
    assert await count(deps) == 1
    await assert_clean(conninfo)


async def test_a_key_is_not_good_for_another_event(deps: Deps) -> None:
    await event.create(deps, DRAFT, key("k", "this"), event_made)
    with pytest.raises(IdempotencyKeyReused):
        await event.create(deps, DRAFT, key("k", "that"), event_made)
    assert await count(deps) == 1


async def test_a_key_used_for_two_events_at_the_same_moment_makes_one(deps: Deps) -> None:
    asked = [event.create(deps, DRAFT, key("k", f"asked {number % 2}"), event_made) for number in range(20)]
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(outcome, Answered) for outcome in outcomes) == 10
    assert sum(isinstance(outcome, IdempotencyKeyReused) for outcome in outcomes) == 10
    assert await count(deps) == 1


async def test_an_event_that_is_not_there_is_not_found(deps: Deps) -> None:
    with pytest.raises(EventNotFound):
        await event.find(deps, NOWHERE)
    with pytest.raises(EventNotFound):
        await event.availability(deps, NOWHERE)
