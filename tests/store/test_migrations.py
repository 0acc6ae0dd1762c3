"""Migrations: each once, all or nothing, and two at the same time take turns."""

import asyncio
from collections.abc import Iterator

import pytest
from psycopg import errors

from fullhouse.actions import installation
from fullhouse.store import migrations, organizer
from fullhouse.store.db import Database
from fullhouse.store.embedded import Embedded
from tests.store.rows import Rows, database_made


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
