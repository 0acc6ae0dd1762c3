"""The audit finds every way in which what is used of promo codes and what bookings say of it can contradict."""

from collections.abc import Iterator

import pytest

from fullhouse.rules.booking import Booking, Buyer, Promo, PromoUse, Status
from fullhouse.rules.price import Amount, Price, PricedLine
from fullhouse.rules.promo import PromoCode
from fullhouse.store import audit, booking, promo, promo_code
from fullhouse.store.db import Database, WriteConn
from fullhouse.store.embedded import Embedded
from tests.store.rows import NOW, OnSale, Rows, batch, cancelled, database_made, new_id, put_on_sale

USED, EXCEEDED = [rule for rule in audit.RULES if "promo code" in rule]
OTHER = "0196ffff-ffff-7fff-8fff-ffffffffffff"
UNBOUND = "ALTER TABLE promo_codes DROP CONSTRAINT promo_codes_never_exceeded; {}"
STATES: tuple[tuple[Status, PromoUse], ...] = (
    ("held", PromoUse(2, 1, 500)),
    ("confirmed", PromoUse(3, 1, 750)),
    ("expired", PromoUse(4, 1, 1_000)),
    ("cancelled", PromoUse(5, 1, 1_250)),
)


@pytest.fixture
def conninfo(embedded: Embedded, template: str) -> Iterator[str]:
    """A database to break, schema and all."""
    with database_made(embedded, "fullhouse_audited_codes", template) as made:
        yield made


def _booking(event: OnSale, number: int, status: Status, code_id: str, use: PromoUse) -> Booking:
    line = PricedLine(event.id, "Adult", use.tickets, Amount(2_250 * use.tickets, 0), (), 2_250)
    return event.booking(number, use.tickets)._replace(
        status=status,
        expires_at=NOW,
        buyer=Buyer("Ann", "ann@example.com"),
        price=Price("EUR", (line,), ()),
        promo=Promo(code_id, use),
    )


@pytest.fixture
async def sold(database: Database, conn: WriteConn, rows: Rows) -> list[Booking]:
    """A booking in each state with one code, one without a code, and a code that nobody used."""
    event = await put_on_sale(database)
    code = PromoCode(new_id(), "SUMMER", "percent", 1_000, None, None, None, 5, 2, 1_250, PromoUse(0, 0, 0))
    async with database.write() as writer:
        await promo_code.insert(writer, event.id, code, NOW)
        await promo_code.insert(writer, event.id, code._replace(id=new_id(), code="UNUSED"), NOW)
    bookings = [_booking(event, number, status, code.id, use) for number, (status, use) in enumerate(STATES, 1)]
    plain = _booking(event, 5, "held", code.id, STATES[0][1])._replace(promo=None)
    # A booking is never written as cancelled.
    written = [one._replace(status="held") if one.status == "cancelled" else one for one in (*bookings, plain)]
    async with batch(conn) as pipeline:
        booking.insert_reserved(pipeline, written)
        booking.cancel(pipeline, [cancelled(bookings[3], NOW)])
        promo.count(pipeline, {(event.id, code.id): PromoUse(5, 2, 1_250)})
        await pipeline.commit()
    assert await rows.one("SELECT count(*) FROM bookings WHERE status = 'cancelled'") == 1
    return bookings


async def broken(rows: Rows) -> set[str]:
    """The rules of codes that are broken."""
    return {rule for rule in (USED, EXCEEDED) if await rows.all(audit.RULES[rule])}


@pytest.mark.usefixtures("sold")
async def test_codes_that_were_used_and_given_back_agree_with_the_bookings(rows: Rows) -> None:
    assert await broken(rows) == set()


BROKEN: list[tuple[str, str, set[str]]] = [
    ("a ticket was counted twice", UNBOUND.format("UPDATE promo_codes SET tickets_used = 6"), {USED, EXCEEDED}),
    ("a ticket was given back twice", "UPDATE promo_codes SET tickets_used = 4 WHERE tickets_used = 5", {USED}),
    ("a booking was not counted", "UPDATE promo_codes SET bookings_used = 1 WHERE bookings_used = 2", {USED}),
    ("too little money was counted", "UPDATE promo_codes SET money_used_minor = 1249 WHERE tickets_used = 5", {USED}),
    ("money of nobody", "UPDATE promo_codes SET money_used_minor = 1 WHERE code = 'UNUSED'", {USED}),
    ("a hold ran out and gave nothing back", "UPDATE bookings SET status = 'expired' WHERE id = '{held}'", {USED}),
    (
        "a cancellation gave nothing back",
        "UPDATE bookings SET status = 'cancelled', cancelled_at = now() WHERE id = '{confirmed}'",
        {USED},
    ),
    ("a hold came back to life", "UPDATE bookings SET status = 'held' WHERE id = '{expired}'", {USED}),
    (
        "a booking came back to life",
        "UPDATE bookings SET status = 'confirmed', cancelled_at = NULL WHERE id = '{cancelled}'",
        {USED},
    ),
    ("a booking forgot its code", "UPDATE bookings SET promo = NULL WHERE id = '{held}'", {USED}),
    (
        "a booking has more than was counted",
        "UPDATE bookings SET promo = jsonb_set(promo, '{{use,2}}', '501') WHERE id = '{held}'",
        {USED},
    ),
    (
        "a booking has a code that there is not",
        "UPDATE bookings SET promo = jsonb_set(promo, '{{code_id}}', '\"{other}\"') WHERE id = '{held}'",
        {USED},
    ),
    ("a used code vanished", "DELETE FROM promo_codes WHERE code = 'SUMMER'", {USED}),
    ("a code moved to another event", "UPDATE bookings SET event_id = '{other}' WHERE id = '{held}'", {USED}),
    ("fewer tickets may be had than are", UNBOUND.format("UPDATE promo_codes SET tickets_max = 4"), {EXCEEDED}),
    ("fewer bookings may be had than are", UNBOUND.format("UPDATE promo_codes SET bookings_max = 1"), {EXCEEDED}),
    ("less money may be had than is", UNBOUND.format("UPDATE promo_codes SET money_max_minor = 1249"), {EXCEEDED}),
    (
        "less than nothing is used",
        UNBOUND.format("UPDATE promo_codes SET tickets_used = -1, tickets_max = NULL WHERE code = 'UNUSED'"),
        {USED, EXCEEDED},
    ),
]


@pytest.mark.parametrize(("statements", "rules"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
async def test_what_was_broken_is_named(rows: Rows, sold: list[Booking], statements: str, rules: set[str]) -> None:
    ids = {one.status: one.id for one in sold}
    for statement in statements.split(";"):
        await rows.run(statement.format(**ids, other=OTHER))
    assert await broken(rows) == rules


async def test_a_difference_says_which_code_and_both_counts(rows: Rows, sold: list[Booking]) -> None:
    await rows.run("UPDATE promo_codes SET tickets_used = 4 WHERE code = 'SUMMER'")
    code_id = sold[0].promo and sold[0].promo.code_id
    found = [tuple(map(str, row)) for row in await rows.all(audit.RULES[USED])]
    assert found == [(sold[0].event_id, code_id, "(4,2,1250)", "(5,2,1250)")]
