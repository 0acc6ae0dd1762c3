"""What a browser's form has sent, read with limits: urlencoded, or multipart when it has files."""

from collections.abc import AsyncGenerator, Sequence
from typing import NamedTuple
from urllib.parse import parse_qsl

from starlette.datastructures import FormData, UploadFile
from starlette.datastructures import Headers as StarletteHeaders
from starlette.formparsers import MultiPartException, MultiPartParser

from fullhouse.rules.refusals import UnsupportedMediaType, ValidationFailed
from fullhouse.rules.selling import TICKETS_MAX
from fullhouse.web.call import Call

FIELDS_MAX = 2 * TICKETS_MAX + 100
"""Giving back all of the largest booking but one ticket sends the most: those told of, those ticked, and a few more."""
PARTS_MAX = 100
"""Fields beside files, which are sent with pictures alone."""
FILES_MAX = 10
URLENCODED = b"application/x-www-form-urlencoded"
MULTIPART = b"multipart/form-data"


class Upload(NamedTuple):
    """A file as it was sent: what it says of itself may be wrong."""

    file_name: str
    content: bytes


class Sent(NamedTuple):
    """The fields of a form in their order, and its files. What is no UTF-8 has surrogates in its place."""

    fields: Sequence[tuple[str, str]] = ()
    files: Sequence[tuple[str, Upload]] = ()

    def first(self, name: str) -> str:
        """The first value of a field; empty where there is none."""
        return next((value for key, value in self.fields if key == name), "")


NOTHING = Sent()


async def read(call: Call) -> Sent:
    """Read a form. Raises UnsupportedMediaType and ValidationFailed."""
    kind = call.headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if not call.body:
        return NOTHING
    if kind == URLENCODED:
        return _urlencoded(call.body)
    if kind == MULTIPART:
        return await _multipart(call)
    raise UnsupportedMediaType("Send the form as a browser does.")


def _urlencoded(body: bytes) -> Sent:
    try:
        text = body.decode("ascii", "surrogateescape")
        pairs = parse_qsl(text, keep_blank_values=True, errors="surrogateescape", max_num_fields=FIELDS_MAX)
    except ValueError as error:
        raise unreadable() from error
    return Sent(pairs)


async def _multipart(call: Call) -> Sent:
    async def stream() -> AsyncGenerator[bytes, None]:
        yield call.body

    headers = StarletteHeaders(raw=list(call.headers.items()))
    # The front door has limited the whole body, so no part can be larger.
    limits = {"max_files": FILES_MAX, "max_fields": PARTS_MAX, "max_part_size": len(call.body) + 1}
    try:
        form = await MultiPartParser(headers, stream(), **limits).parse()
    except (MultiPartException, UnicodeError, LookupError, KeyError) as error:
        raise unreadable() from error
    try:
        return await _unpacked(form)
    finally:
        await form.close()


async def _unpacked(form: FormData) -> Sent:
    fields: list[tuple[str, str]] = []
    files: list[tuple[str, Upload]] = []
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            content = await value.read()
            # A browser sends an empty file where none was chosen.
            if value.filename or content:
                files.append((name, Upload(value.filename or "", content)))
        else:
            fields.append((name, value))
    return Sent(fields, files)


def unreadable() -> ValidationFailed:
    """What can't be shown again, because it can't be read."""
    return ValidationFailed("The form can't be read.", field="body")
