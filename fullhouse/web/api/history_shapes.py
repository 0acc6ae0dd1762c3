"""The shapes of a booking's history, and of the change of a holder."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from fullhouse.rules.booking import Actor, PaymentWay
from fullhouse.rules.history import Happening, HistoryEntry
from fullhouse.rules.payment import ProviderName
from fullhouse.web.api.shapes import Id, Line, Shape, moment_text


class HolderRequest(Shape):
    """Who attends with a ticket."""

    name: Line


class HistoryLineShape(Shape):
    """How many tickets of a type."""

    ticket_type_id: Id
    quantity: int


def _absent() -> None:
    """What a field is that is left out. The document shows no default that a factory makes."""


def absent_unless(description: str) -> Any:  # noqa: ANN401 - a field of any type
    """A field that is left out where it does not apply."""
    return Field(default_factory=_absent, description=description)


class HistoryDetailsShape(Shape):
    """What is told of something that happened; what does not apply is left out. Money is in minor units."""

    status: Literal["held", "confirmed"] = absent_unless("`made`: as what.")
    paid_by: PaymentWay = absent_unless("`made` at the desk, `confirmed`: how it was paid.")
    tickets: list[int] = absent_unless("`cancelled`, `tickets_cancelled`: the numbers of the tickets.")
    refund_minor: int = absent_unless("`cancelled`, `tickets_cancelled`: what is given back for that.")
    ticket: int = absent_unless("`holder_changed`: the number of the ticket.")
    name_before: str | None = absent_unless("`holder_changed`: the holder before; null when nobody was named.")
    name_after: str | None = absent_unless("`holder_changed`: the holder since; null when the person was erased.")
    lines_before: list[HistoryLineShape] = absent_unless("`lines_changed`: what was held before.")
    lines_after: list[HistoryLineShape] = absent_unless("`lines_changed`: what is held since.")
    payment_id: Id = absent_unless("Payments, money and refunds: which payment.")
    refund_id: Id = absent_unless("Refunds: which one.")
    provider: ProviderName = absent_unless("Payments, money and refunds: in which way.")
    reason: str = absent_unless("Refunds, `payment_failed`, `payment_cancelled`: why, where that is known.")
    amount_minor: int = absent_unless("How much: paid for the booking, to be paid, received, or going back.")
    currency: str = absent_unless("Wherever there is money: its currency (ISO 4217).")


class HistoryEntryShape(Shape):
    """Something that happened to a booking. `by` is null where that is not known, or nobody did it."""

    at: datetime
    what: Happening
    by: Actor | None
    details: HistoryDetailsShape


def entry_fields(entry: HistoryEntry) -> dict[str, Any]:
    """Something that happened as JSON-ready data."""
    return {**entry._asdict(), "at": moment_text(entry.at)}
