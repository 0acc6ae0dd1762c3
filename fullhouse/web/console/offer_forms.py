"""The forms of what an event offers: what is typed in them, and what they say for the program.

Fields are called as in the API, so that a refusal finds the one that it is about.
"""

from datetime import datetime
from typing import Any, ClassVar, NamedTuple

from pydantic import Field

from fullhouse.rules.offer import Fee, Tax, Visibility
from fullhouse.rules.pool import Pool
from fullhouse.rules.promo import PromoCode
from fullhouse.rules.ticket_type import TicketTypeEntry
from fullhouse.web.api.offer_shapes import FeeKind, FeePer, Text, once_each
from fullhouse.web.api.promo_shapes import Code, PromoKind
from fullhouse.web.api.shapes import Id, Line
from fullhouse.web.console.local_times import Amount, LocalMoment, minor_in, moment_in, typed_amount, typed_moment
from fullhouse.web.pages.forms import Form, FormModel, empty
from fullhouse.web.pages.language import Language

PERCENT = "EUR"
"""Basis points are to percent what cents are to euros."""
PLACES_MAX = 1_000_000


class Setting(NamedTuple):
    """What is needed to read what was typed: the clocks of the event's place, its currency, the visitor's language."""

    zone: str
    currency: str
    language: Language


class PartForm(FormModel):
    """A form of something that an event offers."""

    called_by: ClassVar[str] = "name"
    """The field with what people call it by."""

    def values(self, setting: Setting) -> dict[str, Any]:
        """What the form says, by the names that the program has for it. Raises ValidationFailed."""
        raise NotImplementedError


class TicketTypeForm(PartForm):
    """A ticket type."""

    name: Line
    description: Text = ""
    price_minor: Amount = ""
    tax: Amount = ""
    tax_is_added: bool = False
    visibility: Visibility = "public"
    sales_from: LocalMoment | None = None
    sales_until: LocalMoment | None = None
    tickets_min: int = Field(default=1, ge=1, le=PLACES_MAX)
    tickets_max: int | None = Field(default=None, ge=1, le=PLACES_MAX)
    buyer_tickets_max: int | None = Field(default=None, ge=1, le=10_000)
    places: int = Field(default=1, ge=0, le=100)
    position: int = Field(default=0, ge=0, le=PLACES_MAX)
    pool_ids: list[Id] = Field(default_factory=list, max_length=200)

    def values(self, setting: Setting) -> dict[str, Any]:
        """As the form of any part."""
        given = self.model_dump(exclude={"tax", "tax_is_added", "price_minor", "sales_from", "sales_until", "pool_ids"})
        return {
            **given,
            "price_minor": minor_in(self.price_minor, setting.currency, "price_minor", setting.language),
            "tax": _tax(self.tax, setting, is_added=self.tax_is_added),
            "sales_from": _moment(self.sales_from, setting, "sales_from"),
            "sales_until": _moment(self.sales_until, setting, "sales_until"),
            "pool_ids": tuple(once_each(self.pool_ids)),
        }


class PoolForm(PartForm):
    """A pool, or the house."""

    name: Line
    capacity: int | None = Field(default=None, ge=0, le=PLACES_MAX)
    held_back: int = Field(default=0, ge=0, le=PLACES_MAX)

    def values(self, _: Setting) -> dict[str, Any]:
        """As the form of any part."""
        return self.model_dump()


class FeeForm(PartForm):
    """A fee."""

    name: Line
    kind: FeeKind = "fixed"
    amount: Amount
    per: FeePer = "ticket"
    tax: Amount = ""
    tax_is_added: bool = False

    def values(self, setting: Setting) -> dict[str, Any]:
        """As the form of any part."""
        currency = setting.currency if self.kind == "fixed" else PERCENT
        return {
            "name": self.name,
            "kind": self.kind,
            "amount": minor_in(self.amount, currency, "amount", setting.language),
            "per": self.per,
            "tax": _tax(self.tax, setting, is_added=self.tax_is_added),
        }


class PromoCodeForm(PartForm):
    """A promo code. Without a ticket type it is for all of them."""

    called_by = "code"

    code: Code
    kind: PromoKind = "percent"
    amount: Amount = ""
    ticket_type_ids: list[Id] = Field(default_factory=list, max_length=500)
    valid_from: LocalMoment | None = None
    valid_until: LocalMoment | None = None
    tickets_max: int | None = Field(default=None, ge=1, le=PLACES_MAX)
    bookings_max: int | None = Field(default=None, ge=1, le=PLACES_MAX)
    money_max_minor: Amount = ""

    def values(self, setting: Setting) -> dict[str, Any]:
        """As the form of any part."""
        currency = setting.currency if self.kind == "fixed" else PERCENT
        money_max = minor_in(self.money_max_minor, setting.currency, "money_max_minor", setting.language)
        types = tuple(once_each(self.ticket_type_ids)) or None
        return {
            "code": self.code,
            "kind": self.kind,
            "amount": minor_in(self.amount, currency, "amount", setting.language),
            "ticket_type_ids": types,
            "valid_from": _moment(self.valid_from, setting, "valid_from"),
            "valid_until": _moment(self.valid_until, setting, "valid_until"),
            "tickets_max": self.tickets_max,
            "bookings_max": self.bookings_max,
            "money_max_minor": money_max or None,
        }


def typed_ticket_type(entry: TicketTypeEntry, setting: Setting) -> Form:
    """The form with a ticket type as it is."""
    given = {name: value for name, value in entry._asdict().items() if name in TicketTypeForm.model_fields}
    return empty(
        **given
        | _typed_tax(entry.tax)
        | {
            "price_minor": typed_amount(entry.price_minor, entry.currency),
            "sales_from": typed_moment(entry.sales_from, setting.zone),
            "sales_until": typed_moment(entry.sales_until, setting.zone),
        }
    )


def typed_pool(pool: Pool, _: Setting) -> Form:
    """The form with a pool as it is."""
    return empty(name=pool.name, capacity=pool.capacity, held_back=pool.held_back)


def typed_fee(fee: Fee, setting: Setting) -> Form:
    """The form with a fee as it is."""
    amount = typed_amount(fee.amount, setting.currency if fee.kind == "fixed" else PERCENT)
    return empty(name=fee.name, kind=fee.kind, amount=amount, per=fee.per, **_typed_tax(fee.tax))


def typed_promo_code(code: PromoCode, setting: Setting) -> Form:
    """The form with a promo code as it is."""
    money_max = code.money_max_minor
    return empty(
        code=code.code,
        kind=code.kind,
        amount=typed_amount(code.amount, setting.currency if code.kind == "fixed" else PERCENT),
        ticket_type_ids=sorted(code.ticket_type_ids or ()),
        valid_from=typed_moment(code.valid_from, setting.zone),
        valid_until=typed_moment(code.valid_until, setting.zone),
        tickets_max=code.tickets_max,
        bookings_max=code.bookings_max,
        money_max_minor=None if money_max is None else typed_amount(money_max, setting.currency),
    )


def _tax(text: str, setting: Setting, *, is_added: bool) -> Tax:
    return Tax(minor_in(text, PERCENT, "tax", setting.language, most=10_000), not is_added)


def _typed_tax(tax: Tax) -> dict[str, Any]:
    percent = typed_amount(tax.basis_points, PERCENT) if tax.basis_points else None
    return {"tax": percent, "tax_is_added": None if tax.is_included else "true"}


def _moment(text: str | None, setting: Setting, field: str) -> datetime | None:
    return None if text is None else moment_in(text, setting.zone, field)
