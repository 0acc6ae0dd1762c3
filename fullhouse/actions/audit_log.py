"""The audit log: sealed by the worker, read and exported by the owner."""

from collections.abc import AsyncIterator
from typing import NamedTuple

from fullhouse.actions.deps import Deps
from fullhouse.rules.audit_log import End, Sealed
from fullhouse.store import audit_log
from fullhouse.store.audit_log import AuditFilter, AuditPosition
from fullhouse.store.db import Database

SEALED_AT_ONCE = 500
"""Entries that one transaction seals; who reads or writes others is not kept waiting."""

EXPORT_PAGE = 500


async def seal_all(database: Database) -> int:
    """Seal all entries that are committed; returns how many. Two may do so at once: a chain is done by one of them."""
    async with database.read() as reader:
        organizer_ids = await audit_log.unsealed(reader)
    total = 0
    for organizer_id in organizer_ids:
        count = SEALED_AT_ONCE
        while count == SEALED_AT_ONCE:
            async with database.write() as conn:
                count = await audit_log.seal(conn, organizer_id, SEALED_AT_ONCE)
            total += count
    return total


class LogEnd(NamedTuple):
    """The last entry that is sealed, and how many wait for that."""

    end: End
    unsealed: int


async def end(deps: Deps, organizer_id: str) -> LogEnd:
    """How far the log of an organizer is sealed. Raises Busy."""
    async with deps.reading() as conn:
        return LogEnd(await audit_log.end_of(conn, organizer_id), await audit_log.count_unsealed(conn, organizer_id))


async def export(deps: Deps, organizer_id: str, chosen: AuditFilter) -> AsyncIterator[Sealed]:
    """All chosen entries, the newest first; a page of them is in memory. Raises Busy."""
    after: AuditPosition | None = None
    while True:
        async with deps.reading() as conn:
            found = await audit_log.page(conn, organizer_id, chosen, after, EXPORT_PAGE)
        for one in found:
            yield one
        if len(found) < EXPORT_PAGE:
            return
        after = AuditPosition(found[-1].entry.at, found[-1].entry.id)
