"""What the tests of providers share: a Stripe for the run, and a proxy before it for each test."""

from collections.abc import AsyncIterator, Iterator

import pytest

from fullhouse.actions.deps import Deps
from tests.cast import running_deps
from tests.outside.stripe_desk import SECRET_KEY, WEBHOOK_SECRET, StripeDesk, open_desk, stand_in
from tests.till import Till, open_till


@pytest.fixture(scope="session")
def stripe_process() -> Iterator[str]:
    """The stand-in process of the run."""
    with stand_in() as url:
        yield url


@pytest.fixture
async def desk(stripe_process: str) -> AsyncIterator[StripeDesk]:
    """Stripe, as a test can make it misbehave."""
    async with open_desk(stripe_process) as opened:
        yield opened


@pytest.fixture
async def deps(conninfo: str, desk: StripeDesk) -> AsyncIterator[Deps]:
    """A serving process that is paid by Stripe."""
    async with running_deps(
        conninfo,
        stripe_secret_key=SECRET_KEY,
        stripe_webhook_secret=WEBHOOK_SECRET,
        stripe_url=desk.url,
        provider_seconds_max=1,
    ) as running:
        yield running


@pytest.fixture
async def till(deps: Deps, conninfo: str) -> Till:
    """An event of two places with prices."""
    return await open_till(deps, conninfo, total_seats=2)
