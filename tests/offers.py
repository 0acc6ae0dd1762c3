"""What tests let events offer: ticket types, pools, fees. Written past the program, as another process does it."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg import sql

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


async def change(conninfo: str, statement: str, *params: Any) -> None:
    """Run a statement."""
    async with await psycopg.AsyncConnection.connect(conninfo) as conn:
        await conn.execute(statement.encode(), params)


async def _add(conninfo: str, table: str, event_id: str, columns: dict[str, Any]) -> str:
    """Add a row with an id of its own to what an event offers."""
    row = {"event_id": event_id, "id": str(uuid.uuid4()), "created_at": LONG_AGO, **columns}
    insert = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join([sql.Placeholder()] * len(row)),
    )
    async with await psycopg.AsyncConnection.connect(conninfo) as conn:
        await conn.execute("UPDATE houses SET offer_version = offer_version + 1 WHERE event_id = %s", [event_id])
        await conn.execute(insert, list(row.values()))
    return str(row["id"])


async def add_ticket_type(conninfo: str, event_id: str, price_minor: int, **columns: Any) -> str:
    """Offer another ticket type."""
    return await _add(conninfo, "ticket_types", event_id, {"name": "Seat", "price_minor": price_minor, **columns})


async def add_pool(conninfo: str, event_id: str, capacity: int | None, *type_ids: str, **columns: Any) -> str:
    """Limit ticket types by a pool."""
    name = f"Pool {uuid.uuid4()}"
    pool_id = await _add(conninfo, "pools", event_id, {"name": name, "capacity": capacity, **columns})
    for type_id in type_ids:
        await change(conninfo, "INSERT INTO ticket_type_pools VALUES (%s, %s, %s)", event_id, type_id, pool_id)
    return pool_id


async def add_fee(conninfo: str, event_id: str, kind: str, amount: int, per: str, **columns: Any) -> str:
    """Charge a fee."""
    return await _add(
        conninfo, "fees", event_id, {"name": "Fee", "kind": kind, "amount": amount, "per": per, **columns}
    )


async def change_event(conninfo: str, event_id: str, **columns: Any) -> None:
    """Change an event itself, its state or the window in which it sells."""
    parts = [sql.SQL("{} = {}").format(sql.Identifier(name), sql.Literal(value)) for name, value in columns.items()]
    statement = sql.SQL("UPDATE events SET {} WHERE id = {}").format(sql.SQL(", ").join(parts), sql.Literal(event_id))
    async with await psycopg.AsyncConnection.connect(conninfo) as conn:
        await conn.execute("UPDATE houses SET offer_version = offer_version + 1 WHERE event_id = %s", [event_id])
        await conn.execute(statement)


async def add_holds(conninfo: str, event_id: str, count: int, expires_at: datetime, pool_id: str | None = None) -> None:
    """Let many hold a place of an event until then."""
    drawn = json.dumps({pool_id: 1}) if pool_id else None
    async with await psycopg.AsyncConnection.connect(conninfo) as conn:
        await conn.execute(
            """
            INSERT INTO bookings (event_id, number, id, places, status, created_at, expires_at, drawn)
            SELECT event_id, bookings_made + n, gen_random_uuid(), 1, 'held', now(), %s, %s::jsonb
            FROM houses, generate_series(1, %s) AS n WHERE event_id = %s
            """,
            [expires_at, drawn, count, event_id],
        )
        await conn.execute(
            "UPDATE houses SET taken = taken + %s, bookings_made = bookings_made + %s,"
            " next_expiry_at = least(next_expiry_at, %s) WHERE event_id = %s",
            [count, count, expires_at, event_id],
        )
        await conn.execute("UPDATE pools SET taken = taken + %s WHERE id = %s", [count, pool_id])


async def let_run_out(conninfo: str, event_id: str, *booking_ids: str, expires_at: datetime | None = None) -> None:
    """Let these holds of an event, or all, run out at a moment, or have done so a second ago."""
    expires_at = expires_at or datetime.now(UTC) - timedelta(seconds=1)
    async with await psycopg.AsyncConnection.connect(conninfo) as conn:
        await conn.execute("UPDATE houses SET next_expiry_at = %s WHERE event_id = %s", [expires_at, event_id])
        await conn.execute(
            "UPDATE bookings SET expires_at = %s"
            " WHERE event_id = %s AND status = 'held' AND (id = ANY (%s::uuid[]) OR %s)",
            [expires_at, event_id, list(booking_ids), not booking_ids],
        )
