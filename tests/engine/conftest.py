"""What the tests of the engine share: a wire to PostgreSQL that can be cut."""

from collections.abc import AsyncIterator

import pytest

from tests.engine.wire import Wire


@pytest.fixture
async def wire(conninfo: str) -> AsyncIterator[Wire]:
    """A wire to a fresh database."""
    async with Wire(conninfo) as between:
        yield between
