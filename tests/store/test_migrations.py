"""Migrations: each once, all or nothing, and two at the same time take turns."""

import asyncio
from collections.abc import Iterator

import pytest
from psycopg import errors

from fullhouse.actions import installation
from fullhouse.rules.booking import Booked, Cancelled, Refused
from fullhouse.rules.refusals import EventNotFound
from fullhouse.store import audit, booking, idempotency, migrations, organizer
from fullhouse.store.db import Database
from fullhouse.store.embedded import Embedded
from tests.store.rows import Rows, database_made, new_id


@pytest.fixture
def blank(embedded: Embedded) -> Iterator[str]:
    """A database with nothing in it."""
    with database_made(embedded, "fullhouse_blank") as conninfo:
        yield conninfo


async def missing(database: Database) -> list[str]:
    async with database.read() as conn:
        return await migrations.missing(conn)


async def test_a_blank_database_misses_all_and_has_all_afterwards(blank: str) -> None:
    async with Database.opened(blank) as database:
        assert await missing(database) == migrations.known() != []
        assert await installation.migrate(database) == migrations.known()
        assert await missing(database) == []
        async with database.read() as conn:
            assert await organizer.default_exists(conn)


async def test_migrating_again_changes_nothing(blank: str) -> None:
    async with Database.opened(blank) as database:
        await installation.migrate(database)
        assert await installation.migrate(database) == []
        async with database.read() as conn:
            cursor = await conn.execute("SELECT (SELECT count(*) FROM schema_migrations), count(*) FROM organizers")
            assert await cursor.fetchone() == (len(migrations.known()), 1)


async def test_of_many_that_migrate_at_once_one_does_it(blank: str) -> None:
    async def start() -> list[str]:
        async with Database.opened(blank) as database:
            return list(await installation.migrate(database))

    applied = await asyncio.gather(*[start() for _ in range(6)])
    assert sorted(applied, key=len) == [*[[]] * 5, migrations.known()]


async def test_a_migration_that_fails_leaves_nothing_half_done(blank: str) -> None:
    rows = await Rows.opened(blank)
    await rows.run("CREATE TABLE api_keys (id int)")
    async with Database.opened(blank) as database:
        with pytest.raises(errors.DuplicateTable):
            await installation.migrate(database)
        assert await rows.all("SELECT tablename FROM pg_tables WHERE schemaname = 'public'") == [("api_keys",)]
        await rows.run("DROP TABLE api_keys")
        assert await installation.migrate(database) == migrations.known()
    await rows.close()


async def test_a_database_before_its_first_start_has_no_organizer(blank: str) -> None:
    async with Database.opened(blank) as database:
        async with database.write() as conn:
            await migrations.apply(conn)
        async with database.read() as conn:
            assert not await organizer.default_exists(conn)


def test_migrations_are_numbered_in_their_order() -> None:
    numbers = [int(name[:4]) for name in migrations.known()]
    assert numbers == list(range(1, len(numbers) + 1))


BEFORE_HOUSES = """
    INSERT INTO events SELECT '{event}', id, 'Concert', 'Small house', now() + interval '9 days', now() FROM organizers;
    INSERT INTO event_counters VALUES ('{event}', 3);
    INSERT INTO pools VALUES ('{event}', '{event}', 'floor', 10, 3), ('{event}', '{other}', 'balcony', 5, 1);
    INSERT INTO bookings VALUES
        ('{event}', '{event}', 1, 'confirmed', now(), NULL), ('{event}', '{other}', 2, 'cancelled', now(), now()),
        ('{event}', '{third}', 3, 'confirmed', now(), NULL);
    INSERT INTO booking_lines VALUES
        ('{event}', '{event}', 1, '{event}', 2), ('{event}', '{other}', 1, '{event}', 4),
        ('{event}', '{third}', 1, '{event}', 1), ('{event}', '{third}', 2, '{other}', 1);
    INSERT INTO idempotency_keys VALUES
        ('{event}', '{event}', '{{"booked": "{other}", "number": 2, "status": "confirmed"}}', now()),
        ('{other}', '{event}', '{{"cancelled": "{other}", "number": 2, "status": "cancelled"}}', now()),
        ('{third}', '{event}', '{{"refused": "event_not_found", "detail": "No.", "facts": {{}}}}', now())
"""
"""One event with two pools and three bookings, as 0001 wrote them."""


async def test_what_was_sold_before_there_were_houses_is_kept(blank: str, monkeypatch: pytest.MonkeyPatch) -> None:
    event, other, third = new_id(), new_id(), new_id()
    rows = await Rows.opened(blank)
    async with Database.opened(blank) as database:
        with monkeypatch.context() as patch:
            patch.setattr(migrations, "known", lambda: ["0001_box_office.sql"])
            await installation.migrate(database)
        await rows.run(BEFORE_HOUSES.format(event=event, other=other, third=third))
        assert (await installation.migrate(database))[0] == "0002_houses.sql"
        async with database.read() as conn:
            assert await audit.run(conn) == audit.AuditReport(1, 3, 4, [])
            found = await booking.find(conn, [event, other, third])
            assert [found[each].places for each in (event, other, third)] == [2, 4, 2]
            remembered = [await idempotency.find(conn, each.replace("-", "")) for each in (event, other, third)]
    outcomes = [each.outcome for each in remembered if each]
    assert outcomes[:2] == [
        Booked(found[other]._replace(status="confirmed", cancelled_at=None)),
        Cancelled(found[other]),
    ]
    assert outcomes[2:] == [Refused(EventNotFound("No."))]
    await rows.close()
