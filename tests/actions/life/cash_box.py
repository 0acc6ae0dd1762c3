"""What the clerk notes of money: what came in, what went back, and what is owed. It knows no rules of the program."""

from datetime import timedelta

from tests.actions.life.deal import Deal, Payment
from tests.actions.life.notebook import No, Notebook

OPEN_TIME = timedelta(minutes=15)
HOLD_TIME_MAX = timedelta(minutes=30)
TRANSFER_TIME = timedelta(days=7)

DESK = ("cash", "card_terminal")
FAR = ("bank_transfer", "stripe")
UNPAID = ("open", "failed", "cancelled")


def sold(deal: Deal) -> int:
    """What the buyer has to pay for."""
    return sum(deal.sold)


def owed(deal: Deal) -> int:
    """What has come in, and neither was sold for nor went back."""
    return sum(one.received for one in deal.payments) - deal.owed_back - sold(deal)


def kept(deal: Deal) -> int:
    """What of the buyer's money is with us."""
    return sum(one.received - one.returned for one in deal.payments)


def to_hand_over(deal: Deal, one: Payment) -> int:
    """What is owed for a payment at the desk, as far as its money is with us."""
    return max(0, min(one.received - one.returned, owed(deal))) if one.provider in DESK else 0


def pay_at_desk(deal: Deal) -> None:
    """Money changes hands as a booking is confirmed."""
    if deal.paid_by in DESK and deal.price:
        deal.payments.insert(0, Payment(deal.id, str(deal.paid_by), deal.price, "paid", received=deal.price))


def paying(book: Notebook, deal: Deal, provider: str) -> No:
    """Why nobody can begin to pay so."""
    if deal.state == "cancelled" or not deal.price:
        return {"booking_not_held"} if deal.state == "cancelled" else {"payment_not_possible"}
    if provider in DESK:
        is_other = deal.state == "confirmed" and deal.paid_by != provider
        return {"booking_not_held"} if is_other else book.confirming(deal)
    if deal.state == "held" and not book.has_run_out(deal):
        return {"event_cancelled"} if book.is_cancelled else set()
    drafted = set() if book.is_published else {"event_not_found"}
    return drafted | ({"booking_not_held"} if deal.state == "confirmed" else {"hold_expired"})


def standing(book: Notebook, deal: Deal, provider: str) -> Payment | None:
    """The payment that can go on, while the hold lasts longer; one by another provider is closed."""
    lasts_while_it_is_paid(book, deal, provider)
    for one in deal.payments:
        if one.state == "open" and one.provider == provider and (one.expires or book.now) >= book.now:
            return one
        close(book, deal, one)
    return None


def lasts_while_it_is_paid(book: Notebook, deal: Deal, provider: str) -> None:
    """A hold lasts longer when a payment is begun."""
    until = min(book.now + OPEN_TIME, deal.made + HOLD_TIME_MAX)
    if provider == "bank_transfer":
        until = deal.made + TRANSFER_TIME
    until = min(until, book.starts)
    assert deal.expires is not None
    if deal.expires < until and book.now < until:
        deal.expires = until


def arrives(book: Notebook, deal: Deal, one: Payment, amount: int) -> None:
    """A transfer is read from a statement."""
    one.received += amount
    one.sent += amount
    if one.state in ("failed", "cancelled", "refunded") or (one.state == "open" and one.received >= one.amount):
        one.state = "received"
        finish(book, deal, one)


def hear(book: Notebook, deal: Deal, one: Payment) -> None:
    """Stripe says that something has changed."""
    if one.sent and one.state in UNPAID:
        one.state, one.received = "received", one.sent
        finish(book, deal, one)
    elif one.sent:
        settle(deal, one)


def close(book: Notebook, deal: Deal, one: Payment) -> None:
    """Nobody shall pay any more; who has paid, or a part of it, has."""
    if one.state == "open" and one.sent:
        one.state, one.received = "received", one.sent
        finish(book, deal, one)
    elif one.state == "open":
        one.state = "cancelled"


def finish(book: Notebook, deal: Deal, one: Payment) -> None:
    """Money becomes tickets, or goes back."""
    if one.received >= one.amount and one.received >= deal.price:
        book.confirm(deal, one.provider)
    settle(deal, one)


def settle(deal: Deal, one: Payment) -> None:
    """What is owed goes back by itself, where it can: not across the desk, nor when too much was transferred."""
    if one.asked or one.state not in ("received", "paid"):
        return
    surplus = min(one.received - one.returned, owed(deal) - sum(other.asked for other in deal.payments))
    if deal.state == "confirmed" and deal.paid_by == one.provider == "bank_transfer":
        # What is too much is for people to decide, but for what cancelled tickets cost.
        surplus = min(surplus, sum(deal.back) - deal.for_tickets)
        deal.for_tickets += max(surplus, 0)
    if surplus > 0 and one.provider in FAR:
        ask_back(deal, one, surplus)
    else:
        one.state = "paid"


def ask_back(deal: Deal, one: Payment, amount: int) -> None:
    """Money is to go back: at once, but for a transfer, which people make."""
    one.asked, one.state = amount, "refunding"
    if one.provider != "bank_transfer":
        gone(deal, one)


def gone(deal: Deal, one: Payment) -> None:
    """Money has gone back; what was not owed was goodwill."""
    deal.owed_back += min(one.asked, max(0, owed(deal)))
    one.returned, one.asked = one.returned + one.asked, 0
    one.state = "refunded" if one.returned >= one.received else "paid"
    settle(deal, one)


def cancel(book: Notebook, deal: Deal) -> None:
    """A whole booking ends, and all goes back that can go by itself."""
    _, chosen, back = book.cancelling(deal, None, "full")
    book.cancel(deal, chosen, back)
    settle_all(deal)


def settle_all(deal: Deal) -> None:
    """What was paid from afar goes back."""
    if deal.paid_by in FAR:
        for one in deal.payments:
            settle(deal, one)
