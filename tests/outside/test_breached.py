"""Breached passwords: looked up by a few digits of their hash, at a real server that tells what it was asked."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from fullhouse.outside.breached import BreachedPasswords

BREACHED = "a tram to the harbour"
DIGEST = hashlib.sha1(BREACHED.encode(), usedforsecurity=False).hexdigest().upper()


@dataclass(slots=True)
class RangeDesk:
    """A server with the ranges of hashes; `answer` is the whole of what it says next."""

    url: str = ""
    answer: bytes = b""
    asked: list[bytes] = field(default_factory=list)

    def says(self, status: str, body: str) -> None:
        """Answer so from now on."""
        self.answer = f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\nlocation: {self.url}\r\n\r\n{body}".encode()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request and hang up."""
        self.asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(self.answer)
        writer.close()
        await writer.wait_closed()


@pytest.fixture
async def desk() -> AsyncIterator[RangeDesk]:
    """The desk on a free port."""
    opened = RangeDesk()
    server = await asyncio.start_server(opened.serve, "127.0.0.1", 0)
    opened.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/range/"
    async with server:
        yield opened


@pytest.fixture
async def breached(desk: RangeDesk) -> AsyncIterator[BreachedPasswords]:
    """Who asks there."""
    asking = BreachedPasswords(desk.url, 5)
    yield asking
    await asking.close()


async def test_a_breached_password_is_known_and_only_five_digits_are_told(
    desk: RangeDesk, breached: BreachedPasswords
) -> None:
    desk.says("200 OK", f"{'0' * 35}:3\r\n{DIGEST[5:]}:12\r\n")
    assert await breached.has(BREACHED)
    assert not await breached.has("nine green umbrellas")
    first = desk.asked[0]
    assert first.startswith(f"GET /range/{DIGEST[:5]} HTTP/1.1\r\n".encode())
    assert b"add-padding: true" in first.lower()
    assert DIGEST[5:].encode() not in first


async def test_padding_stands_for_no_password(desk: RangeDesk, breached: BreachedPasswords) -> None:
    desk.says("200 OK", f"{DIGEST[5:]}:0\r\n")
    assert not await breached.has(BREACHED)


@pytest.mark.parametrize("status", ["503 Service Unavailable", "302 Found", "404 Not Found"])
async def test_a_service_that_is_out_of_order_keeps_nobody_from_a_password(
    desk: RangeDesk, breached: BreachedPasswords, status: str
) -> None:
    desk.says(status, f"{DIGEST[5:]}:12\r\n")
    assert not await breached.has(BREACHED)
    assert len(desk.asked) == 1, "where it sends us is not gone to"


async def test_a_service_that_hangs_up_keeps_nobody_from_a_password(
    desk: RangeDesk, breached: BreachedPasswords
) -> None:
    desk.answer = b"nonsense\r\n\r\n"
    assert not await breached.has(BREACHED)


async def test_without_an_address_nobody_is_asked() -> None:
    asking = BreachedPasswords(None, 5)
    assert not await asking.has(BREACHED)
    await asking.close()
