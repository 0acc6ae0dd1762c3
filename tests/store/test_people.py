"""People in the database: what its constraints forbid, and what old rows are deleted."""

from collections.abc import AsyncIterator
from datetime import timedelta

import psycopg
import pytest

from fullhouse.actions import attempt
from fullhouse.store import session
from fullhouse.store.organizer import DEFAULT_ID
from tests.people import OWNER, Office, open_office, sign_in
from tests.web.organizing import rows, run


@pytest.fixture
async def office(conninfo: str) -> AsyncIterator[Office]:
    """A closed server with an owner."""
    async with open_office(conninfo) as opened:
        await opened.owner()
        yield opened


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE members SET role = 'king'",
        "UPDATE persons SET name = ''",
        "UPDATE persons SET language = 'xx'",
        "UPDATE persons SET email = 'x'",
        "INSERT INTO sign_in_attempts (subject, failures, last_at) VALUES ('', -1, now())",
        (
            "INSERT INTO persons (id, email, email_key, name, created_at)"
            " SELECT gen_random_uuid(), email, email_key, name, now() FROM persons"
        ),
        (
            "INSERT INTO members (organizer_id, person_id, role, created_at)"
            " SELECT organizer_id, person_id, 'door', now() FROM members"
        ),
        (
            "INSERT INTO invitations (id, organizer_id, email, email_key, role, token_hash, created_at, expires_at,"
            " accepted_at) SELECT gen_random_uuid(), id, 'a', 'a', 'door', '', now(), now(), now() FROM organizers"
        ),
        (
            "INSERT INTO invitations (id, organizer_id, email, email_key, role, token_hash, created_at, expires_at)"
            " SELECT gen_random_uuid(), id, 'a', 'a', 'king', '', now(), now() FROM organizers"
        ),
    ],
)
async def test_the_database_itself_forbids_what_must_not_be(office: Office, conninfo: str, statement: str) -> None:
    with psycopg.connect(conninfo) as conn, pytest.raises(psycopg.errors.IntegrityError):
        conn.execute(statement.encode())


async def test_sessions_are_deleted_long_after_their_end(office: Office, conninfo: str) -> None:
    await sign_in(office.visitor())
    office.clock.move(days=30 + 89)
    await attempt.forget_old(office.deps)
    assert len(rows(conninfo, "SELECT id FROM sessions")) == 1
    office.clock.move(days=2)
    await attempt.forget_old(office.deps)
    assert rows(conninfo, "SELECT id FROM sessions") == []


async def test_a_session_that_is_used_at_two_moments_at_once_is_written_down_once(
    office: Office, conninfo: str
) -> None:
    await sign_in(office.visitor())
    session_id = rows(conninfo, "SELECT id::text FROM sessions")[0]["id"]
    first, second = office.clock() + timedelta(minutes=2), office.clock() + timedelta(minutes=2, seconds=1)
    async with office.deps.database.write() as conn:
        await session.see(conn, session_id, first, first - timedelta(minutes=1))
        await session.see(conn, session_id, second, second - timedelta(minutes=1))
    assert rows(conninfo, "SELECT last_seen_at FROM sessions")[0]["last_seen_at"] == first


async def test_a_member_stands_as_he_does_at_the_organizer_for_its_tests(office: Office, conninfo: str) -> None:
    run(
        conninfo,
        "INSERT INTO organizers (id, name, language, test_of, created_at)"
        " VALUES (gen_random_uuid(), 'Tests', 'en', %s, now())",
        DEFAULT_ID,
    )
    test_id = rows(conninfo, "SELECT id::text FROM organizers WHERE test_of IS NOT NULL")[0]["id"]
    visitor = await office.signed_in(OWNER)
    assert (await visitor.get(f"/organizers/{test_id}")).status_code == 200
