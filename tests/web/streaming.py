"""How the tests watch what is left: a stream read as a browser reads it (WHATWG HTML, section 9.2.6)."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import httpx

SECONDS_MAX = 15


class Shown(NamedTuple):
    """One event of a stream."""

    kind: str
    id: str
    data: Any


class Watching:
    """An open stream."""

    def __init__(self, answer: httpx.Response) -> None:
        """Read from `answer`, which has begun."""
        self.answer = answer
        self.retry_ms: int | None = None
        self.comments = 0
        self._lines = answer.aiter_lines()

    async def next(self) -> Shown | None:
        """The next event; None when the stream has ended."""
        fields: dict[str, str] = {}
        async for line in self._lines:
            name, _, value = line.partition(":")
            if line.startswith(":"):
                self.comments += 1
            elif name == "retry":
                self.retry_ms = int(value)
            elif line:
                fields[name] = value.removeprefix(" ")
            elif "data" in fields:
                return Shown(fields["event"], fields["id"], json.loads(fields["data"]))
        return None

    async def soon(self) -> Shown:
        """The next event, which has to come."""
        async with asyncio.timeout(SECONDS_MAX):
            shown = await self.next()
        assert shown is not None
        return shown

    async def left(self) -> int:
        """How many places the next event says are left."""
        found: int = (await self.soon()).data["available_seats"]
        return found

    async def until_ended(self) -> None:
        """It ends, and properly: with its last chunk."""
        async with asyncio.timeout(SECONDS_MAX):
            while await self.next() is not None:
                pass


@asynccontextmanager
async def watching(client: httpx.AsyncClient, event_id: str, **headers: str) -> AsyncIterator[Watching]:
    """Watch an event for a while."""
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    async with client.stream("GET", f"/events/{event_id}/live", headers=said) as answer:
        assert answer.status_code == 200, await answer.aread()
        yield Watching(answer)


async def until(client: httpx.AsyncClient, path: str, text: str) -> None:
    """Ask again and again until an answer has this text in it."""
    async with asyncio.timeout(SECONDS_MAX):
        while text not in (answer := await client.get(path)).text:
            assert answer.status_code == 200
            await asyncio.sleep(0.05)
