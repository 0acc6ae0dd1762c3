"""What the tests of codes and buyers sell: ticket types, promo codes, baskets, holds that run out."""

import random
from typing import Any

from fullhouse.actions import promo_code, ticket_type
from fullhouse.actions.deps import Deps
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import BasketRequest, Booked, Buyer, Outcome, PromoUse
from fullhouse.rules.offer import Tax, Wanted
from fullhouse.rules.refusals import PromoCodeUsedUp
from fullhouse.store import audit
from tests.cast import new_event
from tests.engine.stage import refusal, rows, visitor

PRICE_MINOR = 2_500
UNLIMITED: dict[str, Any] = {
    "ticket_type_ids": None,
    **dict.fromkeys(("valid_from", "valid_until", "tickets_max", "bookings_max", "money_max_minor")),
}
PLAIN: dict[str, Any] = {
    "name": "Adult",
    "description": "",
    "position": 0,
    "price_minor": PRICE_MINOR,
    "tax": Tax(0, is_included=True),
    "places": 1,
    "tickets_min": 1,
    "tickets_max": None,
    "sales_from": None,
    "sales_until": None,
    "visibility": "public",
    "pool_ids": (),
}
LEFT = {"tickets_left": 0, "bookings_left": 1, "money_left_minor": 2}


async def new_type(deps: Deps, event_id: str, **changes: Any) -> str:
    """Offer a ticket type for 25.00, with changes; returns its id."""
    answered = await ticket_type.create(
        deps, event_id, {**PLAIN, **changes}, None, lambda made: Answered(201, {"id": made.id})
    )
    assert answered.body is not None
    return str(answered.body["id"])


async def new_code(deps: Deps, event_id: str, code: str = "SUMMER", **changes: Any) -> str:
    """Make a code that takes 10 % off, with changes; returns its id."""
    given = {"code": code, "kind": "percent", "amount": 1_000, **UNLIMITED, **changes}
    answered = await promo_code.create(deps, event_id, given, None, lambda made: Answered(201, {"id": made.id}))
    assert answered.body is not None
    return str(answered.body["id"])


async def change_code(deps: Deps, event_id: str, code_id: str, **given: Any) -> None:
    """Change a code while it is sold."""
    await promo_code.change(deps, event_id, code_id, given, None, lambda _: Answered(200, None))


async def on_sale(deps: Deps, total_seats: int = 1_000, **changes: Any) -> tuple[str, str]:
    """An event with one ticket type more than it has from the start; returns the ids of both."""
    event = await new_event(deps, total_seats=total_seats)
    return event.id, await new_type(deps, event.id, **changes)


def basket(
    event_id: str, type_id: str, quantity: int = 1, code: str | None = "SUMMER", email: str | None = None
) -> BasketRequest:
    """Tickets of one type, with a code, for a buyer."""
    buyer = None if email is None else Buyer("Ann", email)
    return BasketRequest(event_id, (Wanted(type_id, quantity),), buyer, promo_code=code)


async def used(conninfo: str, code_id: str) -> PromoUse:
    """What counts against a code."""
    (row,) = await rows(
        conninfo, "SELECT tickets_used, bookings_used, money_used_minor FROM promo_codes WHERE id = %s", code_id
    )
    return PromoUse(*row)


def use_of_all(outcomes: list[Outcome | BaseException]) -> PromoUse:
    """What all bookings together count against their code."""
    total = PromoUse(0, 0, 0)
    for outcome in outcomes:
        if isinstance(outcome, Booked) and outcome.booking.promo is not None:
            total = total.plus(outcome.booking.promo.use)
    return total


def assert_nobody_was_refused_in_vain(
    asked: list[int], outcomes: list[Outcome | BaseException], most: PromoUse, off_minor: int
) -> None:
    """The limits hold, and whoever was refused would not have fitted: neither then, by what he was told, nor now."""
    total = use_of_all(outcomes)
    assert all(count <= limit for count, limit in zip(total, most, strict=True))
    for quantity, outcome in zip(asked, outcomes, strict=True):
        if not isinstance(outcome, Booked):
            no = refusal(outcome)
            assert isinstance(no, PromoCodeUsedUp)
            use = PromoUse(quantity, 1, quantity * off_minor)
            assert any(no.facts.get(name, use[n]) < use[n] for name, n in LEFT.items())  # type: ignore[operator] # both are numbers
            assert any(count > limit for count, limit in zip(total.plus(use), most, strict=True))


def parties(count: int, most: int = 3) -> list[int]:
    """How many tickets each of many wants, the same in each run."""
    chance = random.Random(20270301)
    return [chance.randint(1, most) for _ in range(count)]


async def let_holds_run_out(conninfo: str) -> None:
    """Let all holds have run out a minute ago."""
    async with visitor(conninfo) as conn, conn.transaction():
        await conn.execute("UPDATE bookings SET expires_at = now() - interval '1 minute' WHERE status = 'held'")
        await conn.execute("UPDATE houses SET next_expiry_at = now() - interval '1 minute'")


async def states(conninfo: str) -> dict[str, str]:
    """The states of all bookings by id."""
    found = await rows(conninfo, "SELECT id::text, status FROM bookings")
    return {str(booking_id): str(status) for booking_id, status in found}


async def assert_agreed(conninfo: str) -> None:
    """What is used of codes and taken of houses is what held and confirmed bookings have."""
    for rule, sql in audit.RULES.items():
        if "promo code" in rule:
            assert await rows(conninfo, sql) == [], rule
    taken = """
        SELECT h.event_id FROM houses h WHERE h.taken <> (
            SELECT coalesce(sum(b.places), 0) FROM bookings b
            WHERE b.event_id = h.event_id AND b.status IN ('held', 'confirmed')
        )
    """
    assert await rows(conninfo, taken) == []
