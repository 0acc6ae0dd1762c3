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
    sent = headers.get(b"idempotency-key")
    if sent is None:
        return None
    text = sent.strip(b" \t")
    if not _PRINTABLE.fullmatch(text):
        raise ValidationFailed(
            "Idempotency-Key: send 1 to 255 printable ASCII characters, a UUID for instance.", field="Idempotency-Key"
        )
    return key_for(caller.id, path, text.decode(), asked)
