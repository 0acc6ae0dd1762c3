"""What the OpenAPI document can't say, told to Schemathesis: it changes only requests that should be accepted.

A date has to be in the future and the other times have to fit it, a time zone, a currency, a rule and a mail address
are more than their letters, a cursor has to come from a page before, a key counts for one request, what is
looked up has to be there (unless one call made it and another looks it up), the parts of an offer have to go together,
all lines of a basket share one limit, and 2.0, an integer to JSON Schema, is none here. Requests that should be refused
are left as they were made.
"""

import itertools
import os
import uuid
from typing import Any

import schemathesis
from schemathesis.generation.meta import TestPhase

from tests.pictures import jpeg

TICKETS_MAX = 100
STATEMENT = "date,amount,currency,payer,text\n2041-05-01,25.00,EUR,Ann,Thanks\n"
PICTURE = jpeg(64, 40)
FUTURE = "2041-05-01T20:00:00+02:00"
TIMES = {
    "date": FUTURE,
    "doors_at": FUTURE,
    "ends_at": "2041-05-01T23:00:00+02:00",
    "sales_from": "2031-05-01T10:00:00+02:00",
    "sales_until": FUTURE,
}
HOOK = "https://hooks.invalid/"
TRUE = {
    **TIMES,
    "url": HOOK,
    "time_zone": "Europe/Berlin",
    "currency": "EUR",
    "rule": "FREQ=WEEKLY;COUNT=2",
    "expires_at": FUTURE,
    "email": "ann@example.org",
    "reply_to": "box@example.org",
}
CHART = {"from": "2041-04-30T10:00:00+02:00", "to": FUTURE}
"""Even in the shortest buckets that is no long chart."""
_turns = itertools.count()


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: schemathesis.Case[Any], kwargs: dict[str, Any]) -> None:
    """Put what is true of this server into a good request."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if case.path_parameters and case.meta.phase.name is not TestPhase.STATEFUL and next(_turns) % 2:
        case.path_parameters |= {
            name: _there(case.method, name) or value for name, value in case.path_parameters.items()
        }
    if case.path == "/events/{event_id}/cancellation" and case.meta.phase.name is not TestPhase.STATEFUL:
        # The event that is there for all the others goes on selling.
        case.path_parameters["event_id"] = os.environ["SCHEMATHESIS_CANCELLED_EVENT_ID"]
    if case.path.endswith("/payments/bank_transfer/statements"):
        case.media_type, case.body = "text/csv", STATEMENT
    if case.method == "PUT" and case.path.endswith(("/image", "/logo")):
        # No bytes that are made up are a picture.
        kwargs["data"] = PICTURE
    if isinstance(case.body, dict):
        case.body = _true(case, case.body)
    if case.query:
        case.query.pop("cursor", None)
        # What is waited for does not come, and types are words.
        true = {"types": "booking.,event.", "wait": 0} | (CHART if case.path.endswith("/sales") else {})
        case.query |= {name: value for name, value in true.items() if name in case.query}
    if case.headers and "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
    if case.headers and "Fullhouse-Organizer" in case.headers:
        case.headers["Fullhouse-Organizer"] = os.environ["SCHEMATHESIS_ORGANIZER_ID"]


def _true(case: schemathesis.Case[Any], given: dict[str, Any]) -> dict[str, Any]:
    """A good body that is true of this server."""
    body: dict[str, Any] = _whole(given)
    body |= {name: true for name, true in TRUE.items() if isinstance(body.get(name), str)}
    if case.method == "PATCH" and case.path == "/events/{event_id}":
        # What is not sent stays, and may not fit.
        body |= TIMES
    # What is worded is more than its letters: a brace begins something that has to be whole.
    body |= {n: body[n].replace("{", "(") for n in ("subject", "opening", "text") if isinstance(body.get(n), str)}
    if "event_id" in body and next(_turns) % 2:
        body["event_id"] = os.environ["SCHEMATHESIS_EVENT_ID"]
    _go_together(body)
    if "lines" in body:
        _make_possible(body["lines"])
    if "pool_id" in case.path_parameters and case.path_parameters["pool_id"] == case.path_parameters["event_id"]:
        # The house keeps its name and has a capacity.
        body = {name: value for name, value in body.items() if name == "held_back"}
    return body


def _make_possible(lines: Any) -> None:
    """Let a basket ask for a ticket type that there is, and for no more than may be had at once."""
    for line in lines:
        line["ticket_type_id"] = os.environ["SCHEMATHESIS_TICKET_TYPE_ID"]
        line["quantity"] = min(int(line["quantity"]), TICKETS_MAX // len(lines))


def _there(method: str, name: str) -> str | None:
    """The id of something that is there; what is deleted is something else, so that it stays."""
    return None if method == "DELETE" and name != "event_id" else os.environ.get(f"SCHEMATHESIS_{name.upper()}")


def _whole(part: Any) -> Any:
    """The same with 2 for 2.0."""
    if isinstance(part, dict):
        return {name: _whole(value) for name, value in part.items()}
    if isinstance(part, list):
        return [_whole(value) for value in part]
    return int(part) if isinstance(part, float) else part


def _go_together(body: dict[str, Any]) -> None:
    """Parts of an offer that are each right go together as well: limits, windows of time, pools that there are."""
    for name, value in (("held_back", 0), ("tickets_min", 1), ("tickets_max", None), ("pool_ids", [])):
        if name in body:
            body[name] = value
    for name in ("sales_from", "valid_from", "ticket_type_ids", "event_ids"):
        if name in body:
            body[name] = None
    if body.get("refund_policy"):
        # Each step has its own hours, and less goes back the nearer the event is.
        body["refund_policy"]["steps"] = body["refund_policy"]["steps"][:1]
    if body.get("kind") == "percent":
        body["amount"] = 250
    if body.get("kind") == "unlock" or ("amount" in body and "kind" not in body):
        # Of what is changed the kind may be any, and nothing goes with all of them.
        body["amount"] = 0
