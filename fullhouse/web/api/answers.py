"""Answers in JSON: of what was looked up, and of what was written."""

import json
from typing import Any

from fullhouse.rules.answer import Answered
from fullhouse.web.http import JSON, REPLAYED, Answer


def shown(body: dict[str, Any] | list[dict[str, Any]]) -> Answer:
    """The answer of a read."""
    return Answer(200, [JSON], json.dumps(body).encode())


def told(answered: Answered) -> Answer:
    """The answer of a write; told again it is the same, with a header that says so."""
    headers = [] if answered.body is None else [JSON]
    if answered.location is not None:
        headers.append((b"location", answered.location.encode()))
    if answered.replayed:
        headers.append(REPLAYED)
    return Answer(answered.status, headers, b"" if answered.body is None else json.dumps(answered.body).encode())
