"""What the tests of telling webhooks share: a process whose jobs are run by hand, a receiver, and a webhook of it."""

from collections.abc import AsyncIterator

import pytest

from fullhouse.actions.deps import Deps
from fullhouse.rules.webhook import Webhook
from tests.hooking import hooking_deps, new_webhook
from tests.receiver import Receiver, receiving


@pytest.fixture
async def deps(conninfo: str) -> AsyncIterator[Deps]:
    async with hooking_deps(conninfo) as running:
        yield running


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as opened:
        yield opened


@pytest.fixture
async def hook(deps: Deps, receiver: Receiver) -> Webhook:
    """A webhook that is told of bookings alone."""
    return await new_webhook(
        deps, receiver.url(), "booking.held", "booking.confirmed", "booking.cancelled", "tickets.cancelled"
    )
