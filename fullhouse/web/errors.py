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
    "pool_not_found": (404, "Pool not found"),
    "fee_not_found": (404, "Fee not found"),
    "promo_code_not_found": (404, "Promo code not found"),
    "pool_in_use": (409, "The pool is in use"),
    "ticket_type_in_use": (409, "The ticket type is in use"),
    "promo_code_in_use": (409, "The promo code is in use"),
    "name_taken": (409, "The name is taken"),
    "limit_reached": (409, "The event can't have more of these"),
    "cancellation_not_allowed": (409, "This can't be given back"),
    "refund_changed": (409, "Something else would go back"),
    "payment_not_found": (404, "Payment not found"),
    "payment_not_possible": (409, "This can't be paid"),
    "refund_not_possible": (409, "This can't be refunded"),
    "signature_invalid": (400, "The signature is not valid"),
    "provider_down": (503, "The payment provider gave no answer"),
    "api_key_required": (401, "An API key is required"),
    "playground_is_local": (403, "The playground is local"),
    "payload_too_large": (413, "The body is too large"),
    "unsupported_media_type": (415, "Unsupported media type"),
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
