"""Bank transfers: the buyer is told an account and a reference, and statements tell what came in."""

from fullhouse.outside.payments.provider import Begun, Heard, Returned, Seen, SignatureWrong
from fullhouse.rules.creditor_reference import creditor_reference
from fullhouse.rules.payment import Payment, Refund


class BankTransfer:
    """One account. Banks are not asked: people upload statements, and transfer back what has to go back."""

    def __init__(self, iban: str, holder: str) -> None:
        """The account that buyers transfer to."""
        self._iban = iban
        self._holder = holder

    async def begin(self, payment: Payment) -> Begun:
        """Say where to, and with which reference."""
        reference = creditor_reference(payment.id)
        return Begun(reference, {"iban": self._iban, "holder": self._holder, "reference": reference})

    async def look(self, payment: Payment) -> Seen:
        """What statements have told so far."""
        if payment.received_minor < payment.amount_minor:
            return Seen("open")
        return Seen("received", payment.received_minor, payment.refunded_minor)

    async def cancel(self, payment: Payment) -> Seen:
        """Nobody can be kept from transferring. A part that came in is received, and goes back."""
        return Seen("received", payment.received_minor) if payment.received_minor else Seen("cancelled")

    async def refund(self, payment: Payment, refund: Refund) -> Returned:  # noqa: ARG002 - there is nobody to ask
        """Somebody has to transfer it, and then says so."""
        return Returned("asked")

    def hear(self, body: bytes, signature: str) -> Heard:  # noqa: ARG002 - nothing is read
        """Banks send no notices."""
        raise SignatureWrong

    async def close(self) -> None:
        """Nothing is open."""
