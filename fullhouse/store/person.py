"""Persons: found by their mail address, made once, and their passwords."""

from datetime import datetime
from typing import LiteralString

from psycopg.rows import TupleRow

from fullhouse.rules.person import Account, Person, email_key
from fullhouse.store.db import ReadConn, WriteConn

_ACCOUNT: LiteralString = "SELECT id::text, email, name, language, password_hash FROM persons"


async def add(conn: WriteConn, person: Person, password_hash: str | None, now: datetime) -> bool:
    """Write a new person; False when the mail address has an account, also one that is made at the same moment."""
    cursor = await conn.execute(
        """
        INSERT INTO persons (id, email, email_key, name, language, password_hash, created_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s)
        ON CONFLICT (email_key) DO NOTHING
        """,
        [person.id, person.email, email_key(person.email), person.name, person.language, password_hash, now],
    )
    return cursor.rowcount == 1


async def by_email(conn: ReadConn, email: str) -> Account | None:
    """The account with a mail address."""
    cursor = await conn.execute(_ACCOUNT + " WHERE email_key = %s", [email_key(email)])
    return _account(await cursor.fetchone())


async def find(conn: ReadConn, person_id: str) -> Account | None:
    """The account of a person."""
    cursor = await conn.execute(_ACCOUNT + " WHERE id = %s", [person_id])
    return _account(await cursor.fetchone())


async def lock(conn: WriteConn, person_id: str) -> Account | None:
    """Lock a person until the transaction ends, so that the password stays as it is read here."""
    cursor = await conn.execute(_ACCOUNT + " WHERE id = %s FOR NO KEY UPDATE", [person_id])
    return _account(await cursor.fetchone())


async def change_password(conn: WriteConn, person_id: str, password_hash: str) -> None:
    """Write another password."""
    await conn.execute("UPDATE persons SET password_hash = %s WHERE id = %s", [password_hash, person_id])


def _account(row: TupleRow | None) -> Account | None:
    return None if row is None else Account(Person(*row[:4]), row[4])


async def rename(conn: WriteConn, person_id: str, name: str) -> None:
    """Give a person another name."""
    await conn.execute("UPDATE persons SET name = %s WHERE id = %s", [name, person_id])
