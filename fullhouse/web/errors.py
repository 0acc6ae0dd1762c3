"""The one table that turns refusals into statuses and words, and problem details (RFC 9457) out of them."""

import json
from http import HTTPStatus

from fullhouse.rules.refusals import Refusal
from fullhouse.web.http import Answer

STATUSES: dict[str, tuple[int, str]] = {
    "validation_failed": (422, "The request is not valid"),
    "idempotency_key_reused": (422, "The idempotency key was used for another request"),
    "event_not_found": (404, "Event not found"),
    "booking_not_found": (404, "Booking not found"),
    "not_enough_seats": (409, "Not enough seats"),
    "event_over": (409, "The event is over"),
    "api_key_required": (401, "An API key is required"),
    "playground_is_local": (403, "The playground is local"),
    "payload_too_large": (413, "The body is too large"),
    "unsupported_media_type": (415, "Unsupported media type"),
    "busy": (503, "Busy"),
    "outcome_unknown": (503, "Outcome unknown"),
}

PROBLEM = (b"content-type", b"application/problem+json")


def problem(status: int, code: str, title: str, detail: str, facts: dict[str, str | int] | None = None) -> Answer:
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
