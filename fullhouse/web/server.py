"""The HTTP server: uvicorn, with each response written in one piece."""

import asyncio
import resource
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

FILES_WANTED = 65_536
"""Each connection is an open file. The usual limit of a process is a thousand, but it may raise that by itself."""


def files_max() -> int:
    """Let this process open as many files as it may, and tell how many that are."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES_WANTED if hard == resource.RLIM_INFINITY else min(FILES_WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return FILES_WANTED if soft == resource.RLIM_INFINITY else soft


SILENT_SECONDS_MAX = 30
"""A worker that is silent for so long is taken for hung, killed and replaced. It is silent while it starts, too, which
on a busy machine takes longer than the five seconds that uvicorn would wait: then none would ever come up.
"""


class JoinedTransport:
    """Gathers what is written in one turn of the event loop and sends it at once.

    uvicorn writes head and body of a response apart: two system calls, and often two packets. Measured in
    docs/decisions/0002-server.md.
    """

    __slots__ = ("_loop", "_parts", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        """Stand before `transport`."""
        self._transport = transport
        self._loop = loop
        self._parts: list[bytes] = []

    def write(self, part: bytes) -> None:
        """Keep a part until the end of this turn."""
        if not self._parts:
            self._loop.call_soon(self.flush)
        self._parts.append(part)

    def flush(self) -> None:
        """Send what was gathered."""
        if self._parts:
            self._transport.write(b"".join(self._parts))
            self._parts.clear()

    def close(self) -> None:
        """Send what was gathered and close."""
        self.flush()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - all else is the transport's own
        return getattr(self._transport, name)


class JoinedHttpProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol on a `JoinedTransport`."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn itself does
        """Begin a connection."""
        super().connection_made(JoinedTransport(transport, self.loop))  # type: ignore[arg-type] # it acts as one

    def on_message_begin(self) -> None:
        """Hand the connection on with each request: a stream must be able to end one that takes nothing in."""
        super().on_message_begin()
        self.scope["fullhouse.transport"] = self.transport  # type: ignore[typeddict-unknown-key] # one of our own


def config(app: Any, *, workers: int, drain_seconds: float) -> uvicorn.Config:  # noqa: ANN401 - an ASGI app, or its name
    """How uvicorn serves `app`. Access lines and headers about the server itself are left out."""
    return uvicorn.Config(
        app,
        workers=workers,
        http=JoinedHttpProtocol,
        ws="none",
        loop="uvloop",
        lifespan="on",
        # The address of a client decides nothing here that a proxy could tell.
        proxy_headers=False,
        access_log=False,
        server_header=False,
        log_config=None,
        timeout_graceful_shutdown=int(drain_seconds) + 1,
        timeout_keep_alive=65,
        timeout_worker_healthcheck=SILENT_SECONDS_MAX,
        backlog=4096,
    )
