"""The shapes of booking by lines: baskets, quotes, priced bookings, tickets."""

import re
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, Literal

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema
from pydantic_core import to_json

from fullhouse.rules.booking import BasketRequest, Booking, Buyer, DeskWay, IdempotencyKey, PaymentWay, Ticket
from fullhouse.rules.offer import Wanted
from fullhouse.rules.price import Amount, Price, PricedFee, RefundTerms
from fullhouse.rules.promo import normal_code
from fullhouse.web.api.shapes import Id, Line, Shape, moment_text

LINES_MAX = 50


_PLAIN_ADDRESS = re.compile(
    r"[a-z0-9_%+-]+(\.[a-z0-9_%+-]+)*@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.ASCII | re.IGNORECASE
)
LOCAL_PART_MAX = 64
"""Characters before the @ (RFC 5321, section 4.5.3.1.1)."""


def _mail_address(text: str) -> str:
    """A mail address as it can be written to. Nearly all are plain; what is not is left to those who know the RFCs."""
    if _PLAIN_ADDRESS.fullmatch(text) and text.index("@") <= LOCAL_PART_MAX and "xn--" not in text:
        return text
    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise ValueError(f"must be a mail address: {error}") from error


MailAddress = Annotated[
    str,
    StringConstraints(min_length=3, max_length=254, strict=True),
    AfterValidator(_mail_address),
    WithJsonSchema({"type": "string", "format": "email", "minLength": 3, "maxLength": 254}),
]


class LineRequest(Shape):
    """A line of a basket."""

    ticket_type_id: Id
    quantity: int = Field(strict=True, ge=1, le=10_000)


class BuyerShape(Shape):
    """Who pays."""

    name: Line
    email: MailAddress


class LinesRequest(Shape):
    """Tickets wanted, by lines."""

    lines: list[LineRequest] = Field(min_length=1, max_length=LINES_MAX)
    promo_code: Annotated[Line, AfterValidator(normal_code), Field(max_length=50)] | None = None

    def wanted(self) -> tuple[Wanted, ...]:
        """The lines, for the program."""
        return tuple([Wanted(line.ticket_type_id, line.quantity) for line in self.lines])


class QuoteRequest(LinesRequest):
    """A basket to be priced."""

    event_id: Id


class BasketShape(QuoteRequest):
    """Tickets wanted, by lines: all or nothing, unless `accept_fewer`. `paid_by` is for the box office: an API key."""

    buyer: BuyerShape | None = None
    accept_fewer: bool = Field(default=False, strict=True)
    paid_by: DeskWay | None = None

    def request(self, key: IdempotencyKey | None) -> BasketRequest:
        """The same, for the engine."""
        buyer = Buyer(self.buyer.name, self.buyer.email) if self.buyer else None
        return BasketRequest(self.event_id, self.wanted(), buyer, self.accept_fewer, self.paid_by, key, self.promo_code)


class ConfirmationRequest(Shape):
    """How a hold was paid at the box office."""

    paid_by: DeskWay


class AmountShape(Shape):
    """Money in minor units, with the tax in it."""

    net_minor: int
    tax_minor: int
    gross_minor: int


class PricedFeeShape(AmountShape):
    """What a fee comes to."""

    fee_id: Id
    name: str


class PricedLineShape(Shape):
    """A line with its all-in price; `face` and `fees` are what it is made of."""

    ticket_type_id: Id
    name: str
    quantity: int
    each_minor: int
    face: AmountShape
    fees: list[PricedFeeShape]
    total: AmountShape
    off_minor: int | None = Field(description="What a promo code took off; null when none is for it.")


class RefundUntilShape(Shape):
    """Before this moment, so many percent go back."""

    until: datetime
    percent: int


class RefundTermsShape(Shape):
    """On which terms tickets may be given back, the earliest step first."""

    steps: list[RefundUntilShape]
    with_fees: bool


class PriceShape(Shape):
    """What a basket comes to: its lines, the fees for the booking as a whole, and the terms of refunds."""

    currency: str
    lines: list[PricedLineShape]
    fees: list[PricedFeeShape]
    total: AmountShape
    refunds: RefundTermsShape | None = Field(description="Null: buyers can't give tickets back by themselves.")


class ReservedShape(Shape):
    """A booking that was made by lines. A held one has to be paid before `expires_at`."""

    id: Id
    reference: str
    event_id: Id
    num_seats: int
    status: Literal["held", "confirmed", "expired", "cancelled"]
    created_at: datetime
    cancelled_at: datetime | None
    expires_at: datetime | None
    buyer: BuyerShape | None
    paid_by: PaymentWay | None
    price: PriceShape
    cancelled_tickets: list[int]
    next: Literal["pay"] | None


class TicketShape(Shape):
    """The right to enter. Whoever has the `code` has the ticket; `ticket_code` is the same, signed, for its QR."""

    number: int
    ticket_type_id: Id
    code: str
    ticket_code: str | None = Field(description="Null when the ticket is cancelled. docs/tickets.md has its format.")
    state: Literal["valid", "cancelled"]
    holder_name: str | None


@lru_cache(maxsize=1024)
def price_json(price: Price) -> bytes:
    """A price as JSON. Remembered, because in a rush many agree on the same."""
    return to_json(
        {
            "currency": price.currency,
            "lines": [
                {
                    "ticket_type_id": line.ticket_type_id,
                    "name": line.name,
                    "quantity": line.quantity,
                    "each_minor": line.each_minor,
                    "face": amount_fields(line.face),
                    "fees": [_fee_fields(fee) for fee in line.fees],
                    "total": amount_fields(line.total),
                    "off_minor": line.off_minor,
                }
                for line in price.lines
            ],
            "fees": [_fee_fields(fee) for fee in price.fees],
            "total": amount_fields(price.total),
            "refunds": price.refunds and _refund_fields(price.refunds),
        }
    )


def _refund_fields(terms: RefundTerms) -> dict[str, Any]:
    steps = [{"until": moment_text(step.until), "percent": step.percent} for step in terms.steps]
    return {"steps": steps, "with_fees": terms.with_fees}


def amount_fields(amount: Amount) -> dict[str, Any]:
    """Money as JSON-ready data."""
    return {"net_minor": amount.net_minor, "tax_minor": amount.tax_minor, "gross_minor": amount.gross_minor}


def _fee_fields(fee: PricedFee) -> dict[str, Any]:
    return {**amount_fields(fee.amount), "fee_id": fee.fee_id, "name": fee.name}


def reserved_json(booking: Booking, reference: str, price: Price) -> bytes:
    """A booking that was made by lines, as JSON: by hand, because it is a hot answer."""
    buyer = b"null"
    if booking.buyer is not None:
        buyer = to_json({"name": booking.buyer.name, "email": booking.buyer.email})
    head = (
        f'{{"id":"{booking.id}","reference":"{reference}","event_id":"{booking.event_id}",'
        f'"num_seats":{booking.places},"status":"{booking.status}","created_at":"{moment_text(booking.created_at)}",'
        f'"cancelled_at":{_moment(booking.cancelled_at)},'
        f'"expires_at":{_moment(booking.expires_at)},'
        f'"paid_by":{_quoted(booking.paid_by)},"cancelled_tickets":{list(booking.cancelled_tickets)},'
        f'"next":{_quoted("pay" if booking.status == "held" else None)},"buyer":'
    )
    return b'%b%b,"price":%b}' % (head.encode(), buyer, price_json(price))


def _moment(moment: datetime | None) -> str:
    return "null" if moment is None else f'"{moment_text(moment)}"'


def _quoted(text: str | None) -> str:
    """Text that needs no escaping."""
    return "null" if text is None else f'"{text}"'


def ticket_fields(ticket: Ticket, ticket_code: str | None) -> dict[str, Any]:
    """A ticket with its signed code as JSON-ready data."""
    return {
        "number": ticket.number,
        "ticket_type_id": ticket.ticket_type_id,
        "code": ticket.code,
        "ticket_code": ticket_code,
        "state": ticket.state,
        "holder_name": ticket.holder_name,
    }
