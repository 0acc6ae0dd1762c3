"""Requests to webhooks: signed, sent to an address that was checked, and answered in bounded time and size.

Nothing of the environment is asked for (no proxies), no redirect is followed, and names are resolved once for a
connection: it goes to the very address that was looked at, so a name that changes its mind in between gains nothing.
"""

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cache

import h11
import httpx
from standardwebhooks.webhooks import Webhook as Signer

from fullhouse.outside.hook_connection import (
    CONNECT_SECONDS_MAX,
    AddressRefused,
    Connection,
    KeptConnections,
    Resolve,
)
from fullhouse.rules.refusals import ValidationFailed
from fullhouse.rules.webhook import Answer
from fullhouse.rules.webhook_address import Guard, Target, target_of

BODY_SECONDS_MAX = 2.0
"""Seconds that are spent on a body when the status is known: it is only shown."""
BODY_BYTES_MAX = 4_096
HEADERS_MAX = 40
HEADER_LENGTH_MAX = 500
ERROR_LENGTH_MAX = 300
RETRY_AFTER_DIGITS_MAX = 6


@cache
def _trusting_ssl_context() -> ssl.SSLContext:
    """What trusts the usual authorities; reading them takes a while, and it never changes."""
    return httpx.create_ssl_context()


class Hooks:
    """What sends to webhooks. One for a process."""

    def __init__(
        self,
        guard: Guard,
        *,
        seconds_max: float,
        resolve: Resolve | None = None,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        """Nothing is opened before the first request; `seconds_max` is for a whole one."""
        self.guard = guard
        self.seconds_max = seconds_max
        self._resolve = resolved if resolve is None else resolve
        self._ssl_context = _trusting_ssl_context() if ssl_context is None else ssl_context
        self._kept = KeptConnections()

    async def send(self, url: str, delivery_id: str, body: str, secrets: Sequence[str], now: datetime) -> Answer:
        """Send a body, signed with each of the secrets. Whatever goes wrong is the answer's error."""
        headers = signed(delivery_id, body, secrets, now)
        started = time.perf_counter()
        status, shown, text, error = None, None, None, None
        try:
            target = target_of(url, self.guard)
            async with asyncio.timeout(self.seconds_max), self._connected(target) as connection:
                response = await connection.ask(target, headers, body.encode())
                status, shown = response.status_code, _shown(response.headers)
                text = await _beginning(connection)
        except ValidationFailed as refusal:
            error = refusal.detail
        except AddressRefused:
            error = "the host can't be found, or must not be connected to"
        except TimeoutError:
            error = f"no answer within {self.seconds_max:g} seconds"
        except (OSError, h11.ProtocolError) as failure:
            error = f"{type(failure).__name__}: {failure}".replace("\0", "")[:ERROR_LENGTH_MAX]
        took_ms = round((time.perf_counter() - started) * 1000)
        if status is not None:
            # The status says it all, whatever happened to the body behind it.
            return Answer(now, took_ms, url, headers, status, shown, text, retry_after=_retry_after(shown))
        return Answer(now, took_ms, url, headers, error=error)

    @asynccontextmanager
    async def _connected(self, target: Target) -> AsyncIterator[Connection]:
        """A connection for one request: one that was kept, or a new one; it is kept again if that went well."""
        connection = self._kept.take(target)
        if connection is None:
            async with asyncio.timeout(CONNECT_SECONDS_MAX):
                connection = await Connection.opened(target, self.guard, self._resolve, self._ssl_context)
        is_kept = False
        try:
            yield connection
            if connection.is_reusable():
                self._kept.keep(target, connection)
                is_kept = True
        finally:
            if not is_kept:
                connection.close()

    async def close(self) -> None:
        """End the connections."""
        self._kept.close()


def signed(delivery_id: str, body: str, secrets: Sequence[str], now: datetime) -> dict[str, str]:
    """The headers of a request, with a signature for each secret."""
    return {
        "content-type": "application/json",
        "user-agent": "FullHouse-Webhooks/1",
        "accept-encoding": "identity",
        "webhook-id": delivery_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(Signer(one).sign(delivery_id, now.astimezone(UTC), body) for one in secrets),
    }


async def resolved(host: str, port: int) -> list[str]:
    """The addresses that the machine finds for a name.

    Each look-up has a thread: a name whose servers don't answer takes its time, and must not delay other names.
    """
    loop = asyncio.get_running_loop()
    found: asyncio.Future[list[str]] = loop.create_future()

    def tell(addresses: list[str]) -> None:
        if not found.done():
            found.set_result(addresses)

    def look_up() -> None:
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            entries = []
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in entries))
        if not loop.is_closed():
            loop.call_soon_threadsafe(tell, addresses)

    threading.Thread(target=look_up, daemon=True).start()
    return await found


async def _beginning(connection: Connection) -> str:
    """The beginning of a body as text, as far as it comes soon."""
    found = b""
    with suppress(OSError, h11.ProtocolError):  # TimeoutError is one of them
        async with asyncio.timeout(BODY_SECONDS_MAX):
            async for part in connection.body():
                found += part
                if len(found) >= BODY_BYTES_MAX:
                    break
    # PostgreSQL's text has no NUL.
    return found[:BODY_BYTES_MAX].decode(errors="replace").replace("\0", "\ufffd")


def _shown(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """The headers of an answer, as many and as long as are kept."""
    shown: dict[str, str] = {}
    for name, value in headers:
        if len(shown) < HEADERS_MAX:
            key = name.decode("latin-1").lower()[:HEADER_LENGTH_MAX]
            shown[key] = value.decode("latin-1").replace("\0", "")[:HEADER_LENGTH_MAX]
    return shown


def _retry_after(headers: dict[str, str] | None) -> timedelta | None:
    """What `Retry-After` asks for (RFC 9110, section 10.2.3), if it does so in seconds."""
    text = (headers or {}).get("retry-after", "")
    if text.isascii() and text.isdigit() and len(text) <= RETRY_AFTER_DIGITS_MAX:
        return timedelta(seconds=int(text))
    return None
