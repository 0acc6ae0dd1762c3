"""Promo codes as the organizer manages them; what they take off and when they are used up is in promo.py."""

from collections.abc import Collection, Mapping
from typing import Any

from fullhouse.rules.booking import PromoUse
from fullhouse.rules.promo import PromoCode
from fullhouse.rules.refusals import (
    Fact,
    LimitReached,
    NameTaken,
    PromoCodeInUse,
    PromoCodeNotFound,
    ValidationFailed,
)

PROMO_CODES_MAX = 10_000
BASIS_POINTS_MAX = 10_000


def require_room(count: int) -> None:
    """Raises LimitReached when an event with so many promo codes can't have another one."""
    if count >= PROMO_CODES_MAX:
        raise LimitReached(f"An event has at most {PROMO_CODES_MAX} promo codes.", limit=PROMO_CODES_MAX)


def made(code_id: str, given: Mapping[str, Any], type_ids: Collection[str]) -> PromoCode:
    """A new code of all that a PromoCode has but its id, for ticket types among `type_ids`. Raises ValidationFailed."""
    return _checked(PromoCode(id=code_id, used=PromoUse(0, 0, 0), **_own(given)), given, type_ids)


def changed(before: PromoCode, given: Mapping[str, Any], type_ids: Collection[str]) -> PromoCode:
    """A code with new values for some of it.

    Raises ValidationFailed, and PromoCodeInUse when it would be limited to less than is used of it, or be called
    otherwise while it is used.
    """
    after = _checked(before._replace(**_own(given)), given, type_ids)
    if after.code != before.code and _is_used(before):
        raise _in_use(before, "Bookings have this promo code, so it stays as it is spelt.")
    limits: dict[str, int | None] = {
        "tickets_max": after.tickets_max,
        "bookings_max": after.bookings_max,
        "money_max_minor": after.money_max_minor,
    }
    passed: dict[str, Fact] = {
        name: most
        for (name, most), count in zip(limits.items(), after.used, strict=True)
        if most is not None and count > most
    }
    if passed:
        raise _in_use(before, "More is used of the promo code than it would be limited to.", **passed)
    return after


def require_found(code: PromoCode | None) -> PromoCode:
    """The code, if there is one. Raises PromoCodeNotFound."""
    if code is None:
        raise PromoCodeNotFound("The event has no such promo code.")
    return code


def require_free_name(code: PromoCode, id_of_that_name: str | None) -> None:
    """Raises NameTaken when the event has another code that is spelt like this one."""
    if id_of_that_name not in {None, code.id}:
        raise NameTaken("Another promo code of the event is spelt like this.", name=code.code)


def require_unused(code: PromoCode) -> None:
    """Raises PromoCodeInUse when a hold or a confirmed booking has the code."""
    if _is_used(code):
        raise _in_use(code, "Bookings have this promo code. Give it an end, so that it is valid no more.")


def not_spelt_so() -> ValidationFailed:
    """The refusal for a code that the database finds not to be in capital letters."""
    return ValidationFailed("code: must be of letters that have a capital form.", field="code")


def _own(given: Mapping[str, Any]) -> dict[str, Any]:
    """The same, with ticket types in no order."""
    type_ids = given.get("ticket_type_ids")
    return dict(given) if type_ids is None else {**given, "ticket_type_ids": frozenset(type_ids)}


def _checked(code: PromoCode, given: Mapping[str, Any], type_ids: Collection[str]) -> PromoCode:
    if code.kind == "percent" and code.amount > BASIS_POINTS_MAX:
        raise ValidationFailed(
            f"amount: a percentage is in basis points, at most {BASIS_POINTS_MAX} (100 %).", field="amount"
        )
    if code.kind == "unlock" and code.amount:
        raise ValidationFailed("amount: must be 0, as a code that unlocks takes nothing off.", field="amount")
    if code.valid_from is not None and code.valid_until is not None and code.valid_until <= code.valid_from:
        raise ValidationFailed("valid_until: must be after valid_from.", field="valid_until")
    # Only what is said now: a ticket type that was never sold may have gone since it was named.
    for type_id in given.get("ticket_type_ids") or ():
        if type_id not in type_ids:
            raise ValidationFailed(f"ticket_type_ids: the event has no ticket type {type_id}.", field="ticket_type_ids")
    return code


def _is_used(code: PromoCode) -> bool:
    return any(code.used)


def _in_use(code: PromoCode, detail: str, **more: Fact) -> PromoCodeInUse:
    tickets, bookings, money_minor = code.used
    return PromoCodeInUse(detail, tickets_used=tickets, bookings_used=bookings, money_used_minor=money_minor, **more)
