"""The box office: cash, or a card terminal beside the screen. What staff say was paid or given back, was."""

from fullhouse.outside.payments.provider import Begun, Heard, Returned, Seen, SignatureWrong
from fullhouse.rules.payment import Payment, Refund


class BoxOffice:
    """Money that changes hands at the desk."""

    async def begin(self, payment: Payment) -> Begun:  # noqa: ARG002 - there is nobody to ask
        """Nothing has to be prepared."""
        return Begun(None, {})

    async def look(self, payment: Payment) -> Seen:
        """It was paid when it was made."""
        return Seen("received", payment.amount_minor, payment.refunded_minor)

    async def cancel(self, payment: Payment) -> Seen:
        """What was paid stays paid."""
        return await self.look(payment)

    async def refund(self, payment: Payment, refund: Refund) -> Returned:  # noqa: ARG002 - there is nobody to ask
        """Staff give it back across the desk."""
        return Returned("done")

    def hear(self, body: bytes, signature: str) -> Heard:  # noqa: ARG002 - nothing is read
        """The desk sends no notices."""
        raise SignatureWrong

    async def close(self) -> None:
        """Nothing is open."""
