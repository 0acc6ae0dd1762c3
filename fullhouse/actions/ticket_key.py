"""The keys that tickets are signed with: made with the installation, rotated and withdrawn by the operator."""

import os
from collections.abc import Callable, Sequence
from datetime import datetime

from fullhouse.actions import acting
from fullhouse.actions.deps import Deps
from fullhouse.rules.booking import Ticket
from fullhouse.rules.ticket_code import SigningKey, key_id_of, public_key_of, signed_code
from fullhouse.store import ticket_key
from fullhouse.store.db import Database, ReadConn, WriteConn
from fullhouse.store.ticket_key import TicketKey

PRIVATE_KEY_BYTES = 32


async def ensure(conn: WriteConn, now: datetime) -> None:
    """Make the first key, unless there is one."""
    private_key = os.urandom(PRIVATE_KEY_BYTES)
    public_key = public_key_of(private_key)
    await ticket_key.create(conn, SigningKey(key_id_of(public_key), private_key), public_key, now)


async def rotate(database: Database, now: datetime) -> TicketKey:
    """Let a new key sign from now on. What the old one signed is still good."""
    async with database.write() as conn:
        await ticket_key.retire(conn, now)
        await ensure(conn, now)
        # Of two that rotate at the same moment the second changes nothing, and is told of the first one's key.
        signs = next(one for one in await ticket_key.everything(conn) if one.retired_at is None)
        await acting.record(conn, "ticket_key.rotation", now, after={"key_id": signs.key_id.hex()})
    return signs


async def withdraw(database: Database, key_id: bytes, now: datetime) -> bool:
    """Let nothing that a retired key signed be good any more; False when no such key is believed."""
    async with database.write() as conn:
        was_believed = await ticket_key.withdraw(conn, key_id, now)
        if was_believed:
            await acting.record(conn, "ticket_key.withdrawal", now, after={"key_id": key_id.hex()})
    return was_believed


async def everything(database: Database) -> Sequence[TicketKey]:
    """All keys, the newest first."""
    async with database.read() as conn:
        return await ticket_key.everything(conn)


async def believed(conn: ReadConn) -> list[TicketKey]:
    """The keys by which tickets are verified: those that nobody has withdrawn, the one that signs first."""
    return [one for one in await ticket_key.everything(conn) if one.withdrawn_at is None]


async def signer(deps: Deps) -> Callable[[Ticket], str | None]:
    """What gives a ticket its code; a cancelled one has none. Raises Busy."""
    async with deps.reading() as conn:
        key = await ticket_key.signing(conn)
    return lambda ticket: signed_code(ticket, key) if ticket.state == "valid" else None
