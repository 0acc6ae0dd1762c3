"""Every expected no, as a tree. `web/errors.py` has the status and the title of each.

Those on people are defined in `people_refusals.py`, on second factors in `factor_refusals.py`, on money in
`payment_refusals.py`, on webhooks in `webhook_refusals.py`, on mails in `mail_refusals.py`, on pictures in
`image_refusals.py`, on wallets in `wallet_refusals.py`; all others are here.

Refusal
├── ValidationFailed        the input is wrong: `field`
├── IdempotencyKeyReused    the key was used for another request
├── EventNotFound
├── BookingNotFound
├── NotEnoughSeats          `available_seats`, and `lines` if asked by lines, say what is still possible
├── EventOver               the event has begun
├── EventInUse              places are booked or held, or were
├── EventNotChangeable      the event is over or cancelled
├── SlugTaken               another event of the organizer has it
├── SeriesNotFound
├── EventCancelled
├── EventNotCancelled       there is no cancellation to show
├── NotOnSale               `sales_from` or `sales_until`
├── TicketTypeNotFound      `ticket_type_id`
├── TicketTypesRequired     lines are needed, not a number of seats
├── QuantityNotAllowed      `tickets_min`, `tickets_max`
├── PromoCodeNotValid
├── PromoCodeUsedUp         `tickets_left`, `bookings_left`, `money_left_minor`
├── BuyerRequired           the event limits its buyers
├── BuyerLimitReached       `tickets_max`, `tickets_had`
├── BookingNotHeld          `booking_status`
├── HoldExpired             its places are gone
├── TicketsNotIssued        `booking_status`
├── TicketNotFound
├── TicketNotValid          it is cancelled
├── WalletNotOffered        this installation has not what that wallet's passes are signed with
├── PoolNotFound
├── FeeNotFound
├── PromoCodeNotFound
├── PoolInUse               `taken`, and what else stands against the change
├── TicketTypeInUse         it was sold or is held
├── PromoCodeInUse          `tickets_used`, `bookings_used`, `money_used_minor`, and the limits that are below these
├── NameTaken               `name`
├── LimitReached            `limit`
├── CancellationNotAllowed  by what was agreed on refunds
├── RefundChanged           `refund_minor` is what would go back now
├── PaymentNotFound
├── PaymentNotPossible      there is nothing to pay, or not in this way: `providers`
├── RefundNotPossible       `refundable_minor`
├── SignatureInvalid        what claims to be a provider's notice is not signed by it
├── ProviderDown            the provider gave no answer; `retry_after_seconds`
├── WebhookNotFound
├── WebhookOff              nothing is delivered to it
├── DeliveryNotFound
├── CursorTooOld            what comes behind it is not kept any more
├── MailNotFound            no such mail or message, or not for this caller
├── MailNotRepeatable       it waits still, or lets somebody in
├── ImageNotFound
├── ImageNotValid           `reason`: it is damaged, animated, too large, or no picture at all
├── ApiKeyRequired          no key, or one that is unknown or revoked
├── SignInRequired          nobody is signed in, or not any more
├── SignInRefused           mail address or password is wrong; which of them is not said
├── PasswordNotAllowed      it is too short, or guessed first
├── TooManyAttempts         `retry_after_seconds`
├── LinkNotValid            a link from a mail or the first start: unknown, used, too old, or taken back
├── OriginForeign           a web page elsewhere made the browser send the session's cookie
├── FormForeign             a page's form was not given to this browser
├── SessionNotFound
├── PersonNotFound          told to nobody but the operator
├── SignInAgain             the session is too old for what changes how a person signs in
├── CodeNotValid            of an authenticator app: wrong, or used
├── TotpActive              there is one already
├── TotpNotFound            there is none, or none that waits to be confirmed
├── SecondFactorRequired    recovery codes need something that they stand in for
├── SecondFactorRefused     what was sent doesn't finish the sign-in
├── PasskeyNotValid
├── PasskeyNotFound
├── TooManyPasskeys         `limit`
├── PasskeyRefused          nobody is signed in by this passkey
├── OpenidNotOffered        sign-in with OpenID Connect is not configured
├── OpenidRefused           the provider's answer signs nobody in
├── OpenidDown              the provider gave no answer; `retry_after_seconds`
├── PasswordWrong           the old one, when it is to be changed
├── MemberNotFound
├── AlreadyMember
├── LastOwner               an organizer always has one
├── InvitationNotFound
├── NotPermitted            `permission` is what it takes
├── OrganizerNotFound
├── OrganizerRequired       the caller works for several: which one?
├── KeyNotFound
├── PlaygroundIsLocal       the open playground answers this machine alone
├── PayloadTooLarge         `limit_bytes`
├── UnsupportedMediaType
├── TooMuchAtOnce           one address, or one booking, has its share already; `retry_after_seconds`
├── Busy                    nothing was done; `retry_after_seconds`
└── OutcomeUnknown          the database went away in the commit; the same idempotency key tells
"""

from fullhouse.rules import (
    factor_refusals,  # noqa: F401 - defines those on second factors, which belong into the table below
    image_refusals,  # noqa: F401 - the same for those on pictures
    mail_refusals,  # noqa: F401 - the same for those on mails
    wallet_refusals,  # noqa: F401 - the same for those on wallets
    webhook_refusals,  # noqa: F401 - the same for those on webhooks
)
from fullhouse.rules.payment_refusals import (
    PaymentNotFound,
    PaymentNotPossible,
    ProviderDown,
    RefundNotPossible,
    SignatureInvalid,
)
from fullhouse.rules.people_refusals import KeyNotFound, NotPermitted, OrganizerNotFound, OrganizerRequired
from fullhouse.rules.refusal import Fact, Refusal

__all__ = [
    "REFUSALS",
    "Fact",
    "KeyNotFound",
    "NotPermitted",
    "OrganizerNotFound",
    "OrganizerRequired",
    "PaymentNotFound",
    "PaymentNotPossible",
    "ProviderDown",
    "RefundNotPossible",
    "Refusal",
    "SignatureInvalid",
]


class ValidationFailed(Refusal):
    """The input is wrong; `field` says where."""

    code = "validation_failed"


class IdempotencyKeyReused(Refusal):
    """The same idempotency key came with another request."""

    code = "idempotency_key_reused"


class EventNotFound(Refusal):
    """No such event, or not for this caller."""

    code = "event_not_found"


class BookingNotFound(Refusal):
    """No such booking."""

    code = "booking_not_found"


class NotEnoughSeats(Refusal):
    """The request does not fit; `available_seats` still would."""

    code = "not_enough_seats"


class EventOver(Refusal):
    """The event has begun, so it sells no more."""

    code = "event_over"


class EventInUse(Refusal):
    """What is booked or held, or once was, forbids the change."""

    code = "event_in_use"


class EventNotChangeable(Refusal):
    """The event is over or cancelled, or has begun where it must not have."""

    code = "event_not_changeable"


class SlugTaken(Refusal):
    """Another event of the same organizer has this slug."""

    code = "slug_taken"


class SeriesNotFound(Refusal):
    """No such series, or nothing of it for this caller."""

    code = "series_not_found"


class EventCancelled(Refusal):
    """The event is cancelled, so it sells no more."""

    code = "event_cancelled"


class EventNotCancelled(Refusal):
    """The event is not cancelled, so there is no cancellation to show."""

    code = "event_not_cancelled"


class NotOnSale(Refusal):
    """Not yet, or no more: `sales_from` or `sales_until` says when."""

    code = "not_on_sale"


class TicketTypeNotFound(Refusal):
    """No such ticket type, or not for this caller; `ticket_type_id`."""

    code = "ticket_type_not_found"


class TicketTypesRequired(Refusal):
    """The event has ticket types, so a number of seats does not say what is wanted."""

    code = "ticket_types_required"


class QuantityNotAllowed(Refusal):
    """The ticket type is sold in other numbers: `tickets_min` and `tickets_max` say in which."""

    code = "quantity_not_allowed"


class PromoCodeNotValid(Refusal):
    """No such code, or not for this, or not now."""

    code = "promo_code_not_valid"


class PromoCodeUsedUp(Refusal):
    """A limit of the code is reached: `tickets_left`, `bookings_left`, `money_left_minor` say what is left."""

    code = "promo_code_used_up"


class BuyerLimitReached(Refusal):
    """The buyer has as many tickets as he may have: `tickets_max`, `tickets_had`."""

    code = "buyer_limit_reached"


class BuyerRequired(Refusal):
    """The event limits what one buyer may have, so the buyer has to be named."""

    code = "buyer_required"


class BookingNotHeld(Refusal):
    """Only a hold can be confirmed; `booking_status` says what the booking is instead."""

    code = "booking_not_held"


class HoldExpired(Refusal):
    """The hold ran out, and its places are gone."""

    code = "hold_expired"


class TicketsNotIssued(Refusal):
    """The booking has no tickets yet, or never had; `booking_status` says why."""

    code = "tickets_not_issued"


class TicketNotFound(Refusal):
    """No such ticket of this booking."""

    code = "ticket_not_found"


class TicketNotValid(Refusal):
    """The ticket is cancelled."""

    code = "ticket_not_valid"


class PoolNotFound(Refusal):
    """No such pool of this event."""

    code = "pool_not_found"


class FeeNotFound(Refusal):
    """No such fee of this event."""

    code = "fee_not_found"


class PromoCodeNotFound(Refusal):
    """No such promo code of this event, for who manages them."""

    code = "promo_code_not_found"


class PoolInUse(Refusal):
    """What is taken of the pool or draws on it forbids the change."""

    code = "pool_in_use"


class TicketTypeInUse(Refusal):
    """The ticket type was sold or is held, so it can't be deleted."""

    code = "ticket_type_in_use"


class PromoCodeInUse(Refusal):
    """Holds or bookings have the code: `tickets_used`, `bookings_used`, `money_used_minor` forbid the change."""

    code = "promo_code_in_use"


class NameTaken(Refusal):
    """Another one of the event has the same `name`."""

    code = "name_taken"


class LimitReached(Refusal):
    """The event can't have more of these than `limit`."""

    code = "limit_reached"


class CancellationNotAllowed(Refusal):
    """By what was agreed on refunds, the buyer can't give the tickets back by himself, or not any more."""

    code = "cancellation_not_allowed"


class RefundChanged(Refusal):
    """Something else than the buyer expects would go back: `refund_minor`."""

    code = "refund_changed"


class CursorTooOld(Refusal):
    """What comes behind the cursor is not kept any more, so a list from there would have a gap."""

    code = "cursor_too_old"


class ApiKeyRequired(Refusal):
    """The call needs an API key that is known and not revoked."""

    code = "api_key_required"


class PlaygroundIsLocal(Refusal):
    """The open playground was reached from elsewhere."""

    code = "playground_is_local"


class PayloadTooLarge(Refusal):
    """The body is larger than `limit_bytes`."""

    code = "payload_too_large"


class UnsupportedMediaType(Refusal):
    """The body is not JSON, or no kind of picture that is taken."""

    code = "unsupported_media_type"


class Busy(Refusal):
    """Nothing was done and nothing is lost; `retry_after_seconds` says when to come again."""

    code = "busy"


class TooMuchAtOnce(Refusal):
    """One address, or one booking, has as much under way as it may; `retry_after_seconds` says when to come again."""

    code = "too_much_at_once"


class OutcomeUnknown(Refusal):
    """The connection died in the commit: done or not done, never half."""

    code = "outcome_unknown"


def busy(detail: str = "The system is busy. Nothing was done; try again.") -> Busy:
    """Nothing was done, come again in a second."""
    return Busy(detail, retry_after_seconds=1)


def provider_down() -> ProviderDown:
    """The payment provider gave no answer, come again in a while."""
    return ProviderDown(
        "The payment provider gave no answer. Nothing is charged twice; try again.", retry_after_seconds=5
    )


REFUSALS: dict[str, type[Refusal]] = {kind.code: kind for kind in Refusal.__subclasses__()}
