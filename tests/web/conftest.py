"""What the tests of the web share: an event to book, and the application behind a real HTTP server."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeAlias

import httpx
import pytest
import uvicorn

from fullhouse.actions.deps import Deps
from fullhouse.main import build_app
from fullhouse.web.server import config
from tests.cast import make_settings
from tests.till import Till, open_till
from tests.web.asking import Json, new_event
from tests.web.basket_office import Offering, new_offering
from tests.web.two_houses import House, new_house

Served: TypeAlias = Callable[..., AbstractAsyncContextManager[str]]


@pytest.fixture
async def event(client: httpx.AsyncClient) -> Json:
    """An event of twelve places."""
    return await new_event(client)


@pytest.fixture
async def offering(client: httpx.AsyncClient, conninfo: str) -> Offering:
    """An event with something to choose."""
    return await new_offering(client, conninfo)


@pytest.fixture
async def house(client: httpx.AsyncClient, conninfo: str) -> House:
    """The organizer whose things everybody is after: an event, held bookings, keys."""
    return await new_house(client, conninfo, "Ada")


@pytest.fixture
async def rival(client: httpx.AsyncClient, conninfo: str) -> House:
    """The organizer to whom nothing of that belongs."""
    return await new_house(client, conninfo, "Rival")


@pytest.fixture
async def till(deps: Deps, conninfo: str) -> Till:
    """An event of two places that cost something."""
    return await open_till(deps, conninfo, total_seats=2)


@asynccontextmanager
async def serving(conninfo: str, *, is_open: bool = True, **changes: object) -> AsyncIterator[str]:
    """The application on a loopback port, behind the server that it has in earnest."""
    app = build_app(make_settings(open=is_open, **changes), conninfo)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(config(app, workers=1, drain_seconds=5))
        task = asyncio.create_task(server.serve(sockets=[listener]))
        async with asyncio.timeout(30):
            while not server.started:
                assert not task.done()
                await asyncio.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task


@pytest.fixture
def served(conninfo: str) -> Served:
    """How a test serves for a while: settings are changed by name, and the address comes back."""

    def serve(**changes: object) -> AbstractAsyncContextManager[str]:
        return serving(changes.pop("conninfo", conninfo), **changes)  # type: ignore[arg-type] # settings by name

    return serve
