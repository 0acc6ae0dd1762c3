"""What the calls on pools, ticket types, fees and promo codes have in common: what is asked, and what is answered."""

from typing import Any

from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import IdempotencyKey
from fullhouse.rules.refusals import ValidationFailed
from fullhouse.web.api.offer_shapes import changes_of, values_of
from fullhouse.web.api.shapes import Shape
from fullhouse.web.call import Call
from fullhouse.web.http import parse
from fullhouse.web.idempotency import key_of


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


def made(path: str, fields: dict[str, Any]) -> Answered:
    """The answer with a new thing, which is to be read under `path` and its id."""
    return Answered(201, fields, location=f"{path}/{fields['id']}")


def changed(fields: dict[str, Any]) -> Answered:
    """The answer with a thing as it is now."""
    return Answered(200, fields)
