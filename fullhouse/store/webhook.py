"""Webhooks: made, looked up, changed, deleted; and whether they fail."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from psycopg.rows import TupleRow

from fullhouse.rules.mail import Language
from fullhouse.rules.webhook import Secret, Webhook
from fullhouse.store.arrays import array, moment_array
from fullhouse.store.db import ReadConn, WriteConn


class Owner(NamedTuple):
    """Who has the say over an organizer, as he can be written to."""

    name: str
    email: str
    language: Language


async def insert(conn: WriteConn, webhook: Webhook) -> None:
    """Add a webhook."""
    await conn.execute(
        """
        INSERT INTO webhooks (id, organizer_id, url, types, description, state, secret, previous_secret,
                              previous_secret_until, failing_since, created_at)
        VALUES (%(id)s, %(organizer_id)s, %(url)s, %(types)s, %(description)s, %(state)s, %(secret)s,
                %(previous_secret)s, %(previous_secret_until)s, %(failing_since)s, %(created_at)s)
        """,
        _columns(webhook),
    )


async def update(conn: WriteConn, webhook: Webhook) -> None:
    """Write a webhook that is locked."""
    await conn.execute(
        """
        UPDATE webhooks
        SET url = %(url)s, types = %(types)s, description = %(description)s, state = %(state)s, secret = %(secret)s,
            previous_secret = %(previous_secret)s, previous_secret_until = %(previous_secret_until)s,
            failing_since = %(failing_since)s
        WHERE id = %(id)s
        """,
        _columns(webhook),
    )


async def delete(conn: WriteConn, webhook_id: str) -> None:
    """Delete a webhook with all that was delivered to it."""
    await conn.execute("DELETE FROM webhooks WHERE id = %s", [webhook_id])


async def of_organizer(conn: ReadConn, organizer_id: str) -> list[Webhook]:
    """The webhooks of an organizer, the oldest first."""
    cursor = await conn.execute(
        """
        SELECT id::text, organizer_id::text, url, types, description, state, secret, previous_secret,
               previous_secret_until, failing_since, created_at
        FROM webhooks WHERE organizer_id = %s ORDER BY id
        """,
        [organizer_id],
    )
    return [_webhook(row) for row in await cursor.fetchall()]


async def find(conn: ReadConn, organizer_id: str, webhook_id: str) -> Webhook | None:
    """A webhook of an organizer."""
    cursor = await conn.execute(
        """
        SELECT id::text, organizer_id::text, url, types, description, state, secret, previous_secret,
               previous_secret_until, failing_since, created_at
        FROM webhooks WHERE organizer_id = %s AND id = %s
        """,
        [organizer_id, webhook_id],
    )
    row = await cursor.fetchone()
    return None if row is None else _webhook(row)


async def lock(conn: WriteConn, organizer_id: str, webhook_id: str) -> Webhook | None:
    """A webhook of an organizer, locked until the transaction ends. Deliveries may be added to it all the same."""
    cursor = await conn.execute(
        """
        SELECT id::text, organizer_id::text, url, types, description, state, secret, previous_secret,
               previous_secret_until, failing_since, created_at
        FROM webhooks WHERE organizer_id = %s AND id = %s FOR NO KEY UPDATE
        """,
        [organizer_id, webhook_id],
    )
    row = await cursor.fetchone()
    return None if row is None else _webhook(row)


async def subscribed(conn: WriteConn, organizer_ids: Collection[str]) -> list[Webhook]:
    """The webhooks of organizers that are on; until the transaction ends none of them is deleted."""
    cursor = await conn.execute(
        """
        SELECT id::text, organizer_id::text, url, types, description, state, secret, previous_secret,
               previous_secret_until, failing_since, created_at
        FROM webhooks WHERE organizer_id = ANY (%s::uuid[]) AND state = 'on' ORDER BY id FOR KEY SHARE
        """,
        [array(sorted(organizer_ids))],
    )
    return [_webhook(row) for row in await cursor.fetchall()]


async def find_many(conn: ReadConn, ids: Collection[str]) -> dict[str, Webhook]:
    """Webhooks by their ids."""
    cursor = await conn.execute(
        """
        SELECT id::text, organizer_id::text, url, types, description, state, secret, previous_secret,
               previous_secret_until, failing_since, created_at
        FROM webhooks WHERE id = ANY (%s::uuid[])
        """,
        [array(sorted(ids))],
    )
    return {row[0]: _webhook(row) for row in await cursor.fetchall()}


async def lock_organizer(conn: WriteConn, organizer_id: str) -> bool:
    """Lock an organizer, so that two who add to what it has do it one after the other; False if there is none."""
    cursor = await conn.execute("SELECT FROM organizers WHERE id = %s FOR NO KEY UPDATE", [organizer_id])
    return await cursor.fetchone() is not None


async def organizer_exists(conn: ReadConn, organizer_id: str) -> bool:
    """Tell whether there is such an organizer."""
    cursor = await conn.execute("SELECT FROM organizers WHERE id = %s", [organizer_id])
    return await cursor.fetchone() is not None


async def clear_failing(conn: WriteConn, ids: Collection[str]) -> None:
    """Say that webhooks have had a success; those that had not failed are left alone."""
    await conn.execute(
        """
        UPDATE webhooks SET failing_since = NULL
        WHERE id IN (
            SELECT id FROM webhooks WHERE id = ANY (%s::uuid[]) AND failing_since IS NOT NULL ORDER BY id
            FOR NO KEY UPDATE
        )
        """,
        [array(sorted(ids))],
    )


async def mark_failing(conn: WriteConn, since: Mapping[str, datetime]) -> dict[str, datetime]:
    """Say since when webhooks fail, unless they have failed before; tells since when they all do."""
    ids = sorted(since)
    cursor = await conn.execute(
        """
        UPDATE webhooks w SET failing_since = coalesce(w.failing_since, f.since)
        FROM unnest(%s::uuid[], %s::timestamptz[]) AS f (id, since)
        WHERE w.id = f.id
          AND w.id IN (SELECT id FROM webhooks WHERE id = ANY (%s::uuid[]) ORDER BY id FOR NO KEY UPDATE)
        RETURNING w.id::text, w.failing_since
        """,
        [array(ids), moment_array([since[one] for one in ids]), array(ids)],
    )
    return dict(await cursor.fetchall())


async def switch_off(conn: WriteConn, webhook_id: str) -> Webhook | None:
    """Switch a webhook off that is on; None if it is not, as when another process was first."""
    cursor = await conn.execute(
        """
        UPDATE webhooks SET state = 'switched_off' WHERE id = %s AND state = 'on'
        RETURNING id::text, organizer_id::text, url, types, description, state, secret, previous_secret,
                  previous_secret_until, failing_since, created_at
        """,
        [webhook_id],
    )
    row = await cursor.fetchone()
    return None if row is None else _webhook(row)


async def owners(conn: ReadConn, organizer_id: str) -> list[Owner]:
    """Who is told when a webhook of an organizer is switched off."""
    cursor = await conn.execute(
        """
        SELECT p.name, p.email, p.language FROM members m JOIN persons p ON p.id = m.person_id
        WHERE m.organizer_id = %s AND m.role = 'owner' ORDER BY p.id
        """,
        [organizer_id],
    )
    return [Owner._make(row) for row in await cursor.fetchall()]


def _webhook(row: TupleRow) -> Webhook:
    webhook_id, organizer_id, url, types, description, state, *secret, failing_since, created_at = row
    kinds = None if types is None else tuple(types)
    return Webhook(
        webhook_id, organizer_id, url, kinds, description, state, Secret._make(secret), failing_since, created_at
    )


def _columns(webhook: Webhook) -> dict[str, Any]:
    secret = webhook.secret
    return {
        **webhook._asdict(),
        "types": None if webhook.types is None else list(webhook.types),
        "secret": secret.current,
        "previous_secret": secret.previous,
        "previous_secret_until": secret.previous_until,
    }
