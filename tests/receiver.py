"""A receiver of webhooks on a loopback port: it keeps what it is sent, and answers as a test wants it to.

`python -m tests.receiver PORT FILE` is one as a process of its own, which writes every request into a file.
"""

import asyncio
import json
import ssl
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from standardwebhooks.webhooks import Webhook

OK = b"HTTP/1.1 204 No Content\r\n\r\n"


class Got(NamedTuple):
    """A request as it came in."""

    target: str
    headers: dict[str, str]
    body: str

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def said(self) -> Any:
        return json.loads(self.body)

    def verified(self, secret: str) -> Any:
        """The body, if the library of a receiver finds its signature good."""
        return Webhook(secret).verify(self.body, self.headers)


Answering: TypeAlias = Callable[[Got, asyncio.StreamWriter], Awaitable[None]]


def status(code: int, *headers: str, body: str = "") -> Answering:
    """Answer with a status at once."""

    async def answer(_: Got, writer: asyncio.StreamWriter) -> None:
        lines = [f"HTTP/1.1 {code} Whatever", f"content-length: {len(body)}", *headers, "", body]
        writer.write("\r\n".join(lines).encode())

    return answer


async def hang(_: Got, writer: asyncio.StreamWriter) -> None:
    """Never answer."""
    await asyncio.sleep(3_600)


async def drip(_: Got, writer: asyncio.StreamWriter) -> None:
    """Answer with a byte of a header every now and then, for ever."""
    writer.write(b"HTTP/1.1 200 OK\r\nx-slow: ")
    while True:
        writer.write(b"a")
        await writer.drain()
        await asyncio.sleep(0.05)


async def drip_body(_: Got, writer: asyncio.StreamWriter) -> None:
    """Answer with a good status, and then with a body that never ends."""
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(b"b")
        await writer.drain()
        await asyncio.sleep(0.05)


class Receiver:
    """What a test knows of it, and how it answers."""

    def __init__(self) -> None:
        self.got: list[Got] = []
        self.answering: Answering = status(200)
        self.news = asyncio.Condition()
        self.port = 0
        self.connections = 0
        self.written = 0

    def url(self, path: str = "/hook", host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    async def until(self, count: int, seconds_max: float = 20) -> list[Got]:
        """Wait until so many requests came in."""
        async with asyncio.timeout(seconds_max), self.news:
            await self.news.wait_for(lambda: len(self.got) >= count)
        return self.got

    async def that(self, fits: Callable[[Got], bool], seconds_max: float = 20) -> Got:
        """Wait for the first request of a kind."""
        async with asyncio.timeout(seconds_max), self.news:
            await self.news.wait_for(lambda: any(map(fits, self.got)))
        return next(filter(fits, self.got))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        self.connections += 1
        try:
            while True:
                got = await read(reader)
                async with self.news:
                    self.got.append(got)
                    self.news.notify_all()
                await self.answering(got, writer)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


async def read(reader: asyncio.StreamReader) -> Got:
    """Read one request."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Got(head[0].split(" ")[1], headers, body.decode())


@asynccontextmanager
async def receiving(ssl_context: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    """A receiver for a while."""
    receiver = Receiver()
    tasks: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(receiver.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=ssl_context)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)


async def _keep(port: int, path: Path) -> None:
    """Write every request down before it is answered."""
    with path.open("a") as file:

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(OSError, asyncio.IncompleteReadError):
                while True:
                    file.write(json.dumps(await read(reader)) + "\n")
                    file.flush()
                    writer.write(OK)
                    await writer.drain()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", port)
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_keep(int(sys.argv[1]), Path(sys.argv[2])))
