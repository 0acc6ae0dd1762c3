"""Migrations: each once, all or nothing, and two at the same time take turns."""

import asyncio
from collections.abc import Iterator

import pytest
from psycopg import errors
from pydantic_core import to_json

from fullhouse.actions import installation
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import Booked, Cancelled, Refused
from fullhouse.rules.event import Event
from fullhouse.rules.idempotency import key_for
from fullhouse.rules.ledger import Posting
from fullhouse.rules.refusals import EventNotFound
from fullhouse.store import answer, audit, booking, idempotency, key, ledger, migrations, organizer
from fullhouse.store.db import Database, connect_engine
from fullhouse.store.embedded import Embedded
from fullhouse.web.api.shapes import event_fields
from tests.store.rows import NOW, Rows, batch, database_made, new_id


@pytest.fixture
def blank(embedded: Embedded) -> Iterator[str]:
    """A database with nothing in it."""
    with database_made(embedded, "fullhouse_blank") as conninfo:
        yield conninfo


async def missing(database: Database) -> list[str]:
    async with database.read() as conn:
        return await migrations.missing(conn)


async def migrate_before(database: Database, number: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Apply the migrations before one, and make what there was from the first start on."""
    before = [name for name in migrations.known() if name < number]
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "known", lambda: before)
        async with database.write() as conn:
            await migrations.apply(conn)
            await organizer.create_default(conn, NOW)


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
        await migrate_before(database, "0002", monkeypatch)
        await rows.run(BEFORE_HOUSES.format(event=event, other=other, third=third))
        assert (await installation.migrate(database))[0] == "0002_houses.sql"
        async with database.read() as conn:
            assert await audit.run(conn) == audit.AuditReport(1, 3, 4, [])
            found = await booking.find(conn, [event, other, third])
            assert [found[each].places for each in (event, other, third)] == [2, 4, 2]
        keys = [each.replace("-", "") for each in (event, other, third)]
        lane = await connect_engine(blank, 2_000, 20_000)
        async with batch(lane) as pipeline:
            remembered = await idempotency.recall(pipeline, keys).read()
            await pipeline.commit()
        await lane.close()
    outcomes = [remembered[each].outcome for each in keys]
    assert outcomes[:2] == [
        Booked(found[other]._replace(status="confirmed", cancelled_at=None)),
        Cancelled(found[other]),
    ]
    assert outcomes[2:] == [Refused(EventNotFound("No."))]
    await rows.close()


SOLD_BY_ENTRIES = """
    INSERT INTO ledger_entries (event_id, booking_number, what, number, account, amount_minor, currency, at, payment_id)
    SELECT '{event}', booking_number, what, number, account, amount_minor, 'EUR', '2030-05-01 10:00Z',
        CASE WHEN what IN ('receipt', 'refund') THEN '{payment}'::uuid END
    FROM (VALUES
        (1, 'sale', 0, 'buyer', 5200), (1, 'sale', 0, 'sales', -4202), (1, 'sale', 0, 'tax', -798),
        (1, 'sale', 0, 'fees', -200), (1, 'receipt', 1, 'stripe', 5200), (1, 'receipt', 1, 'buyer', -5200),
        (2, 'sale', 0, 'buyer', 100), (2, 'sale', 0, 'sales', -100), (2, 'cancellation', 0, 'buyer', -100),
        (2, 'cancellation', 0, 'sales', 100), (2, 'receipt', 0, 'cash', 100), (2, 'receipt', 0, 'buyer', -100),
        (2, 'refund', 2, 'cash', -150), (2, 'refund', 2, 'buyer', 100), (2, 'refund', 2, 'refunds', 50)
    ) AS e (booking_number, what, number, account, amount_minor)
"""
"""Two bookings in the ledger as 0005 wrote it: one paid, one cancelled and given back too much for."""


async def test_postings_that_were_written_entry_by_entry_are_kept(blank: str, monkeypatch: pytest.MonkeyPatch) -> None:
    event, payment = new_id(), new_id()
    rows = await Rows.opened(blank)
    async with Database.opened(blank) as database:
        await migrate_before(database, "0007", monkeypatch)
        await rows.run(SOLD_BY_ENTRIES.format(event=event, payment=payment))
        assert (await installation.migrate(database))[0] == "0007_ledger_postings.sql"
        async with database.read() as conn:
            paid, cancelled = [await ledger.of_booking(conn, event, number) for number in (1, 2)]
    assert paid == [
        Posting(event, 1, "receipt", 1, "EUR", -5_200, money_minor=5_200, money_account="stripe", payment_id=payment),
        Posting(event, 1, "sale", 0, "EUR", 5_200, -4_202, -200, -798),
    ]
    assert cancelled == [
        Posting(event, 2, "cancellation", 0, "EUR", -100, 100),
        Posting(event, 2, "receipt", 0, "EUR", -100, money_minor=100, money_account="cash", payment_id=payment),
        Posting(event, 2, "refund", 2, "EUR", 100, 0, 0, 0, 50, -150, "cash", payment),
        Posting(event, 2, "sale", 0, "EUR", 100, -100),
    ]
    assert {row[0] for row in await rows.all("SELECT DISTINCT at::text FROM ledger_postings")} == {
        "2030-05-01 10:00:00+00"
    }
    await rows.close()


async def test_new_events_that_were_answered_before_are_answered_the_same(
    blank: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = key_for("caller", "POST /events", "k", "asked")
    made = Event(new_id(), "Été “live”", NOW, "Hall", 5, 4, NOW.replace(microsecond=120))
    rows = await Rows.opened(blank)
    async with Database.opened(blank) as database:
        await migrate_before(database, "0010", monkeypatch)
        await rows.run(
            "INSERT INTO idempotency_keys (id, fingerprint, outcome, created_at) VALUES (%s, %s, %s, now())",
            *(key.id, key.fingerprint, to_json({"created": made._asdict()}).decode()),
        )
        await installation.migrate(database)
        async with database.write() as conn:
            found = await answer.claim(conn, key, NOW)
    assert found == (key.fingerprint, Answered(201, event_fields(made), location=f"/events/{made.id}"))
    assert found[1] is not None
    assert list(found[1].body) == list(event_fields(made)), "in the same order"
    await rows.close()


BEFORE_REFUNDS = """
    INSERT INTO events (id, organizer_id, name, venue, starts_at, created_at)
    SELECT '{event}', id, 'Concert', 'Small house', now() + interval '9 days', now() FROM organizers;
    INSERT INTO houses (event_id, bookings_made, capacity, taken) VALUES ('{event}', 2, 10, 7);
    INSERT INTO pools (event_id, id, name, capacity, taken, created_at) VALUES
        ('{event}', '{event}', 'Balcony', 9, 4, now()), ('{event}', '{other}', 'New', 9, 0, now());
    INSERT INTO ticket_types (event_id, id, name, price_minor, places, created_at) VALUES
        ('{event}', '{event}', 'Table', 1000, 4, now()), ('{event}', '{other}', 'Adult', 1000, 1, now());
    INSERT INTO ticket_type_pools VALUES ('{event}', '{event}', '{event}'), ('{event}', '{event}', '{other}');
    INSERT INTO bookings (event_id, number, id, places, status, created_at, price, drawn) VALUES
        ('{event}', 1, '{event}', 6, 'expired', now(), '{{"currency": "EUR", "fees": [], "lines": [{table}, {adult}]}}',
         '{{"{event}": 4}}'),
        ('{event}', 2, '{other}', 1, 'expired', now(), NULL, NULL)
"""
"""A table that drew on the one pool that there was, and two adults; since then there is another pool for tables."""


async def test_what_was_sold_before_single_tickets_could_be_given_back_says_what_each_takes(
    blank: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    event, other = new_id(), new_id()
    line = '{{"ticket_type_id": "{}", "name": "x", "quantity": {}, "fees": [], "each_minor": 1000, "face": {}}}'
    face = '{"net_minor": 1000, "tax_minor": 0}'
    sold = {"table": line.format(event, 1, face), "adult": line.format(other, 2, face)}
    rows = await Rows.opened(blank)
    async with Database.opened(blank) as database:
        await migrate_before(database, "0011", monkeypatch)
        await rows.run(BEFORE_REFUNDS.format(event=event, other=other, **sold))
        await installation.migrate(database)
        async with database.read() as conn:
            found = await booking.find(conn, [event, other])
    await rows.close()
    assert found[other].price is None
    price = found[event].price
    assert price is not None
    assert price.refunds is None
    assert [(one.places, one.pool_ids, one.off_minor) for one in price.lines] == [(4, (event,), None), (1, (), None)]
    assert found[event].cancelled_tickets == ()


async def test_keys_that_were_made_before_there_were_scopes_may_do_what_they_could(
    blank: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    key_id, transfer_id = new_id(), new_id()
    rows = await Rows.opened(blank)
    async with Database.opened(blank) as database:
        await migrate_before(database, "0014", monkeypatch)
        await rows.run("INSERT INTO api_keys SELECT %s, id, 'Web shop', 'hash', now() FROM organizers", key_id)
        await rows.run(
            "INSERT INTO bank_transfers VALUES (%s, NULL, '2030-05-02', 1500, 'EUR', 'Payer', 'Text', now())",
            transfer_id,
        )
        await installation.migrate(database)
        async with database.read() as conn:
            found = (await key.find_live(conn, [b"hash"]))[b"hash"]
    transfers = await rows.all("SELECT organizer_id::text, id::text FROM bank_transfers")
    await rows.close()
    assert found == key.LiveKey(
        key_id, "Web shop", organizer.DEFAULT_ID, ("read", "sell", "manage"), event_ids=None, expires_at=None
    )
    assert transfers == [(organizer.DEFAULT_ID, transfer_id)]
