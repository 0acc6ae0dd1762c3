"""A cable between the program and PostgreSQL that a test can cut, hold or garble."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self

from psycopg.conninfo import conninfo_to_dict, make_conninfo

GARBAGE = b"~\x7f\xff\xff\xff"
"""No message of PostgreSQL has this type and length."""


class Cable:
    """Passes on what both ends say, until it is told otherwise."""

    def __init__(self, server_socket: str, folder: Path) -> None:
        self.conninfo = ""
        self._server_socket = server_socket
        self._socket = folder / ".s.PGSQL.5432"
        self._writers: list[asyncio.StreamWriter] = []
        self._passing: set[asyncio.Task[None]] = set()
        self._answers_flow = asyncio.Event()
        self._answers_flow.set()
        self._is_garbled = False

    @classmethod
    @asynccontextmanager
    async def laid(cls, conninfo: str) -> AsyncIterator[Self]:
        """Lay a cable to the server of `conninfo`; its own `conninfo` leads through it."""
        server = conninfo_to_dict(conninfo)
        with tempfile.TemporaryDirectory(prefix="cable-") as folder:
            cable = cls(f"{server['host']}/.s.PGSQL.{server['port']}", Path(folder))
            cable.conninfo = make_conninfo(conninfo, host=folder, port="5432", gssencmode="disable")
            listening = await asyncio.start_unix_server(cable._connect, cable._socket)
            try:
                yield cable
            finally:
                cable.cut()
                listening.close()
                for task in cable._passing:
                    task.cancel()
                await asyncio.gather(*cable._passing, return_exceptions=True)

    async def _connect(self, client_in: asyncio.StreamReader, client_out: asyncio.StreamWriter) -> None:
        server_in, server_out = await asyncio.open_unix_connection(self._server_socket)
        self._writers += [client_out, server_out]
        self._passing |= {
            asyncio.create_task(self._pass(client_in, server_out, are_answers=False)),
            asyncio.create_task(self._pass(server_in, client_out, are_answers=True)),
        }

    async def _pass(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, are_answers: bool) -> None:
        while some := await source.read(65_536):
            if are_answers:
                await self._answers_flow.wait()
            target.write(GARBAGE if are_answers and self._is_garbled else some)
            await target.drain()
        target.close()

    def cut(self) -> None:
        """Break every connection at once."""
        for writer in self._writers:
            writer.transport.abort()

    def hold_answers(self) -> None:
        """Let questions through, but no more answers."""
        self._answers_flow.clear()

    def garble_answers(self) -> None:
        """Turn the answers into noise."""
        self._is_garbled = True
