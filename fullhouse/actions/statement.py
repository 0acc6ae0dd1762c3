"""Bank statements: what came in is matched to payments by its reference alone, and nothing is guessed."""

from typing import Literal, NamedTuple, TypeAlias

from fullhouse.actions import booking, organizer, payment, payment_act
from fullhouse.actions.deps import Deps
from fullhouse.outside.payments.statement import StatementUnreadable, Transfer, transfers_in
from fullhouse.rules import ledger as money
from fullhouse.rules.creditor_reference import references_in
from fullhouse.rules.ledger import TRANSFERS_FROM, Moved
from fullhouse.rules.payment import Payment, after_transfer
from fullhouse.rules.refusals import ValidationFailed
from fullhouse.store import bank_transfer, ledger
from fullhouse.store import payment as payments
from fullhouse.store.bank_transfer import BankTransfer

Result: TypeAlias = Literal["paid", "part", "over", "goes_back", "unmatched", "seen_before", "outgoing"]


class Matched(NamedTuple):
    """What became of a transfer; with `part` and `over`, `difference_minor` is missing or too much."""

    transfer: Transfer
    result: Result
    payment: Payment | None = None
    difference_minor: int = 0


async def read(deps: Deps, body: bytes, organizer_id: str = organizer.DEFAULT_ID) -> list[Matched]:
    """Take a statement of an organizer: only payments for his own events are meant by it.

    Read again, it changes nothing. Raises ValidationFailed when it is none.
    """
    try:
        transfers = transfers_in(body)
    except StatementUnreadable as error:
        raise ValidationFailed(f"body: this is no statement that can be read: {error}.", field="body") from error
    return [await _take(deps, organizer_id, one) for one in transfers]


async def _take(deps: Deps, organizer_id: str, transfer: Transfer) -> Matched:
    if transfer.amount_minor <= 0:
        return Matched(transfer, "outgoing")
    one = await _meant(deps, organizer_id, transfer)
    one, is_new = await _written(deps, organizer_id, transfer, one)
    if not is_new:
        return Matched(transfer, "seen_before", one)
    if one is None:
        return Matched(transfer, "unmatched")
    if one.state == "received":
        one = await payment.finish(deps, one)
    return _matched(transfer, one)


def _matched(transfer: Transfer, one: Payment) -> Matched:
    difference_minor = abs(one.received_minor - one.amount_minor)
    if one.state == "open":
        return Matched(transfer, "part", one, difference_minor)
    if one.state != "paid":
        return Matched(transfer, "goes_back", one)
    return Matched(transfer, "over" if difference_minor else "paid", one, difference_minor)


async def _meant(deps: Deps, organizer_id: str, transfer: Transfer) -> Payment | None:
    """The one payment whose reference the transfer has; None when there is none, or more than one."""
    async with deps.database.read() as conn:
        found = [
            one
            for reference in references_in(transfer.text)
            if (one := await payments.find(conn, "bank_transfer", None, reference)) is not None
        ]
    if len(found) != 1 or found[0].currency != transfer.currency:
        return None
    return found[0] if await organizer.of_event(deps, found[0].event_id) == organizer_id else None


async def _written(
    deps: Deps, organizer_id: str, transfer: Transfer, one: Payment | None
) -> tuple[Payment | None, bool]:
    """Write the transfer down, and its money to payment and ledger, in one transaction; False when it was before."""
    now = deps.clock()
    found = None if one is None else await booking.find(deps, one.booking_id)
    async with deps.database.write() as conn:
        before = [] if one is None else await payments.lock(conn, one.event_id, one.booking_number)
        count = await bank_transfer.count_of(conn, [each.id for each in before])
        payment_id = one.id if one else None
        told = BankTransfer(
            *(organizer_id, transfer.id, payment_id, transfer.booked_on, transfer.amount_minor),
            *(transfer.currency, transfer.payer, transfer.text),
        )
        is_new = await bank_transfer.add(conn, told, now)
        if one is None or found is None or not is_new:
            return one, is_new
        one = next(each for each in before if each.id == one.id)
        changed = after_transfer(one, transfer.amount_minor)._replace(changed_at=now)
        await payments.change(conn, changed, (one.state,))
        await payment_act.record(conn, "payment.transfer", one, changed)
        moved = Moved(TRANSFERS_FROM + count + 1, "bank", transfer.amount_minor, one.id)
        await ledger.add(conn, money.receipt(found, one.currency, moved), now)
    return changed, True
