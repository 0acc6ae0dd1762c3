"""Streams of what is left on a real server: through a death of PostgreSQL, and to the end of the program."""

import asyncio
import signal
import time

import httpx
import pytest

from tests.acceptance.serving import House, kill_and_wait, postgres_pid
from tests.web.asking import new_booking, new_event
from tests.web.streaming import watching


def client_of(url: str) -> httpx.AsyncClient:
    """A visitor who may have many connections."""
    return httpx.AsyncClient(base_url=url, timeout=40, limits=httpx.Limits(max_connections=None))


async def test_streams_live_on_while_postgres_is_gone_and_show_what_comes_after(house: House) -> None:
    server = await asyncio.to_thread(house.serve)
    async with client_of(server.url) as client:
        event = await new_event(client)
        async with watching(client, event["id"]) as stream:
            assert await stream.left() == 12
            pid = postgres_pid(house.data_dir)
            assert pid is not None
            await asyncio.to_thread(kill_and_wait, pid)
            await asyncio.sleep(1)
            await new_booking(client, event["id"], 2)
            assert await stream.left() == 10
    assert await asyncio.to_thread(server.stop) == 0


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_the_end_of_the_program_ends_streams_at_once(house: House, workers: str) -> None:
    server = await asyncio.to_thread(house.serve, "--workers", workers)
    async with client_of(server.url) as client:
        event = await new_event(client)
        async with watching(client, event["id"]) as first, watching(client, event["id"]) as second:
            assert [await first.left(), await second.left()] == [12, 12]
            begun = time.monotonic()
            server.send(signal.SIGTERM)
            await first.until_ended()
            await second.until_ended()
            assert time.monotonic() - begun < 10, "that is sooner than the server would have cut them off"
    assert await asyncio.to_thread(server.wait_end) == 0
    assert "Traceback" not in server.text()
    assert "ERROR" not in server.text()
