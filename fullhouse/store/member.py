"""Members: the persons of an organizer with their roles."""

from datetime import datetime

from fullhouse.rules.member import Member, Membership
from fullhouse.rules.permission import Role
from fullhouse.store.db import ReadConn, WriteConn


async def of_person(conn: ReadConn, person_id: str) -> list[Membership]:
    """What a person is for which organizer, the oldest first."""
    cursor = await conn.execute(
        """
        SELECT o.id::text, o.name, m.role, m.created_at FROM members m JOIN organizers o ON o.id = m.organizer_id
        WHERE m.person_id = %s ORDER BY m.created_at, o.id
        """,
        [person_id],
    )
    return [Membership(*row) for row in await cursor.fetchall()]


async def put(conn: WriteConn, organizer_id: str, person_id: str, role: Role, now: datetime) -> None:
    """Make a person a member with this role, whether he was one before or not."""
    await conn.execute(
        """
        INSERT INTO members (organizer_id, person_id, role, created_at) VALUES (%s, %s, %s, %s)
        ON CONFLICT (organizer_id, person_id) DO UPDATE SET role = excluded.role
        """,
        [organizer_id, person_id, role, now],
    )


async def of_organizer(conn: ReadConn, organizer_id: str) -> list[Member]:
    """The members of an organizer, the oldest first."""
    cursor = await conn.execute(
        """
        SELECT p.id::text, p.name, p.email, m.role, m.created_at FROM members m JOIN persons p ON p.id = m.person_id
        WHERE m.organizer_id = %s ORDER BY m.created_at, p.id
        """,
        [organizer_id],
    )
    return [Member(*row) for row in await cursor.fetchall()]


async def find(conn: ReadConn, organizer_id: str, person_id: str) -> Member | None:
    """A member of an organizer."""
    cursor = await conn.execute(
        """
        SELECT p.id::text, p.name, p.email, m.role, m.created_at FROM members m JOIN persons p ON p.id = m.person_id
        WHERE m.organizer_id = %s AND m.person_id = %s
        """,
        [organizer_id, person_id],
    )
    row = await cursor.fetchone()
    return None if row is None else Member(*row)


async def remove(conn: WriteConn, organizer_id: str, person_id: str) -> None:
    """End a membership."""
    await conn.execute("DELETE FROM members WHERE organizer_id = %s AND person_id = %s", [organizer_id, person_id])


async def owners(conn: ReadConn, organizer_id: str) -> int:
    """How many owners an organizer has; behind its lock the number holds."""
    cursor = await conn.execute(
        "SELECT count(*) FROM members WHERE organizer_id = %s AND role = 'owner'", [organizer_id]
    )
    ((count,),) = await cursor.fetchall()
    return int(count)


async def count(conn: ReadConn, organizer_id: str, now: datetime) -> int:
    """How many members an organizer has, with those who are invited."""
    cursor = await conn.execute(
        """
        SELECT (SELECT count(*) FROM members WHERE organizer_id = %(organizer)s)
            + (SELECT count(*) FROM invitations WHERE organizer_id = %(organizer)s
                AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > %(now)s)
        """,
        {"organizer": organizer_id, "now": now},
    )
    ((found,),) = await cursor.fetchall()
    return int(found)
