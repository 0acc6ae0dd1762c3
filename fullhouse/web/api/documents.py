"""How the API's calls are described in the OpenAPI document: parameters, bodies, answers."""

from copy import deepcopy
from functools import cache
from typing import Any

from pydantic import BaseModel

from fullhouse.web.api.shapes import ProblemShape
from fullhouse.web.errors import STATUSES

IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key with the same request gives the same answer, once more or at the same moment. "
    "Use a fresh UUID for each new request.",
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255,
        "pattern": r"^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$",
    },
}

ANYWHERE = (
    *("busy", "validation_failed", "playground_is_local", "api_key_required", "payload_too_large"),
    *("sign_in_required", "origin_foreign"),
)
"""Any call may get these: by a full line or an absent database, a doubled header, the playground's rule, a bad key, a
session that has ended, the session's cookie from another page."""

MANAGEMENT = ("api_key_required", "not_permitted")

AT_ONES_OWN = ("organizer_required", "organizer_not_found")
"""What a call may get that is for the organizer of who calls; `ORGANIZER` says which, if there are several."""

ORGANIZER = {
    "name": "Fullhouse-Organizer",
    "in": "header",
    "required": False,
    "description": "The id of the organizer for whom you call, if you work for several.",
    "schema": {"type": "string", "format": "uuid"},
}

NEXT_LINK = {
    "Link": {"description": 'The next page, while there is more: `<…>; rel="next"`.', "schema": {"type": "string"}}
}
"""The header of a list that has more."""

NEXT_LINK = {
    "Link": {"description": 'The next page, while there is more: `<…>; rel="next"`.', "schema": {"type": "string"}}
}

KEYED: dict[str, Any] = {"parameters": [IDEMPOTENCY_KEY]}
"""A write takes an `Idempotency-Key`."""

IN_DOUBT = ("idempotency_key_reused", "outcome_unknown")
"""Any write may get these."""

CHANGE = ("event_not_found", *IN_DOUBT, *MANAGEMENT)
"""What any change of an event, or of what it offers, may be refused with."""


PROBLEM = ProblemShape.model_json_schema()


def body_of(model: type[BaseModel], **changes: dict[str, Any]) -> dict[str, Any]:
    """A JSON body of this shape; `changes` add to the schema of its fields."""
    schema = deepcopy(_schema_of(model))
    for name, change in changes.items():
        schema["properties"][name] |= change
    return {"required": True, "content": {"application/json": {"schema": schema}}}


@cache
def _schema_of(model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema()
    # A reference counts from the top of the document, where the definitions of a body would not be found.
    inlined: dict[str, Any] = _inlined(schema, schema.pop("$defs", {}))
    return inlined


def _inlined(part: Any, definitions: dict[str, Any]) -> Any:  # noqa: ANN401 - a part of JSON
    if isinstance(part, list):
        return [_inlined(one, definitions) for one in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _inlined(definitions[part["$ref"].removeprefix("#/$defs/")], definitions)
    return {name: _inlined(one, definitions) for name, one in part.items()}


def either_of(*bodies: dict[str, Any]) -> dict[str, Any]:
    """A JSON body of one of several shapes."""
    schemas = [body["content"]["application/json"]["schema"] for body in bodies]
    return {"required": True, "content": {"application/json": {"schema": {"anyOf": schemas}}}}


def problems(*codes: str, body: bool = False) -> dict[int | str, dict[str, Any]]:
    """The problem answers of a call, by status, each with the codes that it may carry."""
    media = ("unsupported_media_type",) if body else ()
    by_status: dict[int | str, list[str]] = {}
    for code in dict.fromkeys((*codes, *media, *ANYWHERE)):
        by_status.setdefault(STATUSES[code][0], []).append(code)
    return {
        status: {
            "description": " or ".join(f"`{code}`" for code in found),
            "content": {"application/problem+json": {"schema": PROBLEM}},
        }
        for status, found in by_status.items()
    }


def made(shape: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """The answer of a call that makes something: it says where that can be read."""
    header = {"description": "Where it can be read.", "schema": {"type": "string"}}
    return {201: {"description": f"Made: {shape.__doc__}", "headers": {"Location": header}}}


def making(request: type[BaseModel], shape: type[BaseModel], *codes: str) -> dict[str, Any]:
    """How a call that makes something is described."""
    return {
        "status_code": 201,
        "response_model": shape,
        "responses": {**made(shape), **problems(*codes, *CHANGE, body=True)},
        "openapi_extra": {**KEYED, "requestBody": body_of(request)},
    }


def changing(request: type[BaseModel], shape: type[BaseModel], *codes: str) -> dict[str, Any]:
    """How a call that changes something is described."""
    return {
        "response_model": shape,
        "responses": problems(*codes, *CHANGE, body=True),
        "openapi_extra": {**KEYED, "requestBody": body_of(request)},
    }


def deleting(*codes: str) -> dict[str, Any]:
    """How a call that deletes something is described."""
    return {
        "status_code": 204,
        "response_model": None,
        "responses": problems(*codes, *CHANGE),
        "openapi_extra": KEYED,
    }
