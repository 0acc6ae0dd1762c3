"""Exports: what an event, or all events of an organizer, sold, as a file that is made while it is read."""

import asyncio
import tempfile
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import IO, Literal, NamedTuple, TypeAlias

from fullhouse.actions.deps import Deps
from fullhouse.printing import csv, xlsx
from fullhouse.rules.booking_filter import BookingFilter
from fullhouse.rules.export import Cell, Column, ExportKind, cells_of, columns_of
from fullhouse.rules.people_refusals import OrganizerNotFound
from fullhouse.rules.refusals import EventNotFound
from fullhouse.store import export, organizer
from fullhouse.store.db import ReadConn

Format: TypeAlias = Literal["csv", "xlsx"]

BYTES_AT_ONCE = 262_144

MEDIA_TYPES: dict[Format, str] = {"csv": csv.MEDIA_TYPE, "xlsx": xlsx.MEDIA_TYPE}


class Scope(NamedTuple):
    """What an export is about: one event, or all of an organizer."""

    event_id: str | None = None
    organizer_id: str | None = None


Rows: TypeAlias = AsyncGenerator[list[list[Cell]], None]


async def run(
    deps: Deps, scope: Scope, kind: ExportKind, file_format: Format, chosen: BookingFilter
) -> AsyncGenerator[bytes, None]:
    """The file, some bytes at a time, as everything was at one moment.

    What can be refused is refused before the first of them: EventNotFound, OrganizerNotFound. Busy may come in the
    middle of CSV, when the database goes away; of XLSX nothing is given before all of it is there.
    """
    async with deps.snapshot() as conn:
        rows = _rows(deps, conn, scope, kind, chosen)
        # Each is closed with the one around it: what is left open would still be reading when the connection is back.
        async with aclosing(rows), aclosing(written(file_format, columns_of(kind), rows)) as parts:
            async for part in parts:
                yield part


def written(file_format: Format, columns: tuple[Column, ...], rows: Rows) -> AsyncGenerator[bytes, None]:
    """Rows as a file of a format."""
    return _csv(columns, rows) if file_format == "csv" else _xlsx(columns, rows)


async def _rows(deps: Deps, conn: ReadConn, scope: Scope, kind: ExportKind, chosen: BookingFilter) -> Rows:
    now = deps.clock()
    await require(conn, scope)
    for event in await export.events(conn, *scope):
        async with aclosing(export.rows(conn, kind, event, chosen, now)) as parts:
            async for rows in parts:
                yield [cells_of(kind, event, row) for row in rows]


async def require(conn: ReadConn, scope: Scope) -> None:
    """Raises EventNotFound or OrganizerNotFound when there is nothing to export from."""
    if scope.organizer_id is not None and not await organizer.exists(conn, scope.organizer_id):
        raise OrganizerNotFound("There is no such organizer.")
    if scope.event_id is not None and not await export.events(conn, scope.event_id, None):
        raise EventNotFound("There is no such event.")


async def _csv(columns: tuple[Column, ...], rows: Rows) -> AsyncGenerator[bytes, None]:
    # The heading waits for the first rows: until then everything can still be refused.
    before = csv.head(columns)
    async for some in rows:
        yield before + csv.lines(some)
        before = b""
    if before:
        yield before


async def _xlsx(columns: tuple[Column, ...], rows: Rows) -> AsyncGenerator[bytes, None]:
    with tempfile.TemporaryDirectory(prefix="fullhouse-export-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "export.xlsx"
        book = xlsx.Workbook(path, columns)
        try:
            async for some in rows:
                # In a thread, since it writes to the disk.
                await asyncio.to_thread(book.add, some)
            await asyncio.to_thread(book.close)
        finally:
            book.let_go()
        file: IO[bytes]
        with path.open("rb") as file:
            while part := await asyncio.to_thread(file.read, BYTES_AT_ONCE):
                yield part
