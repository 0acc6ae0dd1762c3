"""What the tests of webhooks do: make one, let things happen, tell it of them, and let time pass."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from fullhouse.actions import cancellation, notice, webhook, webhook_delivery
from fullhouse.actions.deps import Deps
from fullhouse.actions.webhook import Place
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import Booked, CancelRequest
from fullhouse.rules.webhook import Delivery, Webhook
from fullhouse.store import organizer
from tests.cast import book, running_deps
from tests.offers import change

INNER: dict[str, Any] = {
    "webhook_http_allowed": True,
    "webhook_private_allowed": True,
    "webhook_ports": "any",
    "webhook_seconds_max": 1,
}
"""Settings with which a receiver on this machine may be reached."""


@asynccontextmanager
async def hooking_deps(conninfo: str, **changes: Any) -> AsyncIterator[Deps]:
    """A serving process that reaches receivers on this machine; its jobs are run by hand."""
    async with running_deps(conninfo, **{**INNER, **changes}) as running:
        yield running


async def new_webhook(deps: Deps, url: str, *types: str, organizer_id: str = organizer.DEFAULT_ID) -> Webhook:
    """A webhook, told of everything or of some types."""
    made: list[Webhook] = []
    given = {"url": url, "types": types or None, "description": "", "state": "on"}
    await webhook.create(deps, organizer_id, given, None, _kept(made))
    return made[0]


def place_of(one: Webhook) -> Place:
    """Where a webhook is found."""
    return Place(one.organizer_id, one.id)


async def as_it_is(deps: Deps, one: Webhook) -> Webhook:
    """A webhook as it is now."""
    return await webhook.find(deps, place_of(one))


async def deliveries(deps: Deps, one: Webhook) -> list[Delivery]:
    """What a webhook was told or will be, in order."""
    found = await webhook.deliveries(deps, place_of(one), None, None, 1_000)
    return sorted(found, key=lambda each: (each.sequence or 0, each.id))


async def read(deps: Deps) -> int:
    """Give positions to what happened, and make deliveries of it."""
    await notice.give_positions(deps)
    return sum([count async for count in webhook_delivery.read_notices(deps)])


async def tell(deps: Deps) -> None:
    """Tell all webhooks all that happened and is due."""
    await read(deps)
    await webhook_delivery.deliver(deps)


def later(deps: Deps, time: timedelta) -> Deps:
    """The same process when some time has passed."""
    return replace(deps, clock=lambda: datetime.now(UTC) + time)


async def let_be_due(conninfo: str) -> None:
    """Let all that waits for its next try be due."""
    await change(conninfo, "UPDATE webhook_deliveries SET next_try_at = now() - interval '1 second'")


def _kept(made: list[Webhook]) -> Callable[[Webhook], Answered]:
    def told(one: Webhook) -> Answered:
        made.append(one)
        return Answered(201, {})

    return told


async def cancel(deps: Deps, event_id: str, booking_id: str) -> None:
    """The organizer cancels a booking."""
    await cancellation.cancel(deps, CancelRequest(event_id, booking_id, None, refunding="full", by="staff"))


async def booked(deps: Deps, event_id: str) -> str:
    """A buyer books a place; the id of the booking."""
    outcome = await book(deps, event_id)
    assert isinstance(outcome, Booked)
    return outcome.booking.id
