"""Races with money in them: cases 12 and 13 of `tests/engine/test_races.py`, and what else may meet a payment.

Each has many clients over two processes' engines on one database; a check of the harness takes the lock away.
"""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from signal import SIGKILL

import psycopg
import pytest

from fullhouse.actions import payment
from fullhouse.actions.deps import Deps
from fullhouse.rules.booking import Booking, ExpireRequest
from fullhouse.rules.payment import Payment
from fullhouse.rules.refusals import BookingNotHeld
from tests.cast import assert_clean, running_deps
from tests.engine.racing import resize, take_the_lock_away
from tests.engine.stage import held_up
from tests.outside.stripe_desk import StripeDesk, settings_for, signed
from tests.tidy.sources import ROOT
from tests.till import open_till

GROSS_OF_ONE = 2_600
PATIENCE_SECONDS = 60


@asynccontextmanager
async def two_offices(conninfo: str, desk: StripeDesk) -> AsyncIterator[tuple[Deps, Deps]]:
    """Two serving processes that are paid by one Stripe."""
    settings = settings_for(desk.url) | {"batch_size_max": 4}
    async with running_deps(conninfo, **settings) as one, running_deps(conninfo, **settings) as other:
        yield one, other


async def begin(deps: Deps, held: Booking) -> Payment:
    return await payment.begin(deps, held.id, "stripe")


async def paid_by_card(deps: Deps, desk: StripeDesk, held: Booking) -> bytes:
    """A buyer has paid; returns the notice of it, which nobody has heard yet."""
    begun = await begin(deps, held)
    assert begun.reference is not None
    await desk.pay(begun.reference)
    return await desk.notice(begun.reference)


async def hear(deps: Deps, body: bytes) -> Payment | None:
    return await payment.hear(deps, "stripe", body, signed(body)["stripe-signature"])


# ------------------------------------------------------------------------------------ late payments: 12 and 13


async def pay_20_holds_that_ran_out(conninfo: str, desk: StripeDesk) -> None:
    """Twenty pay for places that they held, and when the money is told of there is one place for all of them."""
    async with two_offices(conninfo, desk) as offices:
        till = await open_till(offices[0], conninfo, total_seats=20)
        held = [await till.hold(1) for _ in range(20)]
        notices = await asyncio.gather(*(paid_by_card(offices[0], desk, one) for one in held))
        till.run_out(*held)
        await offices[0].engine.submit(ExpireRequest(till.event_id))
        await resize(offices[0], till.event_id, till.event_id, 1)
        async with held_up(conninfo, till.event_id):
            heard = [asyncio.ensure_future(hear(offices[n % 2], body)) for n, body in enumerate(notices)]
        payments = await asyncio.wait_for(asyncio.gather(*heard), PATIENCE_SECONDS)
        assert Counter(one.state for one in payments if one) == {"paid": 1, "refunded": 19}
        assert Counter([(await till.now(one)).status for one in held]) == {"confirmed": 1, "expired": 19}
        balances = Counter([tuple(sorted((await till.balances(one)).items())) for one in held])
        assert sorted(balances.values()) == [1, 19]
        assert balances[()] == 19, "nothing is left of what went back"
    assert [made["amount"] for made in await desk.refunds()] == [GROSS_OF_ONE] * 19
    await assert_clean(conninfo)


async def test_one_of_20_late_payments_has_the_last_place_and_19_go_back(conninfo: str, desk: StripeDesk) -> None:
    await pay_20_holds_that_ran_out(conninfo, desk)


async def test_without_the_lock_late_payments_oversell(
    conninfo: str, desk: StripeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A check of the harness."""
    await take_the_lock_away(monkeypatch, conninfo)
    with pytest.raises(AssertionError):
        await pay_20_holds_that_ran_out(conninfo, desk)
    with psycopg.connect(conninfo) as conn:
        (count,) = conn.execute("SELECT count(*) FROM bookings WHERE status = 'confirmed'").fetchone() or (0,)
    assert count > 1


# ------------------------------------------------------------------------------------ a notice beside a look


@pytest.mark.parametrize("is_closed", [False, True])
async def test_notices_looks_and_the_sweep_at_once_have_one_effect(
    conninfo: str, desk: StripeDesk, *, is_closed: bool
) -> None:
    async with two_offices(conninfo, desk) as offices:
        till = await open_till(offices[0], conninfo, total_seats=2)
        held = await till.hold(1)
        notice = await paid_by_card(offices[0], desk, held)
        ((one,), _) = await payment.of_booking(offices[0], held.id)
        if is_closed:
            with psycopg.connect(conninfo) as conn:
                conn.execute("UPDATE payments SET expires_at = now()")
        at_once = [
            *(hear(offices[n % 2], notice) for n in range(20)),
            *(payment.look(offices[n % 2], one) for n in range(20)),
            *(payment.sweep(offices[n % 2]) for n in range(6)),
        ]
        await asyncio.wait_for(asyncio.gather(*at_once), PATIENCE_SECONDS)
        ((now_it_is,), refunds) = await payment.of_booking(offices[1], held.id)
        assert (now_it_is.state, refunds) == ("paid", [])
        assert (await till.now(held)).paid_by == "stripe"
        assert len([one for one in await till.postings(held) if one.money_account == "stripe"]) == 1
    assert await desk.refunds() == []
    await assert_clean(conninfo)


async def test_who_pays_by_card_and_at_the_desk_at_once_has_paid_once_in_the_end(
    conninfo: str, desk: StripeDesk
) -> None:
    async with two_offices(conninfo, desk) as offices:
        till = await open_till(offices[0], conninfo, total_seats=8)
        held = [await till.hold(1) for _ in range(8)]
        notices = await asyncio.gather(*(paid_by_card(offices[0], desk, one) for one in held))
        at_once = [
            step
            for n, (one, body) in enumerate(zip(held, notices, strict=True))
            for step in (
                payment.begin(offices[n % 2], one.id, "cash"),
                hear(offices[1 - n % 2], body),
                hear(offices[n % 2], body),
            )
        ]
        answers = await asyncio.wait_for(asyncio.gather(*at_once, return_exceptions=True), PATIENCE_SECONDS)
        assert {type(one) for one in answers if isinstance(one, BaseException)} <= {BookingNotHeld}
        for one in held:
            now_it_is = await till.now(one)
            balances = await till.balances(one)
            assert now_it_is.status == "confirmed"
            assert "buyer" not in balances
            assert {name: balances[name] for name in ("cash", "stripe") if name in balances} == {
                now_it_is.paid_by: GROSS_OF_ONE
            }
    await assert_clean(conninfo)


# ------------------------------------------------------------------------------------ killed between two steps


async def killed_after(conninfo: str, desk: StripeDesk, notice: bytes, steps: int) -> None:
    """A process that hears a notice is killed after so many steps."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.outside.mortal", conninfo, desk.url, str(steps)), cwd=ROOT, stdin=PIPE
    )
    await asyncio.wait_for(process.communicate(notice), PATIENCE_SECONDS)
    assert process.returncode == -SIGKILL, "there are as many steps"


def later(deps: Deps) -> Deps:
    """The same a minute later."""
    return replace(deps, clock=lambda: datetime.now(UTC) + timedelta(minutes=1))


@pytest.mark.parametrize("goes_back", [False, True])
async def test_a_process_that_is_killed_after_any_step_leaves_what_can_be_finished(
    conninfo: str, desk: StripeDesk, *, goes_back: bool
) -> None:
    # Received, confirmed, paid; or received, not confirmed, asked for, made, written down, looked for more.
    steps = range(1, 7 if goes_back else 4)
    async with running_deps(conninfo, **settings_for(desk.url)) as deps:
        till = await open_till(deps, conninfo, total_seats=len(steps))
        held = [await till.hold(1) for _ in steps]
        notices = [await paid_by_card(deps, desk, one) for one in held]
        if goes_back:
            till.run_out(*held)
            await till.hold(len(steps), paid_by="cash")
        await asyncio.gather(*(killed_after(conninfo, desk, *what) for what in zip(notices, steps, strict=True)))
        await payment.sweep(later(deps))
        for one, notice in zip(held, notices, strict=True):
            ((paid,), refunds) = await payment.of_booking(deps, one.id)
            assert paid.state == ("refunded" if goes_back else "paid")
            assert len(refunds) == goes_back
            assert (await till.now(one)).status == ("expired" if goes_back else "confirmed")
            assert "buyer" not in await till.balances(one)
            assert await hear(deps, notice) == paid
    assert len(await desk.refunds()) == goes_back * len(steps)
    await assert_clean(conninfo)
