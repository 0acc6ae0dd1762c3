"""What came in on the bank account; written once, however often a statement is read."""

from datetime import date, datetime
from typing import NamedTuple

from fullhouse.store.db import WriteConn


class BankTransfer(NamedTuple):
    """What came in on an organizer's account, as the bank tells it; `id` is a digest of that."""

    organizer_id: str
    id: str
    payment_id: str | None
    booked_on: date
    amount_minor: int
    currency: str
    payer: str
    text: str


async def add(conn: WriteConn, transfer: BankTransfer, now: datetime) -> bool:
    """Write a transfer; False when it is there already."""
    cursor = await conn.execute(
        """
        INSERT INTO bank_transfers
            (organizer_id, id, payment_id, booked_on, amount_minor, currency, payer, remittance, created_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
        ON CONFLICT (organizer_id, id) DO NOTHING
        """,
        [*transfer, now],
    )
    return cursor.rowcount == 1


async def count_of(conn: WriteConn, payment_ids: list[str]) -> int:
    """How many transfers came in for payments."""
    cursor = await conn.execute(
        "SELECT count(*) FROM bank_transfers WHERE payment_id = ANY (%s::uuid[])", [payment_ids]
    )
    (count,) = await cursor.fetchone() or (0,)
    return int(count)
