"""Cancelling a whole event: every booking is cancelled and refunded once, whoever works on it and wherever he stops."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest

from fullhouse.actions import (
    booking,
    cancellation,
    event_cancellation,
    payment,
    reconciliation,
    refund,
    statement,
)
from fullhouse.actions.deps import Deps
from fullhouse.rules.booking import Booked, Booking, CancelRequest, Refused
from fullhouse.rules.event_cancellation import BookingCounts, Due, Owed, PaymentSum
from fullhouse.rules.payment import Payment
from fullhouse.rules.refusals import (
    BookingNotHeld,
    EventCancelled,
    Refusal,
)
from fullhouse.store import event_cancellation as store
from tests.cancelling import cancel_event, leave, progress, statuses, work
from tests.cast import assert_clean, book, new_event, running_deps
from tests.engine.stage import two_offices, until
from tests.till import Till, open_till, told

GROSS = 2_600
NOBODY = "01900000-0000-7000-8000-000000000000"
BANK: dict[str, Any] = {"bank_iban": "DE02120300000000202051", "bank_holder": "Box office"}


@pytest.fixture
async def deps(conninfo: str) -> AsyncIterator[Deps]:
    async with running_deps(conninfo, **BANK) as running:
        yield running


@pytest.fixture
async def till(deps: Deps, conninfo: str) -> Till:
    return await open_till(deps, conninfo)


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two bookings on a page, so that a few are many pages."""
    monkeypatch.setattr(event_cancellation, "PAGE", 2)


async def transfer(deps: Deps, one: Payment, amount: str = "26.00") -> str:
    """Somebody transfers for a payment, and staff upload the statement; what became of it."""
    body = f"date;amount;currency;payer;text\n2030-05-01;{amount};EUR;Ada;{one.reference}\n"
    (matched,) = await statement.read(deps, body.encode())
    return matched.result


async def transferred(deps: Deps, till: Till, amount: str = "26.00") -> Booking:
    """A booking for one that was paid by bank transfer, or in part."""
    held = await till.hold(1)
    await transfer(deps, await payment.begin(deps, held.id, "bank_transfer"), amount)
    return held


async def payments_of(deps: Deps, one: Booking) -> list[Payment]:
    return (await payment.of_booking(deps, one.id))[0]


async def asked_for(conninfo: str) -> list[tuple[int, int, str]]:
    """The refunds that were ever written down: booking, amount, reason."""
    with psycopg.connect(conninfo) as conn:
        return conn.execute("SELECT booking_number, amount_minor, reason FROM refunds ORDER BY 1, 2").fetchall()


async def refused(confirming: Any) -> Refusal:
    outcome = await confirming
    assert isinstance(outcome, Refused), repr(outcome)
    return outcome.refusal


# ------------------------------------------------------------------------------------------------ from end to end


async def test_whatever_a_booking_was_it_is_cancelled_and_what_was_paid_for_it_goes_back(
    deps: Deps, till: Till, conninfo: str
) -> None:
    cash, card = await till.hold(1, paid_by="cash"), await till.hold(1, paid_by="card_terminal")
    given, held, late = await till.hold(1, paid_by="comp"), await till.hold(1), await till.hold(1)
    expired = await till.hold(1)
    till.run_out(expired)
    assert [count async for count in booking.release_due(deps)] == [1]
    bank, part = await transferred(deps, till), await transferred(deps, till, "20.00")
    before = await till.hold(1, paid_by="cash")
    await cancellation.cancel(deps, CancelRequest("", before.id))
    till.run_out(late)
    begun = await cancel_event(deps, till.event_id, "The singer is ill.")
    assert (begun.cancellation.state, begun.cancellation.reason) == ("running", "The singer is ill.")
    assert (begun.cancellation.looked_to, begun.bookings) == (0, BookingCounts(9, 1))
    assert await work(deps) == [till.event_id]
    for one in (cash, card, given, held, late, bank, part):
        assert (await till.now(one)).status == "cancelled"
    assert statuses(conninfo, till.event_id) == {"cancelled": 8, "expired": 1}
    done = await progress(deps, till.event_id)
    assert (done.cancellation.state, done.cancellation.looked_to) == ("done", 9)
    assert done.payments == [
        PaymentSum("bank_transfer", "refunding", 2, GROSS + 2_000, 0),
        PaymentSum("card_terminal", "paid", 1, GROSS, 0),
        PaymentSum("cash", "paid", 2, 2 * GROSS, 0),
    ]
    assert done.to_transfer == Due(2, GROSS + 2_000)
    assert done.owed == Owed(4 * GROSS + 2_000, Due(3, 3 * GROSS))
    assert [reason for _, _, reason in await asked_for(conninfo)] == ["event_cancelled"] * 2
    assert till.unequal() == []
    await assert_clean(conninfo)


async def test_when_people_have_given_back_what_they_have_to_nothing_is_owed(
    deps: Deps, till: Till, conninfo: str
) -> None:
    cash, bank = await till.hold(1, paid_by="cash"), await transferred(deps, till)
    await cancel_event(deps, till.event_id)
    await work(deps)
    report = await reconciliation.run(deps, 35, repair=True)
    assert [(one.kind, one.booking_id) for one in report.findings] == [("refund_missing", cash.id)]
    (paid,) = await payments_of(deps, cash)
    await refund.ask(deps, await till.now(cash), paid.id, None)
    ((_, (made,)),) = [await payment.of_booking(deps, bank.id)]
    await refund.complete(deps, await till.now(bank), made.id, None, told)
    done = await progress(deps, till.event_id)
    assert (done.owed, done.to_transfer) == (Owed(0, Due(0, 0)), Due(0, 0))
    assert [(one.provider, one.state, one.refunded_minor) for one in done.payments] == [
        ("bank_transfer", "refunded", GROSS),
        ("cash", "refunded", GROSS),
    ]
    assert (await reconciliation.run(deps, 35, repair=False)).findings == []
    assert till.unequal() == []


async def test_an_event_that_only_counts_seats_is_cancelled_page_by_page_and_another_one_is_let_be(
    deps: Deps, conninfo: str
) -> None:
    event, other = await new_event(deps, 1_000), await new_event(deps)
    outcomes = await asyncio.gather(*(book(deps, event.id) for _ in range(230)), book(deps, other.id, 3))
    assert all(isinstance(outcome, Booked) for outcome in outcomes)
    await cancel_event(deps, event.id)
    assert await work(deps) == [event.id] * 3
    assert statuses(conninfo, event.id) == {"cancelled": 230}
    assert statuses(conninfo, other.id) == {"confirmed": 1}
    assert (await progress(deps, event.id)).bookings == BookingCounts(230, 230)
    assert await work(deps) == [], "what is done is left alone"
    await assert_clean(conninfo)


async def test_an_event_without_bookings_is_done_at_once(deps: Deps) -> None:
    event = await new_event(deps)
    await cancel_event(deps, event.id)
    assert await work(deps) == [event.id]
    assert (await progress(deps, event.id)).cancellation.state == "done"


async def test_several_events_are_worked_through_the_oldest_cancellation_first(
    deps: Deps, conninfo: str, small_pages: None
) -> None:
    events = [await new_event(deps) for _ in range(2)]
    for event in events:
        for _ in range(3):
            await book(deps, event.id)
    for event in reversed(events):
        await cancel_event(deps, event.id)
    assert await work(deps) == [events[1].id] * 2 + [events[0].id] * 2
    await assert_clean(conninfo)


# ------------------------------------------------------------------------------------- twice, killed, side by side


async def test_cancelling_again_changes_nothing(deps: Deps, till: Till, conninfo: str) -> None:
    await transferred(deps, till)
    first = await cancel_event(deps, till.event_id, "Fire.")
    again = await asyncio.gather(*(cancel_event(deps, till.event_id, "Flood.") for _ in range(3)))
    assert [one.cancellation for one in again] == [first.cancellation] * 3
    await work(deps)
    done = await progress(deps, till.event_id)
    assert await cancel_event(deps, till.event_id) == done
    with psycopg.connect(conninfo) as conn:
        conn.execute("UPDATE event_cancellations SET done_at = NULL, looked_to = 0")
    assert await work(deps) == [till.event_id]
    assert len(await asked_for(conninfo)) == 1
    assert till.unequal() == []


async def test_who_is_killed_between_two_pages_is_followed_by_another(
    deps: Deps, till: Till, conninfo: str, small_pages: None
) -> None:
    sold = [await transferred(deps, till) for _ in range(5)]
    await cancel_event(deps, till.event_id)
    job = event_cancellation.carry_on(deps)
    await anext(job)
    await job.aclose()  # type: ignore[attr-defined] # it is a generator
    half = await progress(deps, till.event_id)
    assert (half.cancellation.state, half.cancellation.looked_to, half.bookings.cancelled) == ("running", 2, 2)
    async with running_deps(conninfo, **BANK) as other:
        assert len(await work(other)) == 2
    assert [number for number, _, _ in await asked_for(conninfo)] == [one.number for one in sold]
    assert (await progress(deps, till.event_id)).to_transfer == Due(5, 5 * GROSS)
    await assert_clean(conninfo)


async def test_a_page_that_was_left_in_the_middle_is_done_again_when_its_time_is_over(
    deps: Deps, till: Till, conninfo: str
) -> None:
    sold = [await transferred(deps, till) for _ in range(3)]
    await cancel_event(deps, till.event_id)
    # The engine alone, and a lease, as when the process ended between the cancellations and the refunds.
    async with deps.database.write() as conn:
        taken = await store.take(conn, deps.clock(), deps.clock() - event_cancellation.LEFT_AFTER)
    assert taken is not None
    for one in sold:
        await deps.engine.submit(CancelRequest(one.event_id, one.id))
    assert await work(deps) == [], "somebody is at it"
    assert (await reconciliation.run(deps, 35, repair=False)).findings == [], "what comes yet is no difference"
    leave(conninfo)
    assert await work(deps) == [till.event_id]
    assert await asked_for(conninfo) == [(one.number, GROSS, "event_cancelled") for one in sold]
    assert (await progress(deps, till.event_id)).cancellation.state == "done"
    assert till.unequal() == []


async def test_two_workers_at_once_cancel_and_refund_everything_once(conninfo: str, small_pages: None) -> None:
    async with two_offices(conninfo, **BANK) as (one, other):
        till = await open_till(one, conninfo)
        sold = [await transferred(one, till) for _ in range(9)]
        await cancel_event(one, till.event_id)
        pages = await asyncio.gather(work(one), work(other))
        assert len(pages[0]) + len(pages[1]) >= 5
        assert await asked_for(conninfo) == [(each.number, GROSS, "event_cancelled") for each in sold]
        assert (await progress(one, till.event_id)).cancellation.state == "done"
        assert till.unequal() == []
    await assert_clean(conninfo)


async def test_nothing_is_refunded_twice_though_nobody_keeps_to_the_lease(conninfo: str) -> None:
    async with two_offices(conninfo, **BANK) as (one, other):
        till = await open_till(one, conninfo)
        sold = [await transferred(one, till) for _ in range(6)]
        await cancel_event(one, till.event_id)
        await asyncio.gather(*(event_cancellation._do_page(deps, till.event_id, 0) for deps in (one, other) * 2))
        assert await asked_for(conninfo) == [(each.number, GROSS, "event_cancelled") for each in sold]
        done = await progress(one, till.event_id)
        assert (done.cancellation.state, done.cancellation.looked_to) == ("done", 6)
        assert till.unequal() == []
    await assert_clean(conninfo)


async def test_what_is_left_behind_the_cursor_is_not_done(deps: Deps, conninfo: str) -> None:
    event = await new_event(deps)
    for _ in range(3):
        await book(deps, event.id)
    await cancel_event(deps, event.id)
    with psycopg.connect(conninfo) as conn:
        conn.execute("UPDATE event_cancellations SET looked_to = 2")
    assert await work(deps) == [event.id]
    half = (await progress(deps, event.id)).cancellation
    assert (half.state, half.looked_to) == ("running", 0)
    assert await work(deps) == [], "not at once again"
    leave(conninfo)
    assert await work(deps) == [event.id]
    assert statuses(conninfo, event.id) == {"cancelled": 3}
    assert (await progress(deps, event.id)).cancellation.state == "done"


async def test_when_the_line_is_full_the_page_waits(deps: Deps, conninfo: str) -> None:
    event = await new_event(deps)
    for _ in range(4):
        await book(deps, event.id)
    await cancel_event(deps, event.id)
    async with running_deps(conninfo, line_length_max=2) as crowded:
        assert await work(crowded) == []
    assert (await progress(deps, event.id)).cancellation.looked_to == 0
    leave(conninfo)
    assert await work(deps) == [event.id]
    assert statuses(conninfo, event.id) == {"cancelled": 4}


async def test_a_payment_that_nobody_can_send_back_here_keeps_no_other_from_it(
    deps: Deps, till: Till, conninfo: str
) -> None:
    sold = [await transferred(deps, till) for _ in range(2)]
    await cancel_event(deps, till.event_id)
    async with running_deps(conninfo) as without_bank:
        assert await work(without_bank) == [till.event_id]
        assert (await progress(without_bank, till.event_id)).cancellation.state == "done"
    assert [number for number, _, _ in await asked_for(conninfo)] == [one.number for one in sold]


# -------------------------------------------------------------------------------------------------------- the rush


async def test_whoever_books_while_the_event_is_cancelled_is_refused_or_cancelled(conninfo: str) -> None:
    async with two_offices(conninfo, **BANK) as (one, other):
        till, quiet = await open_till(one, conninfo, 10_000), await new_event(one, 10_000)
        told: list[Any] = []
        elsewhere: list[Any] = []

        async def buy(deps: Deps) -> None:
            office = Till(deps, conninfo, till.event_id, till.type_id)
            while not told or not isinstance(told[-1], Refused):
                told.append(await office.ask(1, "cash" if len(told) % 3 else None))
                elsewhere.append(await book(deps, quiet.id))

        buyers = [asyncio.create_task(buy(deps)) for deps in (one, other) * 8]
        await until(lambda: len(told) >= 100)
        await cancel_event(other, till.event_id)
        await asyncio.gather(work(one), work(other), *buyers)
        assert await work(one) == []
        made = [outcome for outcome in told if isinstance(outcome, Booked)]
        no = [outcome.refusal for outcome in told if isinstance(outcome, Refused)]
        assert len(made) + len(no) == len(told)
        assert {type(refusal) for refusal in no} == {EventCancelled}
        assert statuses(conninfo, till.event_id) == {"cancelled": len(made)}
        assert all(isinstance(outcome, Booked) for outcome in elsewhere), "another event goes on selling"
        done = await progress(one, till.event_id)
        assert (done.cancellation.state, done.bookings) == ("done", BookingCounts(len(made), len(made)))
        assert done.owed.amount_minor == done.owed.to_hand_over.amount_minor == done.owed.to_hand_over.payments * GROSS
        assert till.unequal() == []
    await assert_clean(conninfo)


# --------------------------------------------------------------------------------------------- holds and late money


async def test_a_hold_of_a_cancelled_event_is_not_paid_any_more(deps: Deps, till: Till, conninfo: str) -> None:
    held, paid = await till.hold(1), await till.hold(1, paid_by="cash")
    await cancel_event(deps, till.event_id)
    for provider in ("cash", "card_terminal", "bank_transfer"):
        with pytest.raises(EventCancelled):
            await payment.begin(deps, held.id, provider)
    assert isinstance(await refused(booking.confirm(deps, held.id, "cash", None)), EventCancelled)
    assert (await till.confirm(paid, "cash")).status == "confirmed", "what was confirmed before says so again"
    assert await payments_of(deps, held) == []
    await work(deps)
    with pytest.raises(BookingNotHeld):
        await payment.begin(deps, held.id, "cash")


@pytest.mark.parametrize("is_worked_on", [False, True])
async def test_money_that_comes_in_late_goes_back_and_says_why(
    deps: Deps, till: Till, conninfo: str, *, is_worked_on: bool
) -> None:
    held = await till.hold(1)
    one = await payment.begin(deps, held.id, "bank_transfer")
    await cancel_event(deps, till.event_id)
    if is_worked_on:
        await work(deps)
        assert [each.state for each in await payments_of(deps, held)] == ["cancelled"]
    assert await transfer(deps, one) == "goes_back"
    await work(deps)
    (after,) = await payments_of(deps, held)
    assert (after.state, after.reason, after.received_minor) == ("refunding", "event_cancelled", GROSS)
    assert (await till.now(held)).status == "cancelled"
    assert await till.postings(held) != []
    assert (await progress(deps, till.event_id)).to_transfer == Due(1, GROSS)
    assert (await reconciliation.run(deps, 35, repair=False)).findings == []
    assert till.unequal() == []
    await assert_clean(conninfo)


async def test_what_was_cancelled_before_its_event_keeps_its_own_reason(deps: Deps, till: Till, conninfo: str) -> None:
    sold = await transferred(deps, till)
    await cancellation.cancel(deps, CancelRequest("", sold.id))
    await cancel_event(deps, till.event_id)
    await work(deps)
    assert await asked_for(conninfo) == [(sold.number, GROSS, "booking_cancelled")]
