"""What organizers say of their mails: settings, wordings, and who wants no more of their messages."""

from collections.abc import Collection
from datetime import datetime

from fullhouse.rules.mail import Language, MailKind, MailSettings
from fullhouse.rules.wording import Wording
from fullhouse.store.arrays import array, text_array
from fullhouse.store.db import ReadConn, WriteConn


async def find(conn: ReadConn, organizer_ids: Collection[str]) -> dict[str, MailSettings]:
    """The settings of organizers by their ids; without those that there are not."""
    cursor = await conn.execute(
        """
        SELECT o.id::text, o.language, o.reply_to, s.reminder_hours
        FROM organizers o LEFT JOIN mail_settings s ON s.organizer_id = o.id
        WHERE o.id = ANY (%s::uuid[])
        """,
        [array(organizer_ids)],
    )
    return {row[0]: MailSettings._make(row[1:]) for row in await cursor.fetchall()}


async def change(conn: WriteConn, organizer_id: str, settings: MailSettings) -> None:
    """Write the settings of an organizer."""
    await conn.execute(
        """
        WITH changed AS (UPDATE organizers SET language = %s, reply_to = %s WHERE id = %s)
        INSERT INTO mail_settings (organizer_id, reminder_hours) VALUES (%s, %s)
        ON CONFLICT (organizer_id) DO UPDATE SET reminder_hours = EXCLUDED.reminder_hours
        """,
        [settings.language, settings.reply_to, organizer_id, organizer_id, settings.reminder_hours],
    )


async def wordings(conn: ReadConn, organizer_ids: Collection[str]) -> dict[tuple[str, MailKind, Language], Wording]:
    """The wordings of organizers by organizer, kind and language."""
    cursor = await conn.execute(
        """
        SELECT organizer_id::text, kind, language, subject, opening FROM wordings
        WHERE organizer_id = ANY (%s::uuid[])
        """,
        [array(organizer_ids)],
    )
    found = (Wording._make(row) for row in await cursor.fetchall())
    return {(one.organizer_id, one.kind, one.language): one for one in found}


async def word(conn: WriteConn, wording: Wording, now: datetime) -> None:
    """Write a wording, in place of the one before."""
    await conn.execute(
        """
        INSERT INTO wordings (organizer_id, kind, language, subject, opening, changed_at)
        VALUES (%s, %s, %s, %s, %s, %s)
        ON CONFLICT (organizer_id, kind, language) DO UPDATE
        SET subject = EXCLUDED.subject, opening = EXCLUDED.opening, changed_at = EXCLUDED.changed_at
        """,
        [*wording, now],
    )


async def forget_wording(conn: WriteConn, organizer_id: str, kind: MailKind, language: Language) -> None:
    """Let a kind of mail be worded as it is by itself."""
    await conn.execute(
        "DELETE FROM wordings WHERE organizer_id = %s AND kind = %s AND language = %s", [organizer_id, kind, language]
    )


async def unsubscribe(conn: WriteConn, organizer_id: str, buyer_key: str, now: datetime) -> None:
    """Write that an address wants no more messages of an organizer; again, nothing changes."""
    await conn.execute(
        """
        INSERT INTO unsubscriptions (organizer_id, buyer_key, created_at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING
        """,
        [organizer_id, buyer_key, now],
    )


async def unsubscribed(conn: ReadConn, asked: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Of organizers with addresses, those where the address wants no more messages of the organizer."""
    cursor = await conn.execute(
        """
        SELECT u.organizer_id::text, u.buyer_key
        FROM unnest(%s::uuid[], %s::text[]) AS w (organizer_id, buyer_key)
        JOIN unsubscriptions u ON u.organizer_id = w.organizer_id AND u.buyer_key = w.buyer_key
        """,
        [array([organizer_id for organizer_id, _ in asked]), text_array([buyer_key for _, buyer_key in asked])],
    )
    return {(organizer_id, buyer_key) for organizer_id, buyer_key in await cursor.fetchall()}
