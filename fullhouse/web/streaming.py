"""Long answers: files that are made while they are sent."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing

from fastapi import Response

from fullhouse.rules.refusals import Refusal
from fullhouse.web.errors import refused
from fullhouse.web.http import Message, Receive, Scope, Send
from fullhouse.web.respond import response_of

log = logging.getLogger(__name__)


class StreamedFile(Response):
    """A file in parts. Whatever ends it early also ends the making of it, and is never taken for a whole file.

    What is refused before the first part is told as any refusal. After that the answer just stops: without the last
    chunk of the chunked encoding (RFC 9112, section 8), so that every client sees that something is missing.
    """

    def __init__(self, parts: AsyncGenerator[bytes, None], name: str, media_type: str, seconds_max: float) -> None:
        """Send `parts` as a file of this name, which is plain ASCII."""
        super().__init__(media_type=media_type)
        self._parts = parts
        self._seconds_max = seconds_max
        del self.headers["content-length"]
        self.headers["content-disposition"] = f'attachment; filename="{name}"'
        # It has names of people: nobody in between keeps a copy.
        self.headers["cache-control"] = "no-store"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, until the client goes away or it takes too long."""
        sending = asyncio.create_task(self._send(scope, receive, send))
        leaving = asyncio.create_task(_gone(receive))
        try:
            await asyncio.wait({sending, leaving}, timeout=self._seconds_max, return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            if not sending.done():
                log.warning("broke off a file that nobody waits for, or that took too long")
                sending.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)
        if not sending.cancelled():
            sending.result()

    async def _send(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(self._parts) as parts:
            try:
                part = await anext(parts)
            except Refusal as refusal:
                await response_of(refused(refusal))(scope, receive, send)
                return
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            if scope.get("fullhouse.is_head"):
                await send({"type": "http.response.body", "body": b""})
                return
            try:
                await send({"type": "http.response.body", "body": part, "more_body": True})
                async for part in parts:
                    await send({"type": "http.response.body", "body": part, "more_body": True})
            except Refusal as refusal:
                log.warning("broke off a file in the middle: %s", refusal.detail)
                return
            await send({"type": "http.response.body", "body": b""})


async def _gone(receive: Receive) -> None:
    """Wait until the client hangs up."""
    message: Message = await receive()
    while message["type"] != "http.disconnect":
        message = await receive()
