"""Fees: made, changed, deleted. They are read with the whole offer, in store/offer.py."""

from datetime import datetime

from fullhouse.rules.offer import Fee
from fullhouse.store.db import WriteConn


async def insert(conn: WriteConn, event_id: str, fee: Fee, now: datetime) -> None:
    """Add a fee."""
    await conn.execute(
        """
        INSERT INTO fees (event_id, id, name, kind, amount, per, tax_basis_points, tax_is_included, created_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        [event_id, fee.id, fee.name, fee.kind, fee.amount, fee.per, *fee.tax, now],
    )


async def update(conn: WriteConn, event_id: str, fee: Fee) -> None:
    """Change a fee."""
    await conn.execute(
        """
        UPDATE fees SET name = %s, kind = %s, amount = %s, per = %s, tax_basis_points = %s, tax_is_included = %s
        WHERE event_id = %s AND id = %s
        """,
        [fee.name, fee.kind, fee.amount, fee.per, *fee.tax, event_id, fee.id],
    )


async def delete(conn: WriteConn, event_id: str, fee_id: str) -> None:
    """Delete a fee."""
    await conn.execute("DELETE FROM fees WHERE event_id = %s AND id = %s", [event_id, fee_id])
