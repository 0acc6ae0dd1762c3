"""Connections to webhooks: made to addresses that were checked, kept for a while, and read only as far as is wanted.

HTTP/1.1 itself is h11's. The well-known clients on top of it look names up by themselves, and cost some milliseconds
for each request; see docs/webhooks.md.
"""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Self, TypeAlias

import h11

from fullhouse.rules.webhook_address import Guard, Target, allowed_of

Resolve: TypeAlias = Callable[[str, int], Awaitable[list[str]]]
"""The addresses that a name stands for; none if it stands for nothing."""

CONNECT_SECONDS_MAX = 5.0
HEAD_BYTES_MAX = 65_536
READ_BYTES = 65_536
KEPT_SECONDS = 2.0
"""Shorter than servers keep a connection, so that one hardly closes it in the moment in which it is used."""
KEPT_EACH = 20
KEPT_MAX = 200


class AddressRefused(Exception):
    """The name stands for nothing, or for an address that must not be connected to. Which one isn't told."""


class Connection:
    """One connection, for one request after the other."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Begin without a request."""
        self._reader = reader
        self._writer = writer
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD_BYTES_MAX)
        self.idle_since = time.monotonic()

    @classmethod
    async def opened(cls, target: Target, guard: Guard, resolve: Resolve, ssl_context: ssl.SSLContext) -> Self:
        """Connect to the first address of a name that answers, by the address: it is never looked up a second time.

        TLS still asks for a certificate of the name. Raises AddressRefused if any of the addresses is forbidden.
        """
        addresses = allowed_of(await resolve(target.host, target.port), guard)
        context, name = (ssl_context, target.host) if target.scheme == "https" else (None, None)
        failure: OSError | None = None
        for address in addresses:
            try:
                opening = asyncio.open_connection(address, target.port, ssl=context, server_hostname=name)
                return cls(*await opening)
            except OSError as error:
                failure = error
        raise failure or AddressRefused

    async def ask(self, target: Target, headers: dict[str, str], body: bytes) -> h11.Response:
        """Send a request, and wait for the beginning of its answer."""
        fields = [("host", target.authority), ("content-length", str(len(body))), *headers.items()]
        parts = [
            self._http.send(h11.Request(method="POST", target=target.path, headers=fields)),
            self._http.send(h11.Data(data=body)),
            self._http.send(h11.EndOfMessage()),
        ]
        self._writer.write(b"".join(part or b"" for part in parts))
        await self._writer.drain()
        while True:
            event = await self._next_event()
            if isinstance(event, h11.Response):
                return event
            if not isinstance(event, h11.InformationalResponse):
                raise ConnectionError("the connection was closed without an answer")

    async def body(self) -> AsyncIterator[bytes]:
        """The body of the answer, in parts as they come."""
        while isinstance(event := await self._next_event(), h11.Data):
            yield bytes(event.data)

    def is_reusable(self) -> bool:
        """Make ready for another request, if both sides are done with the last and want to go on."""
        if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
            return False
        self._http.start_next_cycle()
        self.idle_since = time.monotonic()
        return True

    def is_alive(self) -> bool:
        """Tell whether a kept connection is worth another request."""
        is_open = not self._reader.at_eof() and not self._writer.is_closing()
        return is_open and time.monotonic() - self.idle_since < KEPT_SECONDS

    def close(self) -> None:
        """End it at once: whoever sends without end is not waited for."""
        self._writer.transport.abort()

    async def _next_event(self) -> object:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            self._http.receive_data(await self._reader.read(READ_BYTES))
        return event


class KeptConnections:
    """Connections that wait for their next request, by scheme, host and port."""

    def __init__(self) -> None:
        """None is kept yet."""
        self._kept: dict[tuple[str, str, int], list[Connection]] = {}

    def take(self, target: Target) -> Connection | None:
        """One that is alive, if there is one."""
        kept = self._kept.get(target[:3], [])
        while kept:
            connection = kept.pop()
            if connection.is_alive():
                return connection
            connection.close()
        return None

    def keep(self, target: Target, connection: Connection) -> None:
        """Keep one for the next request, unless there are enough; those that have waited too long are closed."""
        self.close_old()
        kept = self._kept.setdefault(target[:3], [])
        if len(kept) < KEPT_EACH and sum(map(len, self._kept.values())) < KEPT_MAX:
            kept.append(connection)
        else:
            connection.close()

    def close_old(self) -> None:
        """Close those that nobody asked for again."""
        for key, kept in list(self._kept.items()):
            while kept and not kept[0].is_alive():
                kept.pop(0).close()
            if not kept:
                del self._kept[key]

    def close(self) -> None:
        """Close all."""
        for kept in self._kept.values():
            for connection in kept:
                connection.close()
        self._kept.clear()
