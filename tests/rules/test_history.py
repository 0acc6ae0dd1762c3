"""The history of a booking: told in order of time by the rows that there are, whatever became of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.rules.booking import Actor, Booking, PaymentWay
from fullhouse.rules.booking_change import BookingChange, ChangeKind
from fullhouse.rules.history import HistoryEntry, Incoming, Past, history_of
from fullhouse.rules.payment import Payment, ProviderName, Refund, RefundState, State
from fullhouse.rules.price import Amount, Price, PricedLine

NOW = datetime(2030, 5, 1, 19, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RUNS_OUT = NOW + 10 * MINUTE
LATER = NOW + timedelta(days=3)
GROSS = 5_000
PRICE = Price("EUR", (PricedLine("adult", "Adult", 2, Amount(4_202, 798), (), 2_500),), ())
MONEY = {"amount_minor": GROSS, "currency": "EUR"}

PLAIN = Booking("booking", "event", 7, 2, "confirmed", NOW, None)
HELD = PLAIN._replace(status="held", expires_at=RUNS_OUT, price=PRICE)
DESK = PLAIN._replace(price=PRICE, paid_by="cash")


def past(booking: Booking, **rows: Any) -> Past:
    """The rows of a booking; those that are not given are none."""
    none: dict[str, Any] = {
        "confirmed_at": None,
        "changes": [],
        "payments": [],
        "refunds": [],
        "transfers": [],
        "received_at": {},
    }
    return Past(booking=booking, **{**none, **rows})


def paid(
    provider: ProviderName = "stripe", state: State = "paid", received: int = GROSS, at: datetime = NOW, number: int = 1
) -> Payment:
    """A payment that last changed at a moment."""
    return Payment(
        *("event", 7, number, f"payment {number}", "booking", provider, state, GROSS, received, 0, "EUR"),
        *("secret reference", {"iban": "secret"}, None, NOW + MINUTE, at, None),
    )


def refunded(state: RefundState = "done", reason: str = "booking_cancelled", after: timedelta = MINUTE) -> Refund:
    asked_at = NOW + 5 * MINUTE
    return Refund("event", 7, 1, 1, "refund", GROSS, state, "secret", reason, asked_at, asked_at + after)


def changed(what: ChangeKind, at: datetime, by: Actor = "buyer", **details: Any) -> BookingChange:
    return BookingChange("event", 7, "change", at, what, by, {**details, "code": "secret"})


def told(found: Past, now: datetime = LATER) -> list[HistoryEntry]:
    """The history, which never tells what is nobody's business."""
    entries = history_of(found, now)
    assert "secret" not in repr(entries)
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    return entries


def words(found: Past, now: datetime = LATER) -> list[str]:
    return [entry.what for entry in told(found, now)]


def test_seats_by_number_were_confirmed_by_the_buyer_when_they_were_booked() -> None:
    assert told(past(PLAIN)) == [HistoryEntry(NOW, "made", "buyer", {"status": "confirmed"})]


def test_what_was_free_has_a_price_and_no_way_of_paying() -> None:
    free = PLAIN._replace(price=Price("EUR", (), ()))
    details = {"status": "confirmed", "amount_minor": 0, "currency": "EUR"}
    assert told(past(free)) == [HistoryEntry(NOW, "made", "buyer", details)]


def test_what_was_sold_at_the_desk_was_made_and_paid_in_one_moment() -> None:
    payment = paid("cash", number=0)._replace(created_at=NOW)
    assert told(past(DESK, payments=[payment], received_at={"payment 0": NOW})) == [
        HistoryEntry(NOW, "made", "staff", {"status": "confirmed", "paid_by": "cash", **MONEY}),
        HistoryEntry(NOW, "money_received", "staff", {"payment_id": "payment 0", "provider": "cash", **MONEY}),
    ]


def test_a_hold_that_was_given_away_was_worth_nothing() -> None:
    entries = told(past(HELD._replace(status="confirmed", paid_by="comp"), confirmed_at=NOW + MINUTE))
    given_away = {"paid_by": "comp", "amount_minor": 0, "currency": "EUR"}
    assert entries[1:] == [HistoryEntry(NOW + MINUTE, "confirmed", "staff", given_away)]


def test_a_hold_was_made_and_runs_out_exactly_then_whether_or_not_somebody_has_noticed() -> None:
    assert words(past(HELD), RUNS_OUT - timedelta(microseconds=1)) == ["made"]
    for status in ("held", "expired"):
        assert told(past(HELD._replace(status=status)), RUNS_OUT) == [
            HistoryEntry(NOW, "made", "buyer", {"status": "held"}),
            HistoryEntry(RUNS_OUT, "expired", None, {}),
        ]


def test_a_hold_that_was_confirmed_in_time_never_ran_out_and_a_late_one_did() -> None:
    confirmed = HELD._replace(status="confirmed", paid_by="card_terminal")
    assert words(past(confirmed, confirmed_at=RUNS_OUT - MINUTE)) == ["made", "confirmed"]
    assert words(past(confirmed, confirmed_at=RUNS_OUT)) == ["made", "expired", "confirmed"]


@pytest.mark.parametrize("paid_by", ["stripe", "bank_transfer"])
def test_who_paid_from_home_confirmed_by_that(paid_by: PaymentWay) -> None:
    entries = told(past(HELD._replace(status="confirmed", paid_by=paid_by), confirmed_at=NOW + MINUTE))
    assert entries[1:] == [HistoryEntry(NOW + MINUTE, "confirmed", "buyer", {"paid_by": paid_by, **MONEY})]


def test_money_comes_before_the_confirmation_of_the_same_moment() -> None:
    confirmed = HELD._replace(status="confirmed", paid_by="cash")
    payment = paid("cash", number=0)
    rows = past(confirmed, confirmed_at=NOW + MINUTE, payments=[payment], received_at={"payment 0": NOW + MINUTE})
    assert words(rows) == ["made", "money_received", "confirmed"]


def test_a_hold_confirmed_before_that_was_kept_was_so_when_its_money_came() -> None:
    confirmed = HELD._replace(status="confirmed", paid_by="stripe")
    other = paid("bank_transfer", "cancelled", 0, number=2)
    rows = past(confirmed, payments=[paid(at=LATER), other], received_at={"payment 1": NOW + 2 * MINUTE})
    assert [entry.at for entry in told(rows) if entry.what == "confirmed"] == [NOW + 2 * MINUTE]
    assert [entry.at for entry in told(past(confirmed)) if entry.what == "confirmed"] == [NOW]


def test_a_cancelled_booking_of_before_there_were_changes_shows_its_end() -> None:
    entries = told(past(PLAIN._replace(status="cancelled", cancelled_at=NOW + MINUTE)))
    assert entries[1:] == [HistoryEntry(NOW + MINUTE, "cancelled", None, {})]


def test_a_hold_that_was_cancelled_in_time_did_not_run_out_and_later_it_had() -> None:
    cancelled = HELD._replace(status="cancelled", cancelled_at=RUNS_OUT - MINUTE)
    assert words(past(cancelled)) == ["made", "cancelled"]
    assert words(past(cancelled._replace(cancelled_at=RUNS_OUT + MINUTE))) == ["made", "expired", "cancelled"]


def test_a_booking_that_was_confirmed_and_cancelled_in_one_moment_ended_cancelled() -> None:
    moment = NOW + MINUTE
    ended = HELD._replace(status="cancelled", paid_by="cash", cancelled_at=moment)
    assert words(past(ended, confirmed_at=moment)) == ["made", "confirmed", "cancelled"]


def test_the_last_cancellation_is_the_end_and_those_before_it_are_of_tickets() -> None:
    ended = DESK._replace(status="cancelled", cancelled_at=NOW + 2 * MINUTE)
    changes = [
        changed("cancellation", NOW + MINUTE, tickets=[2], refund_minor=2_500),
        changed("cancellation", NOW + 2 * MINUTE, "event_cancellation", tickets=[1], refund_minor=0),
    ]
    assert told(past(ended, changes=changes))[1:] == [
        HistoryEntry(
            NOW + MINUTE,
            "tickets_cancelled",
            "buyer",
            {"tickets": [2], "refund_minor": 2_500, "currency": "EUR"},
        ),
        HistoryEntry(
            NOW + 2 * MINUTE,
            "cancelled",
            "event_cancellation",
            {"tickets": [1], "refund_minor": 0, "currency": "EUR"},
        ),
    ]


def test_a_cancelled_hold_had_no_tickets_and_what_has_no_price_no_money() -> None:
    changes = [changed("cancellation", NOW + MINUTE, tickets=[], refund_minor=0)]
    held = HELD._replace(status="cancelled", cancelled_at=NOW + MINUTE)
    assert told(past(held, changes=changes))[1].details == {"refund_minor": 0, "currency": "EUR"}
    plain = PLAIN._replace(status="cancelled", cancelled_at=NOW + MINUTE)
    assert told(past(plain, changes=changes))[1].details == {}
    unpriced = [changed("cancellation", NOW + MINUTE, tickets=[1])]
    assert told(past(held, changes=unpriced))[1].details == {"tickets": [1]}


def test_holders_and_lines_are_told_as_they_were_before_and_after() -> None:
    names: dict[str, Any] = {"ticket": 1, "name_before": None, "name_after": "Ann"}
    lines: dict[str, Any] = {"lines_before": [{"ticket_type_id": "adult", "quantity": 2}], "lines_after": []}
    changes = [changed("lines", NOW, **lines), changed("holder", NOW + MINUTE, "staff", **names)]
    assert told(past(PLAIN, changes=changes))[1:] == [
        HistoryEntry(NOW, "lines_changed", "buyer", lines),
        HistoryEntry(NOW + MINUTE, "holder_changed", "staff", names),
    ]


def test_a_payment_is_begun_and_then_received_when_its_money_was_posted() -> None:
    rows = past(HELD, payments=[paid(state="refunded", at=LATER)], received_at={"payment 1": NOW + 2 * MINUTE})
    named = {"payment_id": "payment 1", "provider": "stripe", **MONEY}
    assert told(rows, NOW)[1:] == [
        HistoryEntry(NOW + MINUTE, "payment_begun", "buyer", named),
        HistoryEntry(NOW + 2 * MINUTE, "money_received", "buyer", named),
    ]
    unposted = past(HELD, payments=[paid(state="received", at=NOW + 3 * MINUTE)])
    assert told(unposted, NOW)[2].at == NOW + 3 * MINUTE


@pytest.mark.parametrize(("state", "what"), [("failed", "payment_failed"), ("cancelled", "payment_cancelled")])
def test_a_payment_that_nobody_paid_ended_with_a_reason_if_there_was_one(state: State, what: str) -> None:
    payment = paid(state=state, received=0, at=NOW + 2 * MINUTE)
    named = {"payment_id": "payment 1", "provider": "stripe"}
    last = told(past(HELD, payments=[payment]), NOW)[-1]
    assert last == HistoryEntry(NOW + 2 * MINUTE, what, None, named)  # type: ignore[arg-type] # one of them
    declined = payment._replace(reason="card_declined")
    assert told(past(HELD, payments=[declined]), NOW)[-1].details == {**named, "reason": "card_declined"}


def test_an_open_payment_was_begun_and_no_more() -> None:
    assert words(past(HELD, payments=[paid(state="open", received=0)]), NOW) == ["made", "payment_begun"]


def test_each_part_of_a_transfer_is_told_and_only_those_of_the_booking() -> None:
    payment = paid("bank_transfer", "open", 3_000)
    parts = [
        Incoming("payment 1", 1_000, NOW + 2 * MINUTE),
        Incoming("payment 9", 9_000, NOW + 2 * MINUTE),
        Incoming("payment 1", 2_000, NOW + 3 * MINUTE),
    ]
    entries = told(past(HELD, payments=[payment], transfers=parts), NOW)
    assert [(entry.what, entry.at, entry.details["amount_minor"]) for entry in entries[1:]] == [
        ("payment_begun", NOW + MINUTE, GROSS),
        ("money_received", NOW + 2 * MINUTE, 1_000),
        ("money_received", NOW + 3 * MINUTE, 2_000),
    ]


def test_a_refund_is_asked_for_and_then_done_or_refused() -> None:
    details = {
        "refund_id": "refund",
        "payment_id": "payment 1",
        "provider": "stripe",
        "reason": "booking_cancelled",
        **MONEY,
    }
    asked_at = NOW + 5 * MINUTE
    for state, what in (("done", "refund_done"), ("failed", "refund_failed")):
        rows = past(HELD, payments=[paid(state="refunding")], refunds=[refunded(state)])  # type: ignore[arg-type] # one of them
        assert told(rows, NOW)[-2:] == [
            HistoryEntry(asked_at, "refund_asked", None, details),
            HistoryEntry(asked_at + MINUTE, what, None, details),  # type: ignore[arg-type] # one of them
        ]
    by_staff = past(HELD, payments=[paid()], refunds=[refunded("asked", "asked_by_staff")])
    assert told(by_staff, NOW)[-1] == HistoryEntry(
        asked_at, "refund_asked", "staff", {**details, "reason": "asked_by_staff"}
    )


def test_what_is_given_back_across_the_desk_is_asked_for_before_it_is_done() -> None:
    rows = past(DESK, payments=[paid("cash", number=1)], refunds=[refunded(after=timedelta(0))])
    assert words(rows)[-2:] == ["refund_asked", "refund_done"]


moments = st.integers(0, 20).map(lambda minutes: NOW + minutes * MINUTE)


@given(moments, st.lists(moments, max_size=6), st.lists(moments, max_size=3))
def test_everything_is_told_once_and_in_order_of_time(
    confirmed_at: datetime, renamed: list[datetime], parts: list[datetime]
) -> None:
    rows = past(
        HELD._replace(status="confirmed", paid_by="bank_transfer"),
        confirmed_at=confirmed_at,
        changes=[changed("holder", at, ticket=1, name_before=None, name_after="Ann") for at in sorted(renamed)],
        payments=[paid("bank_transfer")],
        transfers=[Incoming("payment 1", 1, at) for at in parts],
    )
    found = words(rows)
    assert found.count("holder_changed") == len(renamed)
    assert found.count("money_received") == len(parts)
    assert found.count("made") == found.count("confirmed") == found.count("payment_begun") == 1
    assert found.count("expired") == (confirmed_at >= RUNS_OUT)
