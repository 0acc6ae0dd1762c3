"""Pictures: put and taken away by those who may, and shown to everybody."""

import hashlib
import re
from functools import partial

from fullhouse.actions import image
from fullhouse.actions.deps import Deps
from fullhouse.rules.image import MEDIA_TYPES, PLAIN, ImageFile
from fullhouse.rules.image_refusals import ImageNotFound
from fullhouse.rules.refusals import UnsupportedMediaType
from fullhouse.web.api.answers import told
from fullhouse.web.api.event_details import as_it_is
from fullhouse.web.api.ids import event_id_of, id_of
from fullhouse.web.api.offer import asked_to_delete
from fullhouse.web.api.organizers import as_changed
from fullhouse.web.call import Call
from fullhouse.web.gate import organizer_id_of
from fullhouse.web.http import Answer, Headers
from fullhouse.web.idempotency import key_of

_SIZE = re.compile(r"[1-9][0-9]{0,4}\.webp", re.ASCII)
NO_IMAGE = ImageNotFound("There is no such picture.")

ALWAYS = [
    (b"cache-control", b"public, max-age=31536000, immutable"),
    (b"x-content-type-options", b"nosniff"),
    # Opened by itself it is a picture and nothing else; other sites may show it.
    (b"content-security-policy", b"default-src 'none'; sandbox"),
    (b"cross-origin-resource-policy", b"cross-origin"),
]


async def put_at_event(deps: Deps, call: Call, event_id: str) -> Answer:
    """`PUT /events/{id}/image`."""
    event_id = event_id_of(event_id)
    key = key_of(call.headers, call.caller, f"PUT /events/{event_id}/image", _digest(call))
    return told(await image.put_at_event(deps, event_id, call.body, key, partial(as_it_is, deps)))


async def remove_from_event(deps: Deps, call: Call, event_id: str) -> Answer:
    """`DELETE /events/{id}/image`."""
    event_id = event_id_of(event_id)
    key = asked_to_delete(call, f"/events/{event_id}/image")
    return told(await image.remove_from_event(deps, event_id, key, partial(as_it_is, deps)))


async def put_logo(deps: Deps, call: Call, organizer_id: str) -> Answer:
    """`PUT /organizers/{id}/logo`."""
    organizer_id = organizer_id_of(organizer_id)
    key = key_of(call.headers, call.caller, f"PUT /organizers/{organizer_id}/logo", _digest(call))
    return told(await image.put_logo(deps, organizer_id, call.body, key, as_changed))


async def remove_logo(deps: Deps, call: Call, organizer_id: str) -> Answer:
    """`DELETE /organizers/{id}/logo`."""
    organizer_id = organizer_id_of(organizer_id)
    key = asked_to_delete(call, f"/organizers/{organizer_id}/logo")
    return told(await image.remove_logo(deps, organizer_id, key, as_changed))


async def show(deps: Deps, call: Call, image_id: str, name: str | None = None) -> Answer:
    """`GET /images/{id}`, and `GET /images/{id}/{name}`."""
    if name is None:
        name = PLAIN
    elif not _SIZE.fullmatch(name):
        raise NO_IMAGE
    found = await image.find(deps, id_of(image_id, NO_IMAGE), name)
    etag = _etag(image_id.lower(), found)
    headers = [*ALWAYS, (b"etag", etag)]
    if _is_known(call.headers, etag):
        return Answer(304, headers, b"")
    return Answer(200, [(b"content-type", found.media_type.encode()), *headers], found.content)


def _digest(call: Call) -> str:
    """What is asked, in one short text. Raises UnsupportedMediaType."""
    media_type = call.headers.get(b"content-type", b"").split(b";", 1)[0].strip().lower().decode("latin-1")
    if media_type not in MEDIA_TYPES:
        raise UnsupportedMediaType(
            f"Send the picture itself as the body, with one of these Content-Types: {', '.join(MEDIA_TYPES)}."
        )
    return hashlib.sha256(call.body).hexdigest()


def _etag(image_id: str, found: ImageFile) -> bytes:
    """The address itself stands for the content."""
    return f'"{image_id}-{found.name}"'.encode()


def _is_known(headers: Headers, etag: bytes) -> bool:
    """Tell whether the caller has this content already (RFC 9110, section 13.1.2)."""
    known = [one.strip().removeprefix(b"W/") for one in headers.get(b"if-none-match", b"").split(b",")]
    return etag in known or b"*" in known
