"""What the calls on pools, ticket types and fees have in common: ids, bodies, keys, reads and answers."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fullhouse.actions.deps import Deps
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import IdempotencyKey
from fullhouse.rules.refusals import EventNotFound, Refusal, ValidationFailed, busy
from fullhouse.store.db import TRANSIENT, ReadConn
from fullhouse.web.api.offer_shapes import changes_of, values_of
from fullhouse.web.api.shapes import Shape, uuid_or_none
from fullhouse.web.call import Call
from fullhouse.web.http import JSON, REPLAYED, Answer, parse
from fullhouse.web.idempotency import key_of


def event_id_of(text: str) -> str:
    """The canonical form of an event's id. Raises EventNotFound."""
    return id_of(text, EventNotFound("There is no such event."))


def id_of(text: str, refusal: Refusal) -> str:
    """The canonical form of an id; what is none is the id of nothing. Raises `refusal`."""
    canonical = uuid_or_none(text)
    if canonical is None:
        raise refusal
    return canonical


def asked_to_make(model: type[Shape], call: Call, path: str) -> tuple[dict[str, Any], IdempotencyKey | None]:
    """All values of a new thing, and the key of the request. Raises as `parse` and `key_of` do."""
    request = parse(model, call.headers, call.body)
    return values_of(request), key_of(call.headers, call.caller, f"POST {path}", request.model_dump_json())


def asked_to_change(model: type[Shape], call: Call, path: str) -> tuple[dict[str, Any], IdempotencyKey | None]:
    """The values that are given, and the key of the request. Raises as `parse` and `key_of` do."""
    request = parse(model, call.headers, call.body)
    given = request.model_dump_json(exclude_unset=True)
    return changes_of(request), key_of(call.headers, call.caller, f"PATCH {path}", given)


def asked_to_delete(call: Call, path: str) -> IdempotencyKey | None:
    """The key of the request. Raises ValidationFailed when there is a body, and as `key_of` does."""
    if call.body:
        raise ValidationFailed("This call takes no body.", field="body")
    return key_of(call.headers, call.caller, f"DELETE {path}", "")


@asynccontextmanager
async def reading(deps: Deps) -> AsyncIterator[ReadConn]:
    """A connection that can't write. Raises Busy when there is none."""
    try:
        async with deps.database.read() as conn:
            yield conn
    except TRANSIENT as error:
        raise busy("The database can't be reached at the moment. Try again.") from error


def shown(body: dict[str, Any] | list[dict[str, Any]]) -> Answer:
    """The answer of a read."""
    return Answer(200, [JSON], json.dumps(body).encode())


def told(answered: Answered, path: str = "") -> Answer:
    """The answer of a write; what was made is to be read under `path` and its id."""
    headers = [] if answered.body is None else [JSON]
    if answered.body is not None and path:
        headers.append((b"location", f"{path}/{answered.body['id']}".encode()))
    if answered.replayed:
        headers.append(REPLAYED)
    return Answer(answered.status, headers, b"" if answered.body is None else json.dumps(answered.body).encode())
