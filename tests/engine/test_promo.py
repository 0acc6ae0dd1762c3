"""Promo codes while many sell at once: never exceeded, given back when a booking ends, taken again when one is late."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE

import pytest

from fullhouse.actions import promo_code
from fullhouse.rules.booking import (
    Booked,
    Cancelled,
    CancelRequest,
    Confirmed,
    ConfirmRequest,
    PromoUse,
    Request,
)
from fullhouse.rules.refusals import (
    HoldExpired,
    PromoCodeInUse,
    PromoCodeNotValid,
    PromoCodeUsedUp,
    TicketTypeNotFound,
)
from tests.cast import running_deps
from tests.engine.priced import (
    PRICE_MINOR,
    assert_agreed,
    assert_nobody_was_refused_in_vain,
    basket,
    change_code,
    let_holds_run_out,
    new_code,
    new_type,
    on_sale,
    parties,
    states,
    use_of_all,
    used,
)
from tests.engine.racing import take_the_lock_away
from tests.engine.stage import PATIENCE_SECONDS, QUICK, booked, held_up, refusal, rows, settled, two_offices
from tests.engine.wire import Wire
from tests.tidy.sources import ROOT

OFF_MINOR = PRICE_MINOR // 10
ENOUGH = 10**9
CODE = "SUMMER"
LIMITS = [
    {"tickets_max": 37},
    {"bookings_max": 23},
    {"money_max_minor": 30 * OFF_MINOR + 1},
    {"tickets_max": 40, "bookings_max": 20, "money_max_minor": 39 * OFF_MINOR},
]
COUNTED = ("tickets_max", "bookings_max", "money_max_minor")


async def sell_to_100_buyers(conninfo: str, *, batch_size_max: int = 8, **limits: int) -> None:
    """Over two engines, in many small batches or in few that are decided at once, with one code."""
    asked = parties(100)
    async with two_offices(conninfo, batch_size_max=batch_size_max) as offices:
        event_id, type_id = await on_sale(offices[0])
        code_id = await new_code(offices[0], event_id, CODE, **limits)
        async with held_up(conninfo, event_id):
            answers = [
                asyncio.ensure_future(offices[n % 2].engine.submit(basket(event_id, type_id, count)))
                for n, count in enumerate(asked)
            ]
        outcomes = await settled(answers)
    most = PromoUse(*(limits.get(name, ENOUGH) for name in COUNTED))
    assert_nobody_was_refused_in_vain(asked, outcomes, most, OFF_MINOR)
    assert await used(conninfo, code_id) == use_of_all(outcomes)
    assert any(not isinstance(outcome, Booked) for outcome in outcomes)
    await assert_agreed(conninfo)


# -------------------------------------------------------------------------------------------- never exceeded


@pytest.mark.parametrize("limits", LIMITS, ids=["tickets", "bookings", "money", "together"])
@pytest.mark.parametrize("batch_size_max", [8, 64])
async def test_100_buyers_at_once_never_exceed_a_code_and_use_it_up(
    conninfo: str, batch_size_max: int, limits: dict[str, int]
) -> None:
    await sell_to_100_buyers(conninfo, batch_size_max=batch_size_max, **limits)


@pytest.mark.parametrize("limits", LIMITS[:3], ids=["tickets", "bookings", "money"])
async def test_without_the_lock_they_exceed_it_and_the_test_above_fails(
    conninfo: str, monkeypatch: pytest.MonkeyPatch, limits: dict[str, int]
) -> None:
    """A check of the harness."""
    await take_the_lock_away(monkeypatch, conninfo)
    with pytest.raises(AssertionError):
        await sell_to_100_buyers(conninfo, batch_size_max=64, **limits)
    exceeded = """
        SELECT FROM promo_codes WHERE tickets_used > tickets_max OR bookings_used > bookings_max
            OR money_used_minor > money_max_minor
    """
    assert len(await rows(conninfo, exceeded)) == 1


async def test_without_the_lock_the_check_still_stops_them(conninfo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await take_the_lock_away(monkeypatch, conninfo, but="promo_codes")
    with pytest.raises(AssertionError):
        await sell_to_100_buyers(conninfo, batch_size_max=64, tickets_max=37)
    ((tickets,),) = await rows(conninfo, "SELECT tickets_used FROM promo_codes")
    assert tickets <= 37
    await assert_agreed(conninfo)


async def test_two_processes_share_the_limits_of_a_code(conninfo: str) -> None:
    async with running_deps(conninfo) as deps:
        event_id, type_id = await on_sale(deps)
        code_id = await new_code(deps, event_id, tickets_max=60)
    command = [sys.executable, "-m", "tests.engine.code_office", conninfo, event_id, type_id, "SUMMER", "50"]
    processes = [await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=PIPE, stdout=PIPE) for _ in range(2)]
    try:
        async with asyncio.timeout(3 * PATIENCE_SECONDS):
            for process in processes:
                assert process.stdout is not None
                assert await process.stdout.readline() == b"ready\n"
            said = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
    finally:
        for process in processes:
            if process.returncode is None:
                process.kill()
                await process.wait()
    ours, theirs = [PromoUse(*json.loads(stdout)) for stdout, _ in said]
    assert ours.plus(theirs) == await used(conninfo, code_id) == PromoUse(60, 60, 60 * OFF_MINOR)
    await assert_agreed(conninfo)


async def test_limits_that_are_raised_while_selling_count_at_once(conninfo: str) -> None:
    async with two_offices(conninfo, batch_size_max=4) as offices:
        event_id, type_id = await on_sale(offices[0])
        code_id = await new_code(offices[0], event_id, bookings_max=5)
        total = 0
        for most in (5, 12, 30, 31):
            asked = [offices[n % 2].engine.submit(basket(event_id, type_id)) for n in range(40)]
            outcomes, _ = await asyncio.gather(
                settled(asked), change_code(offices[1], event_id, code_id, bookings_max=most)
            )
            total += use_of_all(outcomes).bookings
            assert total <= most
            # Who came before the change may have been refused; who comes now is not.
            late = await settled(offices[n % 2].engine.submit(basket(event_id, type_id)) for n in range(40))
            total += use_of_all(late).bookings
            assert total == most
    assert (await used(conninfo, code_id)).bookings == 31
    await assert_agreed(conninfo)


async def test_a_limit_that_is_lowered_while_selling_is_kept_or_refused(conninfo: str) -> None:
    async with two_offices(conninfo, batch_size_max=4) as offices:
        event_id, type_id = await on_sale(offices[0])
        code_id = await new_code(offices[0], event_id, tickets_max=60)
        asked = [offices[n % 2].engine.submit(basket(event_id, type_id)) for n in range(60)]
        lowering = [change_code(offices[0], event_id, code_id, tickets_max=most) for most in (50, 40, 30, 20, 10)]
        outcomes, lowered = await asyncio.gather(settled(asked), asyncio.gather(*lowering, return_exceptions=True))
    assert {type(one) for one in lowered} <= {type(None), PromoCodeInUse}
    ((most,),) = await rows(conninfo, "SELECT tickets_max FROM promo_codes")
    assert use_of_all(outcomes).tickets == (await used(conninfo, code_id)).tickets <= most
    await assert_agreed(conninfo)


# -------------------------------------------------------------------------------------------- given back


async def test_what_is_cancelled_is_given_back_and_had_by_others_at_once(conninfo: str) -> None:
    limits = {"tickets_max": 20, "bookings_max": 20, "money_max_minor": 20 * OFF_MINOR}
    async with two_offices(conninfo, batch_size_max=4) as offices:
        event_id, type_id = await on_sale(offices[0])
        code_id = await new_code(offices[0], event_id, CODE, **limits)
        mine = [
            booked(outcome)
            for outcome in await settled(offices[0].engine.submit(basket(event_id, type_id)) for _ in range(20))
        ]
        for one in mine[::2]:
            outcome = await offices[0].engine.submit(ConfirmRequest(event_id, one.id, "cash"))
            assert isinstance(outcome, Confirmed)
        requests: list[Request] = [
            request
            for one in mine
            for request in (basket(event_id, type_id), CancelRequest(event_id, one.id), CancelRequest(event_id, one.id))
        ]
        outcomes = await settled(offices[n % 2].engine.submit(request) for n, request in enumerate(requests))
        assert all(isinstance(outcome, Cancelled) for n, outcome in enumerate(outcomes) if n % 3)
        rest = await settled(offices[0].engine.submit(basket(event_id, type_id)) for _ in range(20))
    assert use_of_all([*outcomes[::3], *rest]) == await used(conninfo, code_id) == PromoUse(20, 20, 20 * OFF_MINOR)
    await assert_agreed(conninfo)


async def test_a_hold_that_runs_out_gives_back_what_the_next_buyer_has_at_once(conninfo: str) -> None:
    async with two_offices(conninfo, batch_size_max=4) as offices:
        event_id, type_id = await on_sale(offices[0])
        code_id = await new_code(offices[0], event_id, tickets_max=30)
        first = await settled(offices[n % 2].engine.submit(basket(event_id, type_id, 3)) for n in range(12))
        assert use_of_all(first).tickets == 30
        await let_holds_run_out(conninfo)
        second = await settled(offices[n % 2].engine.submit(basket(event_id, type_id, 2)) for n in range(20))
        assert use_of_all(second) == await used(conninfo, code_id) == PromoUse(30, 15, 30 * OFF_MINOR)
    found = await states(conninfo)
    assert {found[one.booking.id] for one in first if isinstance(one, Booked)} == {"expired"}
    assert {found[one.booking.id] for one in second if isinstance(one, Booked)} == {"held"}
    await assert_agreed(conninfo)


@pytest.mark.parametrize("limits", LIMITS[:3], ids=["tickets", "bookings", "money"])
async def test_a_late_confirmation_takes_the_code_again_or_is_refused(conninfo: str, limits: dict[str, int]) -> None:
    one_only = {name: OFF_MINOR if name == "money_max_minor" else 1 for name in limits}
    async with running_deps(conninfo, **QUICK) as deps:
        event_id, type_id = await on_sale(deps)
        code_id = await new_code(deps, event_id, CODE, **one_only)
        slow = booked(await deps.engine.submit(basket(event_id, type_id)))
        assert type(refusal(await deps.engine.submit(basket(event_id, type_id)))) is PromoCodeUsedUp
        await let_holds_run_out(conninfo)
        quick = booked(await deps.engine.submit(basket(event_id, type_id)))
        assert await used(conninfo, code_id) == PromoUse(1, 1, OFF_MINOR)
        pay = ConfirmRequest(event_id, slow.id, "cash")
        assert type(refusal(await deps.engine.submit(pay))) is HoldExpired
        assert (await states(conninfo))[slow.id] == "expired"
        await assert_agreed(conninfo)
        assert isinstance(await deps.engine.submit(CancelRequest(event_id, quick.id)), Cancelled)
        assert await used(conninfo, code_id) == PromoUse(0, 0, 0)
        assert isinstance(await deps.engine.submit(pay), Confirmed)
        assert await used(conninfo, code_id) == PromoUse(1, 1, OFF_MINOR)
        assert type(refusal(await deps.engine.submit(basket(event_id, type_id)))) is PromoCodeUsedUp
    await assert_agreed(conninfo)


async def test_50_late_confirmations_at_once_never_exceed_the_code(conninfo: str) -> None:
    async with two_offices(conninfo, batch_size_max=4) as offices:
        event_id, type_id = await on_sale(offices[0])
        code_id = await new_code(offices[0], event_id, tickets_max=50)
        held = [
            booked(outcome)
            for outcome in await settled(offices[0].engine.submit(basket(event_id, type_id)) for _ in range(50))
        ]
        await let_holds_run_out(conninfo)
        requests: list[Request] = [
            request
            for one in held
            for request in (ConfirmRequest(event_id, one.id, "cash"), basket(event_id, type_id, 2))
        ]
        outcomes = await settled(offices[n % 2].engine.submit(request) for n, request in enumerate(requests))
    confirmed = sum(isinstance(outcome, Confirmed) for outcome in outcomes)
    assert {type(refusal(one)) for one in outcomes[::2] if not isinstance(one, Confirmed)} <= {HoldExpired}
    assert 49 <= confirmed + use_of_all(outcomes).tickets <= 50
    assert (await used(conninfo, code_id)).tickets == confirmed + use_of_all(outcomes).tickets
    await assert_agreed(conninfo)


async def test_a_late_confirmation_whose_code_was_deleted_is_refused(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK) as deps:
        event_id, type_id = await on_sale(deps)
        code_id = await new_code(deps, event_id)
        slow = booked(await deps.engine.submit(basket(event_id, type_id)))
        await let_holds_run_out(conninfo)
        booked(await deps.engine.submit(basket(event_id, type_id, code=None)))
        await promo_code.delete(deps, event_id, code_id, None)
        assert type(refusal(await deps.engine.submit(ConfirmRequest(event_id, slow.id, "cash")))) is HoldExpired
    await assert_agreed(conninfo)


async def test_cancelling_a_hold_that_ran_out_gives_nothing_back_again(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK) as deps:
        event_id, type_id = await on_sale(deps)
        code_id = await new_code(deps, event_id)
        slow = booked(await deps.engine.submit(basket(event_id, type_id)))
        await let_holds_run_out(conninfo)
        booked(await deps.engine.submit(basket(event_id, type_id)))
        for _ in range(2):
            assert isinstance(await deps.engine.submit(CancelRequest(event_id, slow.id)), Cancelled)
            assert await used(conninfo, code_id) == PromoUse(1, 1, OFF_MINOR)
    await assert_agreed(conninfo)


async def test_what_happens_to_a_code_within_one_batch_adds_up(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK) as deps:
        event_id, type_id = await on_sale(deps)
        code_id = await new_code(deps, event_id, tickets_max=4)
        mine = booked(await deps.engine.submit(basket(event_id, type_id, 4)))
        requests: list[Request] = [
            basket(event_id, type_id, 1),
            CancelRequest(event_id, mine.id),
            basket(event_id, type_id, 3),
            basket(event_id, type_id, 2),
            basket(event_id, type_id, 1),
            basket(event_id, type_id, 5, code=None),
            CancelRequest(event_id, mine.id),
        ]
        outcomes = await settled(deps.engine.submit(request) for request in requests)
    assert [type(outcome) is Booked for outcome in outcomes] == [False, False, True, False, True, True, False]
    assert [refusal(outcomes[n]).facts for n in (0, 3)] == [{"tickets_left": 0}, {"tickets_left": 1}]
    assert await used(conninfo, code_id) == PromoUse(4, 2, 4 * OFF_MINOR)
    await assert_agreed(conninfo)


# -------------------------------------------------------------------------------------------- what a code opens


async def test_an_unlock_code_opens_its_hidden_ticket_types_and_nothing_else(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK) as deps:
        event_id, public = await on_sale(deps)
        hidden, other, desk, old = [
            await new_type(deps, event_id, visibility=visibility)
            for visibility in ("code", "code", "box_office", "archived")
        ]
        named = (hidden, public, desk, old)
        await new_code(deps, event_id, "OPEN", kind="unlock", amount=0, ticket_type_ids=named, tickets_max=2)
        outcomes = await settled(
            deps.engine.submit(basket(event_id, type_id, code=code))
            for type_id, code in (
                *((type_id, "OPEN") for type_id in (hidden, public, other, desk, old, hidden)),
                *((type_id, None) for type_id in (hidden, other, desk, old)),
                *((hidden, code) for code in ("open", "CLOSED")),
            )
        )
    refused = [type(refusal(outcome)) for outcome in outcomes[2:]]
    assert refused == [
        *(PromoCodeNotValid, TicketTypeNotFound, TicketTypeNotFound, PromoCodeUsedUp),
        *[TicketTypeNotFound] * 4,
        *[PromoCodeNotValid] * 2,
    ]
    assert [booked(outcome).promo is not None for outcome in outcomes[:2]] == [True, True]
    prices = [one.price.total.gross_minor for one in map(booked, outcomes[:2]) if one.price]
    assert prices == [PRICE_MINOR] * 2
    await assert_agreed(conninfo)


# -------------------------------------------------------------------------------------------- statements


@pytest.mark.parametrize("size", [1, 7, 60])
async def test_a_batch_with_codes_and_buyers_has_as_many_statements_whatever_its_size(wire: Wire, size: int) -> None:
    async with running_deps(wire.conninfo, **QUICK, hot_line_length=1_000) as deps:
        sales = [await on_sale(deps, buyer_tickets_max=3) for _ in range(min(size, 5))]
        for n, (event_id, _) in enumerate(sales):
            await new_code(deps, event_id, "SUMMER", tickets_max=1_000)
            await new_code(deps, event_id, f"CODE{n}")

        def baskets(said: str) -> list[Request]:
            return [
                basket(*sales[n % len(sales)], code=f"CODE{n % len(sales)}" if n % 2 else "SUMMER", email=f"{n}{said}")
                for n in range(size)
            ]

        made = [booked(outcome) for outcome in await settled(map(deps.engine.submit, baskets("@example.com")))]
        wire.batches.clear()
        outcomes = await settled(map(deps.engine.submit, baskets("@example.org")))
        # Lock, load codes, load buyers; houses, bookings, codes.
        assert [batch.count("E") for batch in wire.batches] == [6]
        wire.batches.clear()
        ends: list[Request] = [
            *(ConfirmRequest(one.event_id, one.id, "cash") for one in made),
            *(CancelRequest(one.event_id, one.id) for one in map(booked, outcomes)),
        ]
        await settled(map(deps.engine.submit, ends))
        # Lock, load bookings, codes, buyers; houses, tickets, codes, confirm, cancel,
        # history, ledger, payments.
        assert [batch.count("E") for batch in wire.batches] == [12]
    await assert_agreed(wire.conninfo)
