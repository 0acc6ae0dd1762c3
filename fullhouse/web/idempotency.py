"""The `Idempotency-Key` header."""

import re

from fullhouse.rules.booking import IdempotencyKey
from fullhouse.rules.idempotency import key_for
from fullhouse.rules.refusals import ValidationFailed
from fullhouse.web.auth import Caller
from fullhouse.web.http import Headers

_PRINTABLE = re.compile(rb"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?")


def key_of(headers: Headers, caller: Caller, path: str, asked: str) -> IdempotencyKey | None:
    """The key of a request, if it has one. `asked` is the request in one canonical text. Raises ValidationFailed."""
    text = headers.get(b"idempotency-key")
    if text is None:
        return None
    if not _PRINTABLE.fullmatch(text.strip(b" \t")):
        raise ValidationFailed(
            "Idempotency-Key: send 1 to 255 printable ASCII characters, a UUID for instance.", field="Idempotency-Key"
        )
    return key_for(caller.id, path, text.strip(b" \t").decode(), asked)
