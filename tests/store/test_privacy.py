"""What the database has of people: every column is decided on, and erasing leaves nothing of a person."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from fullhouse.rules.privacy import NOT_PERSONAL, OF_STAFF, PERSONAL, BookingKey, without_texts
from fullhouse.store import disclosure, erasure, organizer, retention
from fullhouse.store.db import Database
from tests.store.rows import NOW, OnSale, Rows, new_id, put_on_sale
from tests.web.manifest import fill

TEXTS = """
    SELECT c.table_name || '.' || c.column_name
    FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE c.table_schema = current_schema AND t.table_type = 'BASE TABLE'
        AND (c.data_type IN ('text', 'character varying', 'json', 'jsonb', 'bytea', 'inet')
             OR c.udt_name IN ('_text', '_varchar'))
"""
PAGE = Path(__file__).parents[2] / "docs" / "privacy.md"


async def test_every_column_that_can_hold_a_name_is_decided_on(rows: Rows) -> None:
    there = {name for (name,) in await rows.all(TEXTS)}
    decided = {*PERSONAL, *OF_STAFF, *NOT_PERSONAL}
    assert there - decided == set(), "decide in rules/privacy.py whether it is about people, and erase it if so"
    assert decided - there == set(), "decided on, but not there"
    assert len(decided) == len(PERSONAL) + len(OF_STAFF) + len(NOT_PERSONAL), "decided on once"


async def test_a_new_column_is_noticed(rows: Rows) -> None:
    await rows.run("ALTER TABLE bookings ADD COLUMN shoe_size text")
    try:
        assert "bookings.shoe_size" in {name for (name,) in await rows.all(TEXTS)}
    finally:
        await rows.run("ALTER TABLE bookings DROP COLUMN shoe_size")


def test_the_page_on_privacy_names_every_column_about_people() -> None:
    told = set(re.findall(r"`(\w+\.\w+)`", PAGE.read_text()))
    assert PERSONAL.keys() - told == set()


def test_texts_are_taken_out_wherever_they_stand_and_nothing_else() -> None:
    data = {"Ann": "Ann", "list": ["Ann", "Anna", {"x": "Ann"}], "n": 1}
    assert without_texts(data, {"Ann"}) == {"Ann": None, "list": [None, "Anna", {"x": None}], "n": 1}


@pytest.fixture
async def event(database: Database, conninfo: str) -> OnSale:
    """An event with some bookings that have buyers."""
    made = await put_on_sale(database, 10)
    fill(conninfo, made.id, 7)
    return made


async def kept(database: Database, event: OnSale) -> str | None:
    async with database.read() as conn:
        (one,) = await erasure.bookings_of(conn, organizer.DEFAULT_ID, "buyer3@example.org", NOW, 9)
    assert one.key == BookingKey(event.id, 3)
    return one.kept


async def test_who_is_to_be_let_in_or_has_money_under_way_stays(database: Database, event: OnSale, rows: Rows) -> None:
    assert await kept(database, event) == "event_to_come"
    for change in (
        "UPDATE bookings SET status = 'cancelled', cancelled_at = now()",
        "UPDATE bookings SET status = 'expired', cancelled_at = NULL",
        "UPDATE events SET state = 'cancelled'",
        "UPDATE bookings SET status = 'confirmed'",
    ):
        await rows.run(change)
        assert await kept(database, event) is None, change
    await rows.run("UPDATE events SET state = 'published', starts_at = %s", NOW - timedelta(hours=1))
    assert await kept(database, event) is None
    await rows.run("UPDATE events SET ends_at = %s", NOW + timedelta(hours=1))
    assert await kept(database, event) == "event_to_come"
    await rows.run("UPDATE events SET ends_at = NULL")
    try:
        await rows.run(
            "INSERT INTO payments (event_id, booking_number, number, id, booking_id, provider, state, amount_minor,"
            " received_minor, currency, created_at, changed_at)"
            " VALUES (%s, 3, 1, gen_random_uuid(), gen_random_uuid(), 'stripe', 'received', 5, 5, 'EUR', now(), now())",
            event.id,
        )
        assert await kept(database, event) == "money_under_way"
        await rows.run("UPDATE payments SET state = 'paid'")
        assert await kept(database, event) is None
        await rows.run(
            "INSERT INTO refunds VALUES (%s, 3, 1, 1, gen_random_uuid(), 5, 'asked', NULL, 'x', now(), now())", event.id
        )
        assert await kept(database, event) == "money_under_way"
    finally:
        await rows.run("DELETE FROM refunds")
        await rows.run("DELETE FROM payments")


async def test_answers_lose_the_names_and_nothing_else(database: Database, rows: Rows) -> None:
    for name in ('Ann "100%" Lee', "Anna"):
        await rows.run(
            "INSERT INTO idempotency_keys (id, fingerprint, created_at, outcome)"
            " SELECT gen_random_uuid(), gen_random_uuid(), now(),"
            " json_build_object('body', json_build_array(%s::text, 7))",
            name,
        )
    async with database.write() as conn:
        assert await erasure.erase_answers(conn, set()) == 0
        assert await erasure.erase_answers(conn, {"nna"}) == 0
        assert await erasure.erase_answers(conn, {'Ann "100%" Lee', "A%"}) == 1
    left = {str(outcome) for (outcome,) in await rows.all("SELECT outcome FROM idempotency_keys")}
    assert left == {"{'body': [None, 7]}", "{'body': ['Anna', 7]}"}


async def test_old_events_are_erased_page_by_page_by_one_at_a_time(
    database: Database, conninfo: str, event: OnSale, rows: Rows
) -> None:
    other = await put_on_sale(database, 10)
    late = NOW + timedelta(days=30 + 40)
    try:
        async with database.write() as conn:
            assert await retention.days_of(conn, organizer.DEFAULT_ID) is None
            assert await retention.take(conn, late, 5) is None, "names are kept as long as nobody says otherwise"
            assert [one.event_id for one in await retention.preview(conn, organizer.DEFAULT_ID, 40, late, 9)] == [
                event.id,
                other.id,
            ]
            await retention.keep_for(conn, organizer.DEFAULT_ID, 40)
            await retention.begin(conn, late - timedelta(seconds=1))
            assert await retention.take(conn, late, 5) is None, "nothing was old by then"
            await retention.begin(conn, late)
            assert await retention.take(conn, late - timedelta(seconds=1), 5) is None
        seen = []
        for _ in range(4):
            async with database.write() as conn:
                page = await retention.take(conn, late, 5)
                if page is None:
                    break
                async with Database.opened(conninfo) as elsewhere, elsewhere.write() as rival:
                    another = await retention.take(rival, late, 5)
                    assert another is None or another.event_id != page.event_id
                seen.append((page.event_id, [key.number for key in page.keys]))
                await erasure.erase(conn, page.keys)
                await retention.move_on(conn, page, late)
        assert seen == [(event.id, [1, 2, 3, 4, 5]), (event.id, [6, 7]), (other.id, [])]
        assert (
            await rows.one("SELECT count(*) FROM bookings WHERE coalesce(buyer_name, buyer_email, buyer_key) <> ''")
            == 0
        )
        async with database.read() as conn:
            assert await retention.preview(conn, organizer.DEFAULT_ID, None, late, 9) == []
    finally:
        await rows.run("DELETE FROM event_erasures")
        await rows.run("UPDATE organizers SET retention_days = NULL")


async def test_nothing_is_known_of_nobody(database: Database) -> None:
    async with database.read() as conn:
        assert await disclosure.about(conn, []) == []
        assert await disclosure.mails(conn, new_id(), "x@example.org", "x@example.org", 5) == []
        assert not await organizer.exists(conn, new_id())
