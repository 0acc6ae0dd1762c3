"""What happens to payments, for the audit log: asked for by somebody, or told by a provider or a bank."""

from typing import Any

from fullhouse.actions import acting
from fullhouse.rules.payment import Payment, Refund
from fullhouse.store.db import WriteConn


async def record(conn: WriteConn, act: str, before: Payment, after: Payment, refund: Refund | None = None) -> None:
    """Write down that a payment has changed, in the transaction in which it did."""
    more = {} if refund is None else {"refund_id": refund.id, "refund_minor": refund.amount_minor}
    of = (after.event_id, [after.booking_number])
    told = fields(after) | more
    await acting.record(conn, act, after.changed_at, before=fields(before), after=told, of=of)


def fields(one: Payment) -> dict[str, Any]:
    """What of a payment matters here."""
    return {
        "payment_id": one.id,
        "provider": one.provider,
        "state": one.state,
        "amount_minor": one.amount_minor,
        "received_minor": one.received_minor,
        "refunded_minor": one.refunded_minor,
        "currency": one.currency,
        "reason": one.reason,
    }
