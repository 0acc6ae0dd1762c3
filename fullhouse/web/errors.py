"""The one table that turns refusals into statuses and words, and problem details (RFC 9457) out of them."""

import json
from collections.abc import Mapping
from http import HTTPStatus

from fullhouse.rules.refusals import Fact, Refusal
from fullhouse.web.http import Answer

STATUSES: dict[str, tuple[int, str]] = {
    "validation_failed": (422, "The request is not valid"),
    "idempotency_key_reused": (422, "The idempotency key was used for another request"),
    "event_not_found": (404, "Event not found"),
    "organizer_not_found": (404, "Organizer not found"),
    "booking_not_found": (404, "Booking not found"),
    "not_enough_seats": (409, "Not enough seats"),
    "event_over": (409, "The event is over"),
    "event_in_use": (409, "The event is in use"),
    "event_not_changeable": (409, "The event can't be changed any more"),
    "slug_taken": (409, "The slug is taken"),
    "series_not_found": (404, "Series not found"),
    "event_cancelled": (409, "The event is cancelled"),
    "event_not_cancelled": (409, "The event is not cancelled"),
    "not_on_sale": (409, "Not on sale"),
    "ticket_type_not_found": (404, "Ticket type not found"),
    "ticket_types_required": (409, "Say which ticket types"),
    "quantity_not_allowed": (409, "Not sold in this number"),
    "promo_code_not_valid": (409, "The promo code is not valid"),
    "promo_code_used_up": (409, "The promo code is used up"),
    "buyer_required": (409, "Say who buys"),
    "buyer_limit_reached": (409, "The buyer's limit is reached"),
    "booking_not_held": (409, "The booking is not held"),
    "hold_expired": (409, "The hold has run out"),
    "tickets_not_issued": (409, "The booking has no tickets"),
    "ticket_not_found": (404, "Ticket not found"),
    "ticket_not_valid": (409, "The ticket is not valid"),
    "wallet_not_offered": (404, "Not offered here"),
    "pool_not_found": (404, "Pool not found"),
    "fee_not_found": (404, "Fee not found"),
    "promo_code_not_found": (404, "Promo code not found"),
    "pool_in_use": (409, "The pool is in use"),
    "ticket_type_in_use": (409, "The ticket type is in use"),
    "promo_code_in_use": (409, "The promo code is in use"),
    "name_taken": (409, "The name is taken"),
    "limit_reached": (409, "There can't be more of these"),
    "cancellation_not_allowed": (409, "This can't be given back"),
    "refund_changed": (409, "Something else would go back"),
    "payment_not_found": (404, "Payment not found"),
    "payment_not_possible": (409, "This can't be paid"),
    "refund_not_possible": (409, "This can't be refunded"),
    "signature_invalid": (400, "The signature is not valid"),
    "provider_down": (503, "The payment provider gave no answer"),
    "webhook_not_found": (404, "Webhook not found"),
    "webhook_off": (409, "The webhook is off"),
    "delivery_not_found": (404, "Delivery not found"),
    "cursor_too_old": (410, "The cursor is too old"),
    "mail_not_found": (404, "Mail not found"),
    "mail_not_repeatable": (409, "The mail can't be sent again"),
    "image_not_found": (404, "Image not found"),
    "image_not_valid": (422, "The picture can't be taken"),
    "api_key_required": (401, "An API key is required"),
    "sign_in_required": (401, "Sign in first"),
    "sign_in_refused": (401, "Mail address or password is wrong"),
    "password_not_allowed": (409, "Choose another password"),
    "too_many_attempts": (429, "Too many attempts"),
    "link_not_valid": (409, "The link is not valid any more"),
    "origin_foreign": (403, "The call comes from another web page"),
    "form_foreign": (403, "The form can't be taken"),
    "session_not_found": (404, "Session not found"),
    "person_not_found": (404, "Person not found"),
    "sign_in_again": (403, "Sign in again"),
    "code_not_valid": (409, "The code is not valid"),
    "totp_active": (409, "An authenticator app is in use"),
    "totp_not_found": (404, "No authenticator app"),
    "second_factor_required": (409, "There is no second factor"),
    "second_factor_refused": (401, "The sign-in was not finished"),
    "passkey_not_valid": (409, "The passkey is not valid"),
    "passkey_not_found": (404, "Passkey not found"),
    "too_many_passkeys": (409, "You can't have more passkeys"),
    "passkey_refused": (401, "The passkey signs nobody in"),
    "openid_not_offered": (404, "Not offered here"),
    "openid_refused": (401, "Not signed in"),
    "openid_down": (503, "The OpenID provider gave no answer"),
    "password_wrong": (403, "The password is wrong"),
    "member_not_found": (404, "Member not found"),
    "already_member": (409, "Already a member"),
    "last_owner": (409, "The last owner has to stay"),
    "invitation_not_found": (404, "Invitation not found"),
    "not_permitted": (403, "Not permitted"),
    "organizer_required": (422, "Say for which organizer"),
    "key_not_found": (404, "API key not found"),
    "playground_is_local": (403, "The playground is local"),
    "payload_too_large": (413, "The body is too large"),
    "unsupported_media_type": (415, "Unsupported media type"),
    "too_much_at_once": (429, "Too much at once"),
    "busy": (503, "Busy"),
    "outcome_unknown": (503, "Outcome unknown"),
}

PROBLEM = (b"content-type", b"application/problem+json")


def problem(status: int, code: str, title: str, detail: str, facts: Mapping[str, Fact] | None = None) -> Answer:
    """Write a problem as JSON: type, title, status, detail, code, and what else is known."""
    body = {
        "type": f"urn:fullhouse:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        **(facts or {}),
    }
    return Answer(status, [PROBLEM], json.dumps(body).encode())


def refused(refusal: Refusal) -> Answer:
    """Answer with an expected no."""
    status, title = STATUSES[refusal.code]
    answer = problem(status, refusal.code, title, refusal.detail, refusal.facts)
    if "retry_after_seconds" in refusal.facts:
        answer.headers.append((b"retry-after", str(refusal.facts["retry_after_seconds"]).encode()))
    if status == HTTPStatus.UNAUTHORIZED:
        answer.headers.append((b"www-authenticate", b"Bearer"))
    return answer


def defect(request_id: str) -> Answer:
    """Answer for a defect: the log has it under the id, the caller gets the id alone."""
    return problem(
        500,
        "internal_error",
        "Internal error",
        "Something is broken on our side, and it was logged.",
        {"request_id": request_id},
    )
