"""The cast of the tests: settings, events and buyers as small as they can be."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from fullhouse.actions import booking, event, installation
from fullhouse.actions.deps import Deps
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import BasketRequest, IdempotencyKey, Outcome
from fullhouse.rules.event import Event, EventDraft
from fullhouse.rules.idempotency import key_for
from fullhouse.rules.offer import Wanted
from fullhouse.settings import Settings
from fullhouse.store.db import Database
from fullhouse.wiring import build_deps


def make_settings(**changes: Any) -> Settings:
    """The defaults, with changes."""
    return Settings(**changes)


@asynccontextmanager
async def running_deps(conninfo: str, **changes: Any) -> AsyncIterator[Deps]:
    """The whole of what a serving process works with, started on a database."""
    deps = build_deps(make_settings(**changes), conninfo)
    async with deps.running():
        yield deps


async def new_event(deps: Deps, total_seats: int = 100, days: int = 30) -> Event:
    """An event of the house, some days ahead."""
    starts_at = datetime.now(UTC) + timedelta(days=days)
    draft = EventDraft("Concert", starts_at, "Small house", total_seats)
    return Event(**(await event.create(deps, draft, None, event_made)).body)


def event_made(made: Event) -> Answered:
    """How a new event is told, all of it."""
    return Answered(201, made._asdict())


async def book(deps: Deps, event_id: str, places: int = 1, key: IdempotencyKey | None = None) -> Outcome:
    """A buyer books."""
    return await booking.book(deps, event_id, places, key)


def basket(event_id: str, *lines: tuple[str, int], **rest: Any) -> BasketRequest:
    """What a buyer wants by lines: ticket types with quantities."""
    return BasketRequest(event_id, tuple(Wanted(*line) for line in lines), **rest)


def key(text: str, asked: str = "") -> IdempotencyKey:
    """A buyer's idempotency key."""
    return key_for("buyer", "POST /bookings", text, asked)


async def assert_clean(conninfo: str) -> None:
    """Let the audit recompute every count."""
    async with Database.opened(conninfo) as database:
        report = await installation.run_audit(database)
    assert report.differences == []
