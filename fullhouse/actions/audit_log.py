"""The audit log: sealed by the worker, read and exported by the owner."""

from collections.abc import AsyncIterator
from typing import NamedTuple

from fullhouse.actions.deps import Deps
from fullhouse.rules.audit_log import BEGINNING, End, Fault, Sealed, end_fault, fault_of
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


class Checked(NamedTuple):
    """How far a chain was followed, and the first faults that were found in it."""

    end: End
    faults: list[Fault]


async def check(deps: Deps, organizer_id: str, faults_max: int) -> Checked:
    """Follow the chain of an organizer from its beginning, as of one moment. Raises Busy, for it may take long."""
    end, faults = BEGINNING, list[Fault]()
    async with deps.snapshot() as conn:
        async for one in audit_log.chains(conn, organizer_id):
            fault = fault_of(end, one)
            if fault is not None and len(faults) < faults_max:
                faults.append(fault)
            end = End(one.position or 0, one.seal or b"", one.entry.at)
        fault = end_fault(end, await audit_log.end_of(conn, organizer_id))
    return Checked(end, faults if fault is None else [*faults, fault])


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
