"""What the tests of the console share: a closed server with an owner, and his browser."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.people import Office, open_office
from tests.web.basket_office import Offering, new_offering
from tests.web.console.staff import browser_of


@pytest.fixture
async def office(conninfo: str) -> AsyncIterator[Office]:
    """A closed server with an owner."""
    async with open_office(conninfo) as opened:
        await opened.owner()
        yield opened


@pytest.fixture
async def olga(office: Office) -> httpx.AsyncClient:
    """The owner's browser."""
    return await browser_of(office)


@pytest.fixture
def at_home(olga: httpx.AsyncClient) -> None:
    """With the session's cookie, what the API is asked has to come from its own pages."""
    olga.headers["origin"] = str(olga.base_url).rstrip("/")


@pytest.fixture
async def offering(olga: httpx.AsyncClient, at_home: None, conninfo: str) -> Offering:
    """An event of the owner's with something to choose."""
    return await new_offering(olga, conninfo)
