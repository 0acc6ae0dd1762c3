"""A wire between an engine and PostgreSQL that can be cut at a chosen message, as a network would cut it.

It reads the frontend protocol: a batch is what a lane's connection sends from its first Flush to its Sync.
"""

import asyncio
import shutil
import tempfile
from enum import Enum, auto
from pathlib import Path
from typing import Self

from psycopg.conninfo import conninfo_to_dict, make_conninfo

MARK_OF_LANES = b"force_generic_plan"
FLUSH = b"H\x00\x00\x00\x04"
FATAL = b"SFATAL\0VFATAL\0CXX000\0Mthe server process has a defect\0\0"
SYNC = b"S\x00\x00\x00\x04"
ASKS_NOTHING = b"PBDEC"
"""Frontend messages that only wait in the server's buffer: Parse, Bind, Describe, Execute, Close."""
PATIENCE_SECONDS = 20


class Fault(Enum):
    """What happens to the next batch."""

    IN_GREETING = auto()
    """The connection for it is lost before it is ready."""
    GREETING_HELD = auto()
    """The connection for it becomes ready when it is released."""
    BEFORE_LOCK = auto()
    """Nothing of it arrives."""
    AFTER_LOCK = auto()
    """Its events are locked, but the answer is lost."""
    AFTER_DECIDE = auto()
    """It was told what it needs, but nothing that it decided arrives."""
    AFTER_WRITE = auto()
    """All was written, but the word to commit never arrives."""
    SYNC_LATE = auto()
    """All was written and the line is dead, but the word to commit arrives a moment later."""
    SYNC_HELD = auto()
    """All was written, and the word to commit arrives when it is released."""
    ANSWER_LOST = auto()
    """It was committed, but the answer is lost."""
    ANSWER_FATAL = auto()
    """It was committed, but then the server process died of a defect, and said so instead."""


AT_THE_END = frozenset(Fault) - {Fault.IN_GREETING, Fault.GREETING_HELD, Fault.BEFORE_LOCK, Fault.AFTER_LOCK}


class Wire:
    """Listens where an engine connects to and passes everything on, until told otherwise."""

    def __init__(self, conninfo: str, late_seconds: float = 0.05) -> None:
        server = conninfo_to_dict(conninfo)
        self.server = f"{server['host']}/.s.PGSQL.{server.get('port', 5432)}"
        self.late_seconds = late_seconds
        self.batches: list[str] = []
        self.is_down = False
        self.fault: Fault | None = None
        self.struck = asyncio.Event()
        self.released = asyncio.Event()
        self._folder = Path(tempfile.mkdtemp(prefix="fh-wire-"))
        self.conninfo = make_conninfo(conninfo, host=str(self._folder), port="5432")
        self._links: set[_Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_closed = False

    async def __aenter__(self) -> Self:
        self._listener = await asyncio.start_unix_server(self._connected, self._folder / ".s.PGSQL.5432")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listener.close()
        self._is_closed = True
        self.released.set()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        shutil.rmtree(self._folder)

    def strike(self, fault: Fault) -> None:
        """Let the next batch meet a fault; `struck` is set when it has."""
        self.fault = fault
        self.struck.clear()
        self.released.clear()

    def go_down(self) -> None:
        """Cut all lines and let nobody connect until `is_down` is taken back."""
        self.is_down = True
        for link in list(self._links):
            link.cut()

    def take_fault(self, *faults: Fault) -> Fault | None:
        """The fault to meet now, if it is one of these; it happens once."""
        fault = self.fault
        if fault not in faults:
            return None
        self.fault = None
        self.struck.set()
        return fault

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_closed:
            writer.transport.abort()
            return
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        # Also when it never came to run.
        task.add_done_callback(lambda _: writer.transport.abort())

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_down:
            return
        link = _Link(self, reader, writer, *await asyncio.open_unix_connection(self.server))
        self._links.add(link)
        try:
            await link.run()
        finally:
            self._links.discard(link)


class _Link:
    """One connection: a pump in each direction."""

    def __init__(
        self,
        wire: Wire,
        from_client: asyncio.StreamReader,
        to_client: asyncio.StreamWriter,
        from_server: asyncio.StreamReader,
        to_server: asyncio.StreamWriter,
    ) -> None:
        self.wire = wire
        self.from_client = from_client
        self.to_client = to_client
        self.from_server = from_server
        self.to_server = to_server
        self.batch = ""
        # While muted, nothing reaches the client; `heard` is set by a message of this kind.
        self.muted_until = b""
        self.heard = asyncio.Event()

    async def run(self) -> None:
        """Pass messages on until either side leaves."""
        pumps = [asyncio.create_task(self._questions()), asyncio.create_task(self._answers())]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.cut()
            self.to_server.transport.abort()
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)

    def cut(self) -> None:
        """The client finds its connection lost."""
        self.to_client.transport.abort()

    async def _answers(self) -> None:
        while True:
            message = await _message(self.from_server)
            if not self.muted_until:
                self.to_client.write(message)
            elif message[:1] in {self.muted_until, b"E"}:
                self.heard.set()

    async def _questions(self) -> None:
        start = await _message(self.from_client, kind=b"")
        is_lane = MARK_OF_LANES in start
        self.to_server.write(start)
        chunk: list[bytes] = []
        while True:
            message = await _message(self.from_client)
            chunk.append(message)
            if message[:1] in ASKS_NOTHING:
                continue
            if is_lane and not await self._pass_batch(chunk):
                return
            self.to_server.write(b"".join(chunk))
            chunk.clear()

    async def _pass_batch(self, chunk: list[bytes]) -> bool:
        """Look whether a fault waits for this part of a batch; False when that was the end of the line."""
        kinds = b"".join(message[:1] for message in chunk).decode()
        is_first = not self.batch
        if is_first and not kinds.endswith("H"):
            fault = self.wire.take_fault(Fault.IN_GREETING, Fault.GREETING_HELD)
            if fault is Fault.GREETING_HELD:
                await self.wire.released.wait()
            return fault is not Fault.IN_GREETING
        self.batch += kinds
        if kinds.endswith("S"):
            self.wire.batches.append(self.batch)
            self.batch = ""
            return await self._pass_end(chunk, kinds)
        match self.wire.take_fault(Fault.BEFORE_LOCK, Fault.AFTER_LOCK) if is_first else None:
            case Fault.BEFORE_LOCK:
                return False
            case Fault.AFTER_LOCK:
                await self._send(chunk, heard=b"C")
                return False
        return True

    async def _pass_end(self, chunk: list[bytes], kinds: str) -> bool:
        match self.wire.take_fault(*AT_THE_END):
            case Fault.AFTER_DECIDE:
                return False
            case Fault.AFTER_WRITE:
                await self._write(chunk, kinds)
                return False
            case Fault.SYNC_LATE:
                await self._write(chunk, kinds)
                self.cut()
                await asyncio.sleep(self.wire.late_seconds)
                await self._send([SYNC], heard=b"Z")
                return False
            case Fault.SYNC_HELD:
                # The client gets its answers, and waits for the last of them.
                self.to_server.write(b"".join([*chunk[:-1], FLUSH]))
                await self.wire.released.wait()
                chunk[:] = [SYNC]
            case Fault.ANSWER_LOST:
                await self._send(chunk, heard=b"Z")
                return False
            case Fault.ANSWER_FATAL:
                await self._send(chunk, heard=b"Z")
                self.to_client.write(b"E" + (len(FATAL) + 4).to_bytes(4) + FATAL)
                await self.to_client.drain()
                self.to_client.close()
                return False
        return True

    async def _write(self, chunk: list[bytes], kinds: str) -> None:
        """Let the server write everything, but not commit."""
        if "E" in kinds:
            await self._send([*chunk[:-1], FLUSH], heard=b"C")

    async def _send(self, messages: list[bytes], heard: bytes) -> None:
        self.muted_until = heard
        self.heard.clear()
        self.to_server.write(b"".join(messages))
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self.heard.wait()


async def _message(reader: asyncio.StreamReader, kind: bytes | None = None) -> bytes:
    """The next message; the first of a client has no letter for its kind."""
    if kind is None:
        kind = await reader.readexactly(1)
    length = await reader.readexactly(4)
    return kind + length + await reader.readexactly(int.from_bytes(length) - 4)
