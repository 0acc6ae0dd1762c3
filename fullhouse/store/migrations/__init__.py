"""Migrations: SQL files applied in order, each once, forward only. `schema_migrations` names those applied."""

from collections.abc import Sequence
from importlib import resources

from fullhouse.store.db import ReadConn, WriteConn

_LOCK_ID = 0x46554C4C
"""Any fixed number: two that migrate at once take turns. Not in the selling path."""


def known() -> list[str]:
    """The names of all migrations of this version, in order."""
    files = resources.files(__name__).iterdir()
    return sorted(file.name for file in files if file.name.endswith(".sql"))


async def missing(conn: ReadConn) -> list[str]:
    """The names of the migrations that this database has not had yet."""
    cursor = await conn.execute("SELECT to_regclass('schema_migrations') IS NOT NULL")
    (is_begun,) = await cursor.fetchone() or (False,)
    if not is_begun:
        return known()
    cursor = await conn.execute("SELECT name FROM schema_migrations")
    applied = {row[0] for row in await cursor.fetchall()}
    return [name for name in known() if name not in applied]


async def apply(conn: WriteConn) -> Sequence[str]:
    """Apply what is missing, all or nothing, inside the caller's transaction; returns the names."""
    await conn.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK_ID])
    names = await missing(conn)
    if names:
        await conn.execute(
            """
            CREATE TABLE IF NOT EXISTS schema_migrations (
                name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now()
            )
            """
        )
    for name in names:
        sql = resources.files(__name__).joinpath(name).read_bytes()
        await conn.execute(sql, prepare=False)
        await conn.execute("INSERT INTO schema_migrations (name) VALUES (%s)", [name])
    return names
