"""Refusals on money that is paid and sent back. Their tree stands in `refusals.py`."""

from fullhouse.rules.refusal import Refusal


class PaymentNotFound(Refusal):
    """No such payment of this booking."""

    code = "payment_not_found"


class PaymentNotPossible(Refusal):
    """There is nothing to pay, or it can't be paid in this way."""

    code = "payment_not_possible"


class RefundNotPossible(Refusal):
    """So much can't go back; `refundable_minor` can."""

    code = "refund_not_possible"


class SignatureInvalid(Refusal):
    """The notice is not signed by the provider, or not lately."""

    code = "signature_invalid"


class ProviderDown(Refusal):
    """The provider of the payment gave no answer that makes sense; nothing is charged twice by asking again."""

    code = "provider_down"
