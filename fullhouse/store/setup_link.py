"""The links that a closed start prints as long as nobody owns anything: kept as hashes, gone with the first owner."""

from datetime import datetime

from fullhouse.store.db import ReadConn, WriteConn


async def owner_exists(conn: ReadConn) -> bool:
    """Tell whether anybody owns anything."""
    cursor = await conn.execute("SELECT EXISTS (SELECT FROM members WHERE role = 'owner')")
    ((exists,),) = await cursor.fetchall()
    return bool(exists)


async def add(conn: WriteConn, token_hash: bytes, now: datetime) -> None:
    """Keep a new link. Older ones stay: another process may have printed them."""
    await conn.execute("INSERT INTO setup_links (token_hash, created_at) VALUES (%s, %s)", [token_hash, now])


async def exists(conn: ReadConn, token_hash: bytes) -> bool:
    """Tell whether a link was printed and is still good."""
    cursor = await conn.execute("SELECT 1 FROM setup_links WHERE token_hash = %s", [token_hash])
    return await cursor.fetchone() is not None


async def forget_all(conn: WriteConn) -> None:
    """No link is good any more."""
    await conn.execute("DELETE FROM setup_links")
