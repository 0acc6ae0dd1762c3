"""Promo codes: what they open and take off, and how often. Counted in tickets, in bookings and in money at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from fullhouse.rules.booking import PromoUse
from fullhouse.rules.offer import Offer, TicketType, Wanted
from fullhouse.rules.price import Price
from fullhouse.rules.refusals import PromoCodeNotValid, PromoCodeUsedUp, Refusal
from fullhouse.rules.selling import window_refusal

_WHOLE = 10_000


class PromoCode(NamedTuple):
    """A code of an event. A limit of None is none; `ticket_type_ids` is None when it is for all ticket types."""

    id: str
    code: str
    kind: Literal["fixed", "percent", "unlock"]
    amount: int
    ticket_type_ids: frozenset[str] | None
    valid_from: datetime | None
    valid_until: datetime | None
    tickets_max: int | None
    bookings_max: int | None
    money_max_minor: int | None
    used: PromoUse

    def is_for(self, type_id: str) -> bool:
        """Tell whether the code is for a ticket type."""
        return self.ticket_type_ids is None or type_id in self.ticket_type_ids

    def opens(self, ticket_type: TicketType) -> bool:
        """Tell whether a ticket type that needs a code is open with this one: not by a discount on everything."""
        is_meant = self.kind == "unlock" or self.ticket_type_ids is not None
        return ticket_type.visibility == "code" and is_meant and self.is_for(ticket_type.id)


def normal_code(text: str) -> str:
    """A code as it is kept and compared: capital letters, nothing around it."""
    return text.strip().upper()


def price_with(code: PromoCode, price_minor: int) -> int:
    """The face value of one ticket with the code: rounded half up, never below zero."""
    if code.kind == "fixed":
        return max(0, price_minor - code.amount)
    if code.kind == "percent":
        return price_minor - (2 * price_minor * code.amount + _WHOLE) // (2 * _WHOLE)
    return price_minor


def offer_with(code: PromoCode, offer: Offer) -> Offer:
    """The offer at the prices that the code makes."""
    return offer._replace(
        ticket_types={
            type_id: one._replace(price_minor=price_with(code, one.price_minor)) if code.is_for(type_id) else one
            for type_id, one in offer.ticket_types.items()
        }
    )


def marked(code: PromoCode, offer: Offer, price: Price) -> Price:
    """A price made with the code, with what it took off each line that it is for."""
    lines = [
        line._replace(off_minor=_off_minor(code, offer, line.ticket_type_id, line.quantity))
        if code.is_for(line.ticket_type_id)
        else line
        for line in price.lines
    ]
    return price._replace(lines=tuple(lines))


def use_of(code: PromoCode, offer: Offer, lines: Sequence[Wanted]) -> PromoUse:
    """What a booking of these lines counts against the code."""
    covered = [line for line in lines if code.is_for(line.ticket_type_id)]
    off = [_off_minor(code, offer, *line) for line in covered]
    return PromoUse(sum(line.quantity for line in covered), 1, sum(off))


def _off_minor(code: PromoCode, offer: Offer, type_id: str, quantity: int) -> int:
    price_minor = offer.ticket_types[type_id].price_minor
    return (price_minor - price_with(code, price_minor)) * quantity


def nothing_refusal(code: PromoCode | None, offer: Offer, now: datetime) -> Refusal | None:
    """Why no booking of an offer can have anything of a code, in the words of a booking; None if one can."""
    least = [Wanted(one.id, one.tickets_min) for one in offer.ticket_types.values()]
    refusal = not_valid_refusal(code, least, now)
    if refusal is not None or code is None:
        return refusal
    refusals = [
        used_up_refusal(code, code.used, use_of(code, offer, [line]))
        for line in least
        if code.is_for(line.ticket_type_id)
    ]
    return refusals[0] if all(refusals) else None


def not_valid_refusal(code: PromoCode | None, lines: Sequence[Wanted], now: datetime) -> Refusal | None:
    """Why a code does nothing for these lines, whatever is left of it; None if it does."""
    if code is None:
        return PromoCodeNotValid("There is no such promo code for this event.")
    if window_refusal(code.valid_from, code.valid_until, now) is not None:
        return PromoCodeNotValid("The promo code is not valid at the moment.")
    if not any(code.is_for(line.ticket_type_id) for line in lines):
        return PromoCodeNotValid("The promo code is not for these ticket types.")
    return None


def used_up_refusal(code: PromoCode, before: PromoUse, use: PromoUse) -> Refusal | None:
    """Why so much of a code can't be had; `before` counts what is used of it now."""
    after = before.plus(use)
    limits = (code.tickets_max, code.bookings_max, code.money_max_minor)
    if all(most is None or count <= most for count, most in zip(after, limits, strict=True)):
        return None
    names = ("tickets_left", "bookings_left", "money_left_minor")
    left = {
        name: max(0, most - count) for name, count, most in zip(names, before, limits, strict=True) if most is not None
    }
    return PromoCodeUsedUp("Not enough is left of the promo code.", **left)


def buyer_key_of(email: str) -> str:
    """A mail address as it is compared for the limits of a buyer: small letters, without what follows a plus sign.

    Dots stay: with most providers they tell mailboxes apart.
    """
    name, _, domain = email.strip().casefold().rpartition("@")
    return f"{name.partition('+')[0]}@{domain}"
