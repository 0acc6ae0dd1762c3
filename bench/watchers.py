"""A crowd that watches an event, each on a connection of his own: what the benchmark of streams is measured with."""

import asyncio
import time

OPEN_AT_ONCE = 100
OPEN_SECONDS_MAX = 120.0
TOLD_SECONDS_MAX = 30.0
FIELD = b'"available_seats":'


class Watcher(asyncio.Protocol):
    """One connection; it notes when it was told which number of places."""

    def __init__(self, crowd: "Crowd") -> None:
        """Belong to a crowd."""
        self._crowd = crowd
        self._rest = b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask at once."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - it is one of TCP
        self.transport = transport
        transport.write(self._crowd.request)

    def data_received(self, data: bytes) -> None:
        """Look for the end of an event."""
        *events, self._rest = (self._rest + data).split(b"\n\n")
        for event in events:
            if FIELD in event:
                left = int(event.partition(FIELD)[2].partition(b",")[0])
                self._crowd.told(left)

    def connection_lost(self, _: Exception | None) -> None:
        """Count it: while it is measured, no connection may go."""
        self._crowd.lost += 1


class Crowd:
    """All who watch one event."""

    def __init__(self, port: int, event_id: str) -> None:
        """Nobody is there yet."""
        self._port = port
        path = f"/events/{event_id}/live"
        self.request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/event-stream\r\n\r\n".encode()
        self.lost = 0
        self._moments: dict[int, list[float]] = {}
        self._watchers: list[Watcher] = []

    def told(self, left: int) -> None:
        """Somebody has been told how many places are left."""
        self._moments.setdefault(left, []).append(time.perf_counter())

    async def gather(self, count: int, left: int) -> None:
        """Let so many come, and wait until each has been told at first how many are left."""
        loop = asyncio.get_running_loop()
        for start in range(0, count, OPEN_AT_ONCE):
            opening = [
                loop.create_connection(lambda: Watcher(self), "127.0.0.1", self._port)
                for _ in range(min(OPEN_AT_ONCE, count - start))
            ]
            self._watchers += [watcher for _, watcher in await asyncio.gather(*opening)]
        await self.until_told(left, OPEN_SECONDS_MAX)

    async def until_told(self, left: int, seconds_max: float = TOLD_SECONDS_MAX) -> list[float]:
        """Wait until all have been told that so many are left; return when each was told."""
        async with asyncio.timeout(seconds_max):
            while len(self._moments.get(left, ())) < len(self._watchers):  # noqa: ASYNC110 - others fill it
                await asyncio.sleep(0.01)
        return self._moments[left]

    def leave(self) -> None:
        """All hang up."""
        for watcher in self._watchers:
            if watcher.transport is not None:
                watcher.transport.abort()
