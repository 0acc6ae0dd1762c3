"""Fees as the organizer manages them; what they come to is another matter."""

from fullhouse.rules.offer import Fee
from fullhouse.rules.refusals import FeeNotFound, LimitReached, ValidationFailed

FEES_MAX = 50
BASIS_POINTS_MAX = 10_000


def require_room(count: int) -> None:
    """Raises LimitReached when an event with so many fees can't have another one."""
    if count >= FEES_MAX:
        raise LimitReached(f"An event has at most {FEES_MAX} fees.", limit=FEES_MAX)


def found(fees: tuple[Fee, ...], fee_id: str) -> Fee:
    """The fee of that id. Raises FeeNotFound."""
    for fee in fees:
        if fee.id == fee_id:
            return fee
    raise FeeNotFound("The event has no such fee.")


def checked(fee: Fee) -> Fee:
    """The same, when its amount goes with its kind. Raises ValidationFailed."""
    if fee.kind == "percent" and fee.amount > BASIS_POINTS_MAX:
        raise ValidationFailed(
            f"amount: a percentage is in basis points, at most {BASIS_POINTS_MAX} (100 %).", field="amount"
        )
    return fee
