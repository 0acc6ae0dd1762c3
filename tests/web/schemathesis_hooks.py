"""What the OpenAPI document can't say, told to Schemathesis: it changes only requests that should be accepted.

A date has to be in the future, a cursor has to come from a page before, a key counts for one request, what is
looked up has to be there, and 2.0, an integer to JSON Schema, is none here. Requests that should be refused are left
as they were made.
"""

import itertools
import os
import uuid
from typing import Any

import schemathesis

FUTURE = "2041-05-01T20:00:00+02:00"
_turns = itertools.count()


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: schemathesis.Case[Any], kwargs: dict[str, Any]) -> None:
    """Put what is true of this server into a good request."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if isinstance(case.body, dict):
        case.body = {name: int(value) if isinstance(value, float) else value for name, value in case.body.items()}
        if isinstance(case.body.get("date"), str):
            case.body["date"] = FUTURE
        if "event_id" in case.body and next(_turns) % 2:
            case.body["event_id"] = os.environ["SCHEMATHESIS_EVENT_ID"]
    if case.query:
        case.query.pop("cursor", None)
    if case.headers and "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
    for name in ("event_id", "booking_id"):
        if case.path_parameters and name in case.path_parameters and next(_turns) % 2:
            case.path_parameters[name] = os.environ[f"SCHEMATHESIS_{name.upper()}"]
