"""The installation as a whole: brought up to date, checked for readiness, audited, tidied."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from fullhouse.actions import ticket_key
from fullhouse.store import audit, idempotency, migrations, organizer
from fullhouse.store.audit import AuditReport
from fullhouse.store.db import Database, ReadConn

FORGET_BATCH = 5_000
"""Rows of one delete, so that none holds locks for long."""


async def migrate(database: Database) -> Sequence[str]:
    """Apply the missing migrations, make the default organizer and the key of tickets; returns the names applied."""
    now = datetime.now(UTC)
    async with database.write() as conn:
        names = await migrations.apply(conn)
        await organizer.create_default(conn, now)
        await ticket_key.ensure(conn, now)
    return names


async def migrate_at(conninfo: str) -> None:
    """Do the same on a database that nothing is open on yet."""
    async with Database.opened(conninfo) as database:
        await migrate(database)


async def missing_migrations(conn: ReadConn) -> list[str]:
    """What `migrate` would apply."""
    return await migrations.missing(conn)


async def run_audit(database: Database, kept_seals: Sequence[bytes] = ()) -> AuditReport:
    """Recompute every count, and look for each seal of the audit log that was kept elsewhere."""
    async with database.read() as conn:
        return await audit.run(conn, kept_seals)


async def forget_old_keys(database: Database, now: datetime, days_kept: int) -> int:
    """Delete idempotency keys that no client will send again; returns how many."""
    total = 0
    while True:
        async with database.write() as conn:
            count = await idempotency.forget(conn, now - timedelta(days=days_kept), FORGET_BATCH)
        total += count
        if count < FORGET_BATCH:
            return total
