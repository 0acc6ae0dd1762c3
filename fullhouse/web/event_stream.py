"""Server-sent events (WHATWG HTML, section 9.2): an answer that goes on until one of both sides hangs up."""

import asyncio
import itertools
import socket
from collections.abc import Callable

from starlette.responses import Response

from fullhouse.engine.live import Frame, Stream
from fullhouse.web.http import Receive, Scope, Send

RETRY_MS_MIN = 2_000
RETRY_MS_SPREAD = 8_000
RETRY_MS_STEP = 997
"""Browsers come back by themselves, after a time that they are told. It differs from stream to stream, so that those of
a process that has ended don't all come back at once."""

BEAT = b":\n\n"
"""A comment, which says nothing but that the connection lives."""

BUFFER_BYTES_MAX = 16_384
"""What waits for a slow reader in this process, and in the system about as much: a value that is out of date by the
time it is read is worth nothing."""

_numbers = itertools.count()


class EventStream(Response):
    """A stream of frames, each one event. Of who already has the first of them it is known by `last_id`."""

    def __init__(self, stream: Stream, leave: Callable[[Stream], None], last_id: str | None) -> None:
        """Send what `stream` has; at the end, whoever ends it, `leave` is called once."""
        super().__init__(media_type="text/event-stream")
        self._stream = stream
        self._leave = leave
        self._last_id = last_id
        del self.headers["content-length"]
        self.headers["cache-control"] = "no-store"
        # Some proxies would wait until an answer is complete.
        self.headers["x-accel-buffering"] = "no"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, until the client hangs up or the stream ends."""
        transport: asyncio.Transport | None = scope.get("fullhouse.transport")
        if transport is not None:
            keep_short(transport)
            self._stream.cut_off = transport.abort
        leaving = asyncio.create_task(self._end_when_gone(receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            if not scope.get("fullhouse.is_head"):
                await self._send_frames(send)
            await send({"type": "http.response.body", "body": b""})
        finally:
            self._leave(self._stream)
            leaving.cancel()

    async def _send_frames(self, send: Send) -> None:
        retry_ms = RETRY_MS_MIN + next(_numbers) * RETRY_MS_STEP % RETRY_MS_SPREAD
        head = b"retry: %d\n" % retry_ms
        while (frame := await self._stream.next()) is not None:
            part = frame.encoded or BEAT
            if head:
                part = head + (b"\n" if frame.id == self._last_id else part)
                head = b""
            await send({"type": "http.response.body", "body": part, "more_body": True})

    async def _end_when_gone(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._stream.end()


def event_of(kind: str, event_id: str, line: str) -> Frame:
    """One event of a stream; its data is a single line."""
    return Frame(event_id, f"event: {kind}\nid: {event_id}\ndata: {line}\n\n".encode())


def keep_short(transport: asyncio.Transport) -> None:
    """Let little wait for who reads slowly."""
    transport.set_write_buffer_limits(high=BUFFER_BYTES_MAX)
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER_BYTES_MAX)
