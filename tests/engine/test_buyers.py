"""What one buyer may have, over all his bookings, by event and by ticket type, however he spells his address."""

import asyncio
from typing import Any

import pytest

from fullhouse.rules.booking import (
    BasketRequest,
    Booked,
    Buyer,
    Cancelled,
    CancelRequest,
    Confirmed,
    ConfirmRequest,
    Outcome,
    Request,
)
from fullhouse.rules.offer import Wanted
from fullhouse.rules.refusals import BuyerLimitReached, BuyerRequired, HoldExpired, TicketTypesRequired
from fullhouse.store import audit
from tests.cast import book, new_event, running_deps
from tests.engine.priced import (
    assert_agreed,
    basket,
    let_holds_run_out,
    new_code,
    new_type,
    on_sale,
    parties,
)
from tests.engine.racing import take_the_lock_away
from tests.engine.stage import QUICK, booked, held_up, refusal, rows, settled, two_offices

SPELLINGS = ("ann@example.com", "Ann@Example.COM", "ANN@EXAMPLE.COM", "ann+tickets@example.com", "Ann+2@example.com")


async def limit_event(conninfo: str, event_id: str, most: int | None) -> None:
    """Let each buyer have so many tickets of an event."""
    await rows(
        conninfo,
        "WITH e AS (UPDATE events SET buyer_tickets_max = %s WHERE id = %s RETURNING id)"
        " UPDATE houses SET offer_version = offer_version + 1 FROM e WHERE event_id = id RETURNING 1",
        most,
        event_id,
    )


def tickets_of(outcomes: list[Outcome | BaseException]) -> int:
    """How many tickets were booked in all; the others were refused by the limit."""
    bookings = [outcome.booking for outcome in outcomes if isinstance(outcome, Booked)]
    refused = {type(refusal(outcome)) for outcome in outcomes if not isinstance(outcome, Booked)}
    assert refused <= {BuyerLimitReached}
    return sum(line.quantity for one in bookings if one.price for line in one.price.lines)


async def ask_50_times(conninfo: str, by: str, most: int, batch_size_max: int = 4) -> None:
    """One buyer asks over two engines, in small batches or few, for one to three tickets each time."""
    asked = parties(50)
    async with two_offices(conninfo, batch_size_max=batch_size_max) as offices:
        event_id, type_id = await on_sale(offices[0], buyer_tickets_max=most if by == "ticket type" else None)
        if by == "event":
            await limit_event(conninfo, event_id, most)
        async with held_up(conninfo, event_id):
            requests = [
                basket(event_id, type_id, count, None, SPELLINGS[n % len(SPELLINGS)]) for n, count in enumerate(asked)
            ]
            answers = [asyncio.ensure_future(offices[n % 2].engine.submit(one)) for n, one in enumerate(requests)]
        outcomes = await settled(answers)
    total = tickets_of(outcomes)
    assert total <= most
    for count, outcome in zip(asked, outcomes, strict=True):
        if not isinstance(outcome, Booked):
            facts = refusal(outcome).facts
            assert facts["tickets_max"] == most
            assert facts["tickets_had"] + count > most  # type: ignore[operator] # it is a number
            assert total + count > most
    ((kept,),) = await rows(conninfo, "SELECT sum(places) FROM bookings WHERE buyer_key = 'ann@example.com'")
    assert kept == total
    await assert_agreed(conninfo)


@pytest.mark.parametrize(("most", "batch_size_max"), [(1, 4), (7, 4), (7, 64)])
@pytest.mark.parametrize("by", ["event", "ticket type"])
async def test_one_buyer_who_asks_50_times_at_once_gets_what_he_may_have(
    conninfo: str, by: str, most: int, batch_size_max: int
) -> None:
    await ask_50_times(conninfo, by, most, batch_size_max)


async def test_without_the_lock_he_gets_more_and_the_test_above_fails(
    conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A check of the harness."""
    await take_the_lock_away(monkeypatch, conninfo)
    with pytest.raises(AssertionError):
        await ask_50_times(conninfo, "event", 7, 64)
    ((had,),) = await rows(conninfo, "SELECT sum(places) FROM bookings")
    assert had > 7


async def test_limits_of_event_and_ticket_types_hold_together_for_each_buyer(conninfo: str) -> None:
    async with two_offices(conninfo, batch_size_max=4) as offices:
        event_id, adult = await on_sale(offices[0], buyer_tickets_max=4)
        child = await new_type(offices[0], event_id, buyer_tickets_max=5)
        await limit_event(conninfo, event_id, 7)
        buyers = ("ann@example.com", "bea@example.com", "a.nn@example.com")
        asked = [(type_id, email) for _ in range(10) for type_id in (adult, child) for email in buyers]
        outcomes = await settled(
            offices[n % 2].engine.submit(basket(event_id, type_id, 1, None, email))
            for n, (type_id, email) in enumerate(asked)
        )
    for email in buyers:
        had = [
            type_id
            for (type_id, who), outcome in zip(asked, outcomes, strict=True)
            if who == email and isinstance(outcome, Booked)
        ]
        assert len(had) == 7
        assert had.count(adult) <= 4
        assert had.count(child) <= 5
    await assert_agreed(conninfo)


async def test_tickets_of_earlier_bookings_count_and_a_refusal_says_so(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK) as deps:
        event_id, type_id = await on_sale(deps, buyer_tickets_max=5)
        other = await new_type(deps, event_id)
        held = booked(await deps.engine.submit(basket(event_id, type_id, 2, None, SPELLINGS[0])))
        paid = booked(await deps.engine.submit(basket(event_id, type_id, 2, None, SPELLINGS[3])))
        assert isinstance(await deps.engine.submit(ConfirmRequest(event_id, paid.id, "cash")), Confirmed)
        no = refusal(await deps.engine.submit(basket(event_id, type_id, 2, None, SPELLINGS[2])))
        assert type(no) is BuyerLimitReached
        assert no.facts == {"tickets_max": 5, "tickets_had": 4, "ticket_type_id": type_id}
        lines = (Wanted(type_id, 1), Wanted(other, 9), Wanted(type_id, 1))
        assert refusal(await deps.engine.submit(BasketRequest(event_id, lines, Buyer("Ann", SPELLINGS[1])))) == no
        booked(await deps.engine.submit(basket(event_id, other, 9, None, SPELLINGS[0])))
        booked(await deps.engine.submit(basket(event_id, type_id, 5, None, "bea@example.com")))
        for one in (held, paid):
            assert isinstance(await deps.engine.submit(CancelRequest(event_id, one.id)), Cancelled)
        booked(await deps.engine.submit(basket(event_id, type_id, 5, None, SPELLINGS[1])))
        assert type(refusal(await deps.engine.submit(basket(event_id, type_id, 1, None, SPELLINGS[0])))) is type(no)
    await assert_agreed(conninfo)


@pytest.mark.parametrize("by", ["event", "ticket type"])
async def test_a_hold_that_runs_out_lets_its_buyer_buy_again(conninfo: str, by: str) -> None:
    async with running_deps(conninfo, **QUICK) as deps:
        event_id, type_id = await on_sale(deps, buyer_tickets_max=3 if by == "ticket type" else None)
        if by == "event":
            await limit_event(conninfo, event_id, 3)
        slow = booked(await deps.engine.submit(basket(event_id, type_id, 3, None, SPELLINGS[0])))
        await let_holds_run_out(conninfo)
        quick = booked(await deps.engine.submit(basket(event_id, type_id, 1, None, SPELLINGS[1])))
        pay = ConfirmRequest(event_id, slow.id, "cash")
        assert type(refusal(await deps.engine.submit(pay))) is HoldExpired, "he would have four"
        assert isinstance(await deps.engine.submit(CancelRequest(event_id, quick.id)), Cancelled)
        assert isinstance(await deps.engine.submit(pay), Confirmed), "he has none but these"
        assert type(refusal(await deps.engine.submit(basket(event_id, type_id, 1, None, SPELLINGS[2])))) is (
            BuyerLimitReached
        )
    await assert_agreed(conninfo)


async def test_cancelling_races_with_booking_and_the_buyer_never_has_more(conninfo: str) -> None:
    async with two_offices(conninfo, batch_size_max=4) as offices:
        event_id, type_id = await on_sale(offices[0], buyer_tickets_max=10)
        mine = await settled(
            offices[0].engine.submit(basket(event_id, type_id, 1, None, SPELLINGS[0])) for _ in range(10)
        )
        requests: list[Request] = [
            request
            for one in map(booked, mine)
            for request in (
                basket(event_id, type_id, 1, None, SPELLINGS[one.number % len(SPELLINGS)]),
                CancelRequest(event_id, one.id),
            )
        ]
        outcomes = await settled(offices[n // 2 % 2].engine.submit(request) for n, request in enumerate(requests))
        rest = await settled(
            offices[n % 2].engine.submit(basket(event_id, type_id, 1, None, SPELLINGS[1])) for n in range(20)
        )
    assert all(isinstance(outcome, Cancelled) for outcome in outcomes[1::2])
    assert tickets_of([*outcomes[::2], *rest]) == 10
    await assert_agreed(conninfo)


@pytest.mark.parametrize("by", ["event", "ticket type"])
async def test_the_audit_finds_a_buyer_who_has_too_many_by_the_limits_of_his_time(conninfo: str, by: str) -> None:
    async with running_deps(conninfo, **QUICK) as deps:
        event_id, type_id = await on_sale(deps, buyer_tickets_max=4 if by == "ticket type" else None)
        if by == "event":
            await limit_event(conninfo, event_id, 4)
        ann = booked(await deps.engine.submit(basket(event_id, type_id, 4, None, SPELLINGS[0])))
        bea = booked(await deps.engine.submit(basket(event_id, type_id, 1, None, "bea@example.com")))
        booked(await deps.engine.submit(basket(event_id, type_id, 9, None, SPELLINGS[0])._replace(paid_by="cash")))
        assert isinstance(await deps.engine.submit(ConfirmRequest(event_id, ann.id, "stripe")), Confirmed)
        assert await too_many(conninfo) == []
        await rows(conninfo, "UPDATE bookings SET buyer_key = %s WHERE id = %s RETURNING 1", SPELLINGS[0], bea.id)
        ((_, who, had, most),) = await too_many(conninfo)
        assert (who, had, most) == ("buyer of 1, " + ("all types" if by == "event" else type_id), 5, 4)
        part = CancelRequest(event_id, ann.id, tickets=(2,))
        assert isinstance(await deps.engine.submit(part), Cancelled)
        assert await too_many(conninfo) == []


async def too_many(conninfo: str) -> list[tuple[Any, ...]]:
    """The buyers whom the audit finds."""
    (rule,) = [sql for name, sql in audit.RULES.items() if name.startswith("no buyer has more")]
    return await rows(conninfo, rule)


async def test_an_event_that_limits_buyers_has_to_know_who_buys_except_at_the_box_office(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK) as deps:
        event_id, type_id = await on_sale(deps, buyer_tickets_max=2)
        desk = basket(event_id, type_id, 9, None, SPELLINGS[0])._replace(paid_by="cash")
        nobody = basket(event_id, type_id, 1, None)
        assert type(refusal(await deps.engine.submit(nobody))) is BuyerRequired
        assert booked(await deps.engine.submit(nobody._replace(paid_by="cash"))).status == "confirmed"
        booked(await deps.engine.submit(desk))
        # What he bought at the box office is his as well.
        no = refusal(await deps.engine.submit(desk._replace(paid_by=None, lines=nobody.lines)))
        assert no.facts == {"tickets_max": 2, "tickets_had": 9, "ticket_type_id": type_id}
    await assert_agreed(conninfo)


async def test_an_event_that_counts_seats_asks_for_the_buyer_as_soon_as_it_limits_them(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK) as deps:
        event = await new_event(deps)
        booked(await book(deps, event.id))
        await limit_event(conninfo, event.id, 2)
        assert type(refusal(await book(deps, event.id))) is TicketTypesRequired
        await limit_event(conninfo, event.id, None)
        booked(await book(deps, event.id))
    await assert_agreed(conninfo)


async def test_a_limit_that_is_set_while_selling_counts_what_was_bought_before(conninfo: str) -> None:
    async with two_offices(conninfo, batch_size_max=4) as offices:
        event_id, type_id = await on_sale(offices[0])

        async def ask() -> list[Outcome | BaseException]:
            return await settled(
                offices[n % 2].engine.submit(basket(event_id, type_id, 1, None, SPELLINGS[n % len(SPELLINGS)]))
                for n in range(20)
            )

        before = await settled(
            offices[0].engine.submit(basket(event_id, type_id, 1, None, SPELLINGS[0])) for _ in range(6)
        )
        during, _ = await asyncio.gather(ask(), limit_event(conninfo, event_id, 8))
        after = await ask()
    had = tickets_of(before) + tickets_of(during)
    assert tickets_of(after) == max(0, 8 - had)
    await assert_agreed(conninfo)


async def test_a_code_and_a_buyers_limit_bind_at_once(conninfo: str) -> None:
    asked = parties(60)
    async with two_offices(conninfo, batch_size_max=4) as offices:
        event_id, type_id = await on_sale(offices[0], buyer_tickets_max=6)
        await new_code(offices[0], event_id, tickets_max=14)
        outcomes = await settled(
            offices[n % 2].engine.submit(basket(event_id, type_id, count, email=f"b{n % 4}@example.com"))
            for n, count in enumerate(asked)
        )
    had = [0] * 4
    for n, outcome in enumerate(outcomes):
        if isinstance(outcome, Booked):
            had[n % 4] += asked[n]
    assert max(had) <= 6
    assert sum(had) == 14, "somebody wants each ticket that is left"
    await assert_agreed(conninfo)
