"""A request and an answer, as small as the hot path needs them."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, NamedTuple, TypeAlias, TypeVar

from pydantic import BaseModel, ValidationError

from fullhouse.rules.refusals import PayloadTooLarge, UnsupportedMediaType, ValidationFailed

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
AsgiApp: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers: TypeAlias = Mapping[bytes, bytes]

ModelT = TypeVar("ModelT", bound=BaseModel)

JSON = (b"content-type", b"application/json")
REPLAYED = (b"idempotency-replayed", b"true")


LENGTH_DIGITS_MAX = 15


class Answer(NamedTuple):
    """A whole response; `content-length` is added when it is sent."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


class ClientGoneError(Exception):
    """The client hung up before its request was complete: there is nobody to answer."""


async def read_body(receive: Receive, headers: Headers, limit: int) -> bytes:
    """Read the whole body. Raises PayloadTooLarge as soon as it is clear, without reading the rest."""
    announced = headers.get(b"content-length", b"0")
    # The server has checked that it is a number, but not how large a one.
    if len(announced) > LENGTH_DIGITS_MAX or int(announced) > limit:
        raise _too_large(limit)
    message = await receive()
    body: bytes = message.get("body", b"")
    if message.get("more_body"):
        # Bytes that grow part by part would be copied again and again.
        gathered = bytearray(body)
        while message.get("more_body"):
            if len(gathered) > limit:
                raise _too_large(limit)
            message = await receive()
            gathered += message.get("body", b"")
        body = bytes(gathered)
    if message["type"] == "http.disconnect":
        raise ClientGoneError
    if len(body) > limit:
        raise _too_large(limit)
    return body


def _too_large(limit: int) -> PayloadTooLarge:
    return PayloadTooLarge(f"The body is larger than {limit} bytes.", limit_bytes=limit)


def parse(model: type[ModelT], headers: Headers, body: bytes) -> ModelT:
    """Make a typed request of a JSON body. Raises UnsupportedMediaType and ValidationFailed."""
    content_type = headers.get(b"content-type", b"")
    if content_type != b"application/json":
        kind = content_type.split(b";", 1)[0].strip().lower()
        if kind != b"application/json":
            raise UnsupportedMediaType("Send the body as JSON, with Content-Type: application/json.")
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise invalid(error) from error


def invalid(error: ValidationError) -> ValidationFailed:
    """Say which field is wrong, and why. The first fault is enough to act on."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    field = ".".join(str(part) for part in first["loc"]) or "body"
    # A field's name comes from the client; it may be anything.
    field = field[:100].encode("utf-8", "replace").decode()
    return ValidationFailed(f"{field}: {reason(first['msg'])}.", field=field)


def reason(message: str) -> str:
    """Pydantic's message, without what it puts before our own."""
    return message.removeprefix("Value error, ")
