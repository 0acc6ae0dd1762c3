"""A believable set of events with bookings, for a first look. Loading it again adds nothing."""

import asyncio
import random
from datetime import datetime, timedelta
from typing import NamedTuple

from fullhouse.actions import booking, event
from fullhouse.actions.deps import Deps
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import Booked
from fullhouse.rules.event import EventDraft
from fullhouse.rules.idempotency import key_for

CALLER = "demo"
EVENING = 19


class DemoEvent(NamedTuple):
    """An event, in how many days it takes place, and which part of it is sold."""

    name: str
    venue: str
    total_seats: int
    days: int
    sold: float


EVENTS = [
    DemoEvent("The Paper Lanterns: Northern Lights Tour", "Kesselhaus, Berlin", 1_200, 12, 0.94),
    DemoEvent("Requiem in D minor, Cathedral Choir", "St. Nikolai, Hamburg", 640, 18, 0.71),
    DemoEvent("Stand-up Sunday", "Cellar Theatre, Leeds", 90, 4, 1.0),
    DemoEvent("Moonrise Open Air", "Lakeside Meadow, Zürich", 8_000, 95, 0.22),
    DemoEvent("A Midsummer Night's Dream", "Garden Stage, Oxford", 320, 41, 0.55),
    DemoEvent("PyNorth Conference", "Harbour Hall, Bergen", 450, 60, 0.63),
    DemoEvent("Late Trio", "Blue Door Jazz Club, Utrecht", 75, 7, 0.88),
    DemoEvent("Silent Film Night with Live Organ", "Palace Cinema, Lyon", 210, 26, 0.4),
    DemoEvent("Derby: Rovers v. United", "Mill Lane, Sheffield", 5_000, 33, 0.48),
    DemoEvent("Ceramics for Beginners", "Studio Nine, Ghent", 14, 9, 0.93),
    DemoEvent("Winter Circus", "Big Top, Kraków", 1_500, 130, 0.08),
    DemoEvent("Open Kitchen: Eight Courses", "Table Thirty, Porto", 30, 15, 1.0),
]


class Loaded(NamedTuple):
    """What the demo has put there."""

    events: int
    bookings: int


async def load(deps: Deps) -> Loaded:
    """Create the events and book them through the engine, as buyers would."""
    total = 0
    for one in EVENTS:
        starts_at = _evening(deps.clock(), one.days)
        key = key_for(CALLER, "POST /events", one.name, one.name)
        draft = EventDraft(one.name, starts_at, one.venue, one.total_seats)
        answered = await event.create(deps, draft, key, lambda made: Answered(201, {"id": made.id}))
        total += await _sell(deps, answered.body["id"], one)
    return Loaded(len(EVENTS), total)


def _evening(now: datetime, days: int) -> datetime:
    return (now + timedelta(days=days)).replace(hour=EVENING, minute=30, second=0, microsecond=0)


async def _sell(deps: Deps, event_id: str, one: DemoEvent) -> int:
    """Book the part of an event that is sold, in parties of one to six; returns the number of bookings."""
    # Seeded by the name, so that the same demo is loaded everywhere, and again.
    chance = random.Random(one.name)  # noqa: S311 - parties of a demo, not secrets
    left = round(one.total_seats * one.sold)
    parties = []
    while left > 0:
        parties.append(min(left, chance.choice([1, 2, 2, 2, 3, 4, 4, 6])))
        left -= parties[-1]
    requests = [
        booking.book(deps, event_id, places, key_for(CALLER, "POST /bookings", f"{event_id} {number}", str(places)))
        for number, places in enumerate(parties)
    ]
    return sum(isinstance(outcome, Booked) for outcome in await asyncio.gather(*requests))
