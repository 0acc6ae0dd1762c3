"""The ledger: whatever is sold, paid, taken back or refunded, each posting sums to zero."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from fullhouse.rules.booking import Booking, CancelRequest, PaymentWay
from fullhouse.rules.cancellation import Cancellation, of
from fullhouse.rules.ledger import Moved, Posting, balances, of_batch, owed_minor, receipt, refund
from fullhouse.rules.price import Amount, Price, PricedFee, PricedLine

NOW = datetime(2030, 5, 1, 19, 30, tzinfo=UTC)
amounts = st.builds(Amount, st.integers(0, 10**9), st.integers(0, 10**8))
fees = st.lists(st.builds(PricedFee, st.just("fee"), st.just("Fee"), amounts), max_size=2).map(tuple)
lines = st.builds(PricedLine, st.just("type"), st.just("Adult"), st.integers(1, 9), amounts, fees, st.just(0))
prices = st.builds(Price, st.just("EUR"), st.lists(lines, min_size=1, max_size=3).map(tuple), fees)
PRICE = Price(
    "EUR",
    (PricedLine("adult", "Adult", 2, Amount(4_202, 798), (PricedFee("fee", "Fee", Amount(200, 0)),), 2_600),),
    (PricedFee("post", "Postage", Amount(84, 16)),),
)


def booking(price: Price | None = PRICE, paid_by: PaymentWay | None = "stripe") -> Booking:
    return Booking("id", "event", 7, 2, "confirmed", NOW, None, price=price, paid_by=paid_by)


def amounts_of(posting: Posting) -> list[int]:
    return [minor for column, minor in posting._asdict().items() if column.endswith("_minor")]


def moved_by(posting: Posting) -> dict[str, int]:
    return {account: minor for account, minor in balances([posting]).items() if minor}


def cancelled(sold: Booking) -> Cancellation:
    """All of it given back in full."""
    done = of(sold, CancelRequest(sold.event_id, sold.id), NOW)
    assert isinstance(done, Cancellation)
    return done


@given(prices, st.sampled_from(["cash", "card_terminal", "bank_transfer", "stripe"]), st.integers(1, 10**9))
def test_every_posting_sums_to_zero(price: Price, paid_by: PaymentWay, minor: int) -> None:
    sold = booking(price, paid_by)
    postings = [
        *of_batch([], [sold], [cancelled(sold)]),
        receipt(sold, "EUR", Moved(1, "stripe", minor, "payment")),
        refund(sold, "EUR", Moved(1, "stripe", minor, "payment"), minor // 2),
    ]
    assert all(sum(amounts_of(one)) == 0 for one in postings)
    assert all(any(amounts_of(one)) for one in postings)
    assert not sum(balances(postings).values())


def test_a_sale_is_parted_into_face_value_fees_and_tax() -> None:
    (posted,) = of_batch([], [booking()], [])
    assert moved_by(posted) == {"buyer": 5_300, "sales": -4_202, "fees": -284, "tax": -814}
    assert (posted.what, posted.number, posted.booking_number) == ("sale", 0, 7)


def test_what_is_paid_at_the_desk_is_received_with_the_sale() -> None:
    posted = of_batch([booking(paid_by="cash")], [], [])
    assert balances(posted)["cash"] == 5_300
    assert owed_minor(posted) == 0


def test_a_hold_a_comp_and_what_is_free_post_nothing() -> None:
    held = booking(paid_by=None)._replace(status="held")
    free = booking(PRICE._replace(lines=(PRICE.lines[0]._replace(face=Amount(0, 0), fees=()),), fees=()))
    others = [booking(paid_by="comp"), free, booking(None)]
    assert of_batch([held, *others], others, [cancelled(one) for one in (held, *others)]) == []


def test_a_cancelled_sale_is_taken_back_and_what_was_paid_is_owed() -> None:
    sold = booking()
    posted = [*of_batch([], [sold], [cancelled(sold)]), receipt(sold, "EUR", Moved(1, "stripe", 5_300, "payment"))]
    assert owed_minor(posted) == 5_300
    posted.append(refund(sold, "EUR", Moved(1, "stripe", 5_300, "payment"), 5_300))
    assert not any(balances(posted).values())


def test_what_is_given_back_beyond_what_was_owed_is_the_organizers_loss() -> None:
    posted = refund(booking(), "EUR", Moved(2, "stripe", 500, "payment"), 200)
    assert moved_by(posted) == {"stripe": -500, "buyer": 200, "refunds": 300}
    assert (posted.number, posted.payment_id) == (2, "payment")
