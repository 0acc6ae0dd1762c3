"""What refusals say to people on pages, in their language.

Those that buyers and organizers meet have a text of their own here; all others say their title, which `errors.py` has,
and where pages are in English also what the program says.
"""

from collections.abc import Mapping

from fullhouse.rules.refusals import Refusal, ValidationFailed
from fullhouse.web.errors import STATUSES
from fullhouse.web.pages.language import N_, SOURCE, Language

TEXTS: Mapping[str, str] = {
    "event_not_found": N_("There is no such event, or it is not public yet."),
    "organizer_not_found": N_("There is no such organizer, or none that you work for."),
    "booking_not_found": N_("There is no such booking. Check the link in your mail."),
    "not_enough_seats": N_("There are not so many places left."),
    "event_over": N_("The event has begun; it sells no more tickets."),
    "event_cancelled": N_("The event is cancelled."),
    "not_on_sale": N_("This is not on sale at the moment."),
    "ticket_type_not_found": N_("One of these ticket types is not offered any more."),
    "ticket_types_required": N_("Please choose tickets."),
    "promo_code_not_valid": N_("This code is not valid here."),
    "promo_code_used_up": N_("This code is used up."),
    "buyer_required": N_("Please say who buys."),
    "buyer_limit_reached": N_("You have as many tickets of this event as one person may have."),
    "booking_not_held": N_("This booking does not wait for a payment any more."),
    "hold_expired": N_("Time is up: the places went back on sale. You can book again if they are still there."),
    "tickets_not_issued": N_("There are no tickets yet: they come when the booking is paid."),
    "ticket_not_found": N_("There is no such ticket in this booking."),
    "ticket_not_valid": N_("This ticket is cancelled."),
    "cancellation_not_allowed": N_("By the terms of this event, this can't be given back any more."),
    "refund_changed": N_("The amount that goes back has changed meanwhile. Look at it once more."),
    "payment_not_possible": N_("This can't be paid, or not in this way."),
    "payment_not_found": N_("The booking has no such payment."),
    "refund_not_possible": N_("So much can't go back."),
    "provider_down": N_("The payment provider gave no answer. Nothing was paid; try again in a moment."),
    "busy": N_("Very many people are here at the moment. Nothing was done; try again in a few seconds."),
    "outcome_unknown": N_("The connection broke. Send the form once more: nothing happens twice."),
    "idempotency_key_reused": N_(
        "You have sent this form before, with something else in it. To do this as well, send it once more."
    ),
    "mail_not_found": N_("There is no mail of this booking that could be sent again."),
    "mail_not_repeatable": N_("The mail is on its way already."),
    "sign_in_refused": N_("Mail address or password is wrong."),
    "too_many_attempts": N_("That was tried in vain too often. Wait a moment, then try again."),
    "link_not_valid": N_("This link is not valid any more: it was used, has run out, or was replaced."),
    "password_not_allowed": N_("Choose another password: at least 12 characters, and none that is guessed first."),
    "second_factor_refused": N_("This code does not finish the sign-in. Try the next one."),
    "passkey_refused": N_("This passkey signs nobody in here."),
    "form_foreign": N_("This page was open too long, or in another session. Go back, reload it, and send it again."),
    "origin_foreign": N_("The form comes from another web page, so nothing was done."),
    "not_permitted": N_("You are not permitted to do this. Ask an owner of the organizer."),
    "payload_too_large": N_("This is too large to be sent."),
}


class FormFault(ValidationFailed):
    """Something that is wrong with a form; its detail is in the visitor's language already."""


def title_of(refusal: Refusal, language: Language) -> str:
    """A refusal in a few words."""
    return language.text(STATUSES[refusal.code][1])


def detail_of(refusal: Refusal, language: Language) -> str:
    """A refusal in a sentence."""
    if isinstance(refusal, FormFault):
        return refusal.detail
    if refusal.facts.get("field") == "lines" and "maximum" in refusal.facts:
        return language.text(N_("At most %(maximum)s tickets can be booked at once."), maximum=refusal.facts["maximum"])
    words = TEXTS.get(refusal.code)
    if words is not None:
        return language.text(words)
    if refusal.code == "quantity_not_allowed":
        most = refusal.facts.get("tickets_max")
        several = N_("Only from %(least)s to %(most)s of these tickets are sold at once.")
        words = several if most is not None else N_("At least %(least)s of these tickets are sold at once.")
        return language.text(words, least=refusal.facts["tickets_min"], most=most)
    return refusal.detail if language.code == SOURCE else title_of(refusal, language)
