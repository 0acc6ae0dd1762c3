"""Promo codes in the database: written as they are, never across events, and never past what the engine counts."""

from datetime import timedelta

import pytest
from psycopg import errors

from fullhouse.rules.booking import PromoUse
from fullhouse.rules.promo import PromoCode
from fullhouse.store import promo, promo_code
from fullhouse.store.db import Database
from tests.store.rows import NOW, Rows, new_id, put_on_sale

UNUSED = PromoUse(0, 0, 0)


def code_of(code: str = "ÉTÉ “1”, \\{}", *type_ids: str) -> PromoCode:
    window = (NOW, NOW + timedelta(days=1))
    return PromoCode(new_id(), code, "fixed", 10**11, frozenset(type_ids), *window, 10**6, 1, 10**15, UNUSED)


async def test_a_code_comes_back_as_it_was_written_to_management_and_engine(database: Database) -> None:
    event, other = await put_on_sale(database), await put_on_sale(database)
    full = code_of("ÉTÉ “1”, \\{}", new_id(), new_id())
    plain = PromoCode(new_id(), "A", "unlock", 0, None, None, None, None, None, None, UNUSED)
    async with database.write() as conn:
        for code in (full, plain):
            await promo_code.insert(conn, event.id, code, NOW)
    async with database.read() as reader:
        for code in (full, plain):
            assert await promo_code.find(reader, event.id, code.id) == code
            assert await promo.find(reader, event.id, code.code) == code
            assert await promo_code.id_spelt(reader, event.id, code.code) == code.id
            assert await promo_code.find(reader, other.id, code.id) is None
            assert await promo_code.id_spelt(reader, other.id, code.code) is None
        assert await promo_code.page(reader, event.id, None, 9) == [plain, full]
        assert [await promo_code.count(reader, one.id) for one in (event, other)] == [2, 0]


async def test_a_code_changes_alone_and_keeps_what_is_used(database: Database, rows: Rows) -> None:
    event, other = await put_on_sale(database), await put_on_sale(database)
    one, kept, elsewhere = code_of("A"), code_of("B"), code_of("A")
    async with database.write() as conn:
        for where, code in ((event, one), (event, kept), (other, elsewhere)):
            await promo_code.insert(conn, where.id, code, NOW)
    used = PromoUse(7, 1, 3)
    await rows.run("UPDATE promo_codes SET tickets_used = 7, bookings_used = 1, money_used_minor = 3")
    after = PromoCode(one.id, "C", "percent", 1, None, None, None, None, None, None, UNUSED)
    async with database.write() as conn:
        await promo_code.update(conn, event.id, after)
        await promo_code.update(conn, other.id, after._replace(code="D"))
    async with database.read() as reader:
        assert await promo_code.page(reader, event.id, None, 9) == [kept._replace(used=used), after._replace(used=used)]
        assert await promo_code.page(reader, other.id, None, 9) == [elsewhere._replace(used=used)]
    async with database.write() as conn:
        await promo_code.delete(conn, other.id, one.id)
        await promo_code.delete(conn, event.id, one.id)
        assert [await promo_code.count(conn, where.id) for where in (event, other)] == [1, 1]


async def test_pages_begin_behind_a_spelling_and_have_an_end(database: Database) -> None:
    event, other = await put_on_sale(database), await put_on_sale(database)
    async with database.write() as conn:
        for code in "DBECA":
            await promo_code.insert(conn, event.id, code_of(code), NOW)
            await promo_code.insert(conn, other.id, code_of(code), NOW)
    async with database.read() as reader:
        for after, most, expected in ((None, 3, "ABC"), ("C", 3, "DE"), ("BB", 1, "C"), ("E", 9, "")):
            found = await promo_code.page(reader, event.id, after, most)
            assert "".join(one.code for one in found) == expected


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE promo_codes SET tickets_max = 6",
        "UPDATE promo_codes SET bookings_max = 1",
        "UPDATE promo_codes SET money_max_minor = 499",
        "UPDATE promo_codes SET tickets_used = -1",
        "UPDATE promo_codes SET bookings_used = -1",
        "UPDATE promo_codes SET money_used_minor = -1",
        "UPDATE promo_codes SET tickets_max = 0",
        "UPDATE promo_codes SET code = 'summer'",
        "UPDATE promo_codes SET code = ''",
        "UPDATE promo_codes SET code = repeat('X', 51)",
        "UPDATE promo_codes SET kind = 'gift'",
        "UPDATE promo_codes SET amount = -1",
        "UPDATE promo_codes SET amount = 10001",
    ],
)
async def test_what_must_never_be_is_refused_by_the_database(database: Database, rows: Rows, change: str) -> None:
    event = await put_on_sale(database)
    code = code_of("SUMMER")._replace(kind="percent", amount=1_000, bookings_max=None)
    async with database.write() as conn:
        await promo_code.insert(conn, event.id, code, NOW)
    await rows.run("UPDATE promo_codes SET tickets_used = 7, bookings_used = 2, money_used_minor = 500")
    with pytest.raises(errors.CheckViolation):
        await rows.run(change)


async def test_a_spelling_occurs_once_in_an_event(database: Database) -> None:
    event, other = await put_on_sale(database), await put_on_sale(database)
    async with database.write() as conn:
        for where in (event, other):
            await promo_code.insert(conn, where.id, code_of("SUMMER"), NOW)
    with pytest.raises(errors.UniqueViolation):
        async with database.write() as conn:
            await promo_code.insert(conn, event.id, code_of("SUMMER"), NOW)
