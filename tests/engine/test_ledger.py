"""The engine posts what it sells in the transaction that sells it."""

import asyncio

import psycopg
import pytest
from psycopg import errors

from fullhouse.actions import cancellation
from fullhouse.actions.deps import Deps
from fullhouse.rules.booking import CancelRequest
from fullhouse.store import ledger
from tests.cast import running_deps
from tests.engine.wire import Wire
from tests.till import open_till

GROSS = 5_200
TAKEN_BACK = """
    INSERT INTO ledger_postings
    SELECT event_id, booking_number, at, -buyer_minor, -sales_minor, -fees_minor, -tax_minor, 0, 0, NULL, 1,
        'cancellation', currency, NULL
    FROM ledger_postings WHERE what = 'sale'
"""


async def test_a_hold_posts_nothing_and_its_confirmation_posts_the_sale(deps: Deps, conninfo: str) -> None:
    till = await open_till(deps, conninfo)
    held = await till.hold()
    assert held.status == "held"
    assert await till.postings(held) == []
    await till.confirm(held, "stripe")
    assert await till.balances(held) == {"buyer": GROSS, "sales": -4_202, "tax": -798, "fees": -200}
    assert till.unequal() == []


async def test_a_sale_at_the_desk_is_paid_as_it_is_made(deps: Deps, conninfo: str) -> None:
    till = await open_till(deps, conninfo)
    sold = await till.hold(paid_by="cash")
    held = await till.confirm(await till.hold(), "card_terminal")
    assert await till.balances(sold) == {"cash": GROSS, "sales": -4_202, "tax": -798, "fees": -200}
    assert (await till.balances(held))["card_terminal"] == GROSS
    assert till.unequal() == []


async def test_a_sale_that_is_confirmed_again_is_posted_once(deps: Deps, conninfo: str) -> None:
    till = await open_till(deps, conninfo)
    held = await till.hold()
    await asyncio.gather(*(till.confirm(held, "cash") for _ in range(5)))
    await till.confirm(held, "cash")
    assert (await till.balances(held))["cash"] == GROSS
    assert till.unequal() == []


async def test_cancelling_takes_the_sale_back_once_and_owes_what_was_paid(deps: Deps, conninfo: str) -> None:
    till = await open_till(deps, conninfo)
    sold = await till.hold(paid_by="cash")
    for _ in range(2):
        await cancellation.cancel(deps, CancelRequest("", sold.id))
    assert await till.balances(sold) == {"cash": GROSS, "buyer": -GROSS}
    held = await till.hold()
    await cancellation.cancel(deps, CancelRequest("", held.id))
    assert await till.postings(held) == []
    assert till.unequal() == []


async def test_a_comp_costs_nothing(deps: Deps, conninfo: str) -> None:
    till = await open_till(deps, conninfo)
    given, held = await till.hold(paid_by="comp"), await till.confirm(await till.hold(), "comp")
    assert await till.postings(given) == await till.postings(held) == []
    assert till.unequal() == []


@pytest.mark.parametrize("size", [1, 40])
async def test_the_postings_of_a_batch_are_one_statement(wire: Wire, conninfo: str, size: int) -> None:
    async with running_deps(wire.conninfo, hot_line_length=1_000) as deps:
        till = await open_till(deps, conninfo)
        held = [await till.hold(1) for _ in range(size)]
        wire.batches.clear()
        await asyncio.gather(*(till.confirm(one, "cash") for one in held))
    # Lock, load bookings; write the notice, issue tickets, confirm, post, write down the payments.
    assert {batch.count("E") for batch in wire.batches} == {7}
    assert till.unequal() == []


async def test_postgresql_refuses_to_post_anything_twice(deps: Deps, conninfo: str) -> None:
    till = await open_till(deps, conninfo)
    sold = await till.hold(paid_by="cash")
    for posting in await till.postings(sold):
        with pytest.raises(errors.UniqueViolation):
            async with deps.database.write() as conn:
                await ledger.add(conn, posting, sold.created_at)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("buyer_minor = buyer_minor + 1", "ledger_postings_sum_to_zero"),
        (
            "buyer_minor = 0, sales_minor = 0, fees_minor = 0, tax_minor = 0, money_minor = 0",
            "ledger_postings_direction",
        ),
        ("buyer_minor = -buyer_minor, money_minor = -money_minor WHERE what = 'receipt'", "ledger_postings_direction"),
        ("what = 'refund' WHERE what = 'receipt'", "ledger_postings_direction"),
        ("what = 'cancellation' WHERE what = 'sale'", "ledger_postings_direction"),
        (
            "sales_minor = -sales_minor, fees_minor = fees_minor + 2 * sales_minor WHERE what = 'sale'",
            "ledger_postings_direction",
        ),
        ("tax_minor = money_minor, money_minor = 0 WHERE what = 'receipt'", "ledger_postings_accounts"),
        ("money_minor = sales_minor, sales_minor = 0 WHERE what = 'sale'", "ledger_postings_accounts"),
        ("money_account = 'cash'", "ledger_postings_accounts"),
        ("money_account = NULL", "ledger_postings_accounts"),
        ("money_account = 'pocket' WHERE what = 'receipt'", "ledger_postings_money_account_check"),
        ("number = -1", "ledger_postings_number_check"),
        ("what = 'gift' WHERE what = 'sale'", "ledger_postings_accounts"),
        ("currency = 'euro'", "ledger_postings_currency_check"),
    ],
)
async def test_postgresql_refuses_what_is_no_posting(deps: Deps, conninfo: str, change: str, rule: str) -> None:
    till = await open_till(deps, conninfo)
    await till.hold(paid_by="cash")
    with psycopg.connect(conninfo) as conn, pytest.raises(errors.CheckViolation) as caught:
        conn.execute(b"UPDATE ledger_postings SET " + change.encode())
    assert caught.value.diag.constraint_name == rule


@pytest.mark.parametrize(
    ("damage", "rule"),
    [
        (
            """
            ALTER TABLE ledger_postings DROP CONSTRAINT ledger_postings_sum_to_zero;
            UPDATE ledger_postings SET money_minor = money_minor + 1 WHERE money_account = 'cash'
            """,
            "sums to zero",
        ),
        ("UPDATE ledger_postings SET currency = 'USD' WHERE what = 'receipt'", "in the currency of its booking"),
        ("DELETE FROM ledger_postings WHERE what = 'sale'", "its price"),
        (TAKEN_BACK, "was agreed"),
        (f"{TAKEN_BACK}; {TAKEN_BACK.replace('NULL, 1,', 'NULL, 2,')}", "than was sold"),
        ("DELETE FROM bookings", "belongs to a booking"),
        ("UPDATE ledger_postings SET at = now()", "ever changed"),
    ],
)
async def test_the_audit_finds_a_damaged_ledger(deps: Deps, conninfo: str, damage: str, rule: str) -> None:
    till = await open_till(deps, conninfo)
    await till.hold(paid_by="cash")
    assert till.unequal() == []
    with psycopg.connect(conninfo) as conn:
        conn.execute(damage.encode())
        conn.execute("SELECT pg_stat_force_next_flush()")
    (sql,) = [sql for name, sql in ledger.RULES.items() if rule in name]
    with psycopg.connect(conninfo) as conn:
        assert conn.execute(sql).fetchall()
