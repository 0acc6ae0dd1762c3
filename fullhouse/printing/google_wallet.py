"""Links that put a ticket into Google Wallet: a signed token (JWT, RFC 7519) with the ticket in it, in an address."""

import base64
import json
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from joserfc import jws
from joserfc.jwk import RSAKey

from fullhouse.printing.look import colours
from fullhouse.rules.mail import Language
from fullhouse.rules.printed import PLAIN, Look, PrintedEvent, PrintedTicket
from fullhouse.rules.reference import reference_of
from fullhouse.rules.time_zone import on_clocks

SAVE = "https://pay.google.com/gp/v/save/"
TOKEN_LENGTH_MAX = 1_800
"""Browsers may cut longer addresses, says Google. What can be left out is, and names are shortened, until it fits."""

_STEPS = (
    (800, True),
    (90, True),
    (60, True),
    (30, True),
    (90, False),
    (60, False),
    (36, False),
    (24, False),
    (16, False),
)
"""So many bytes of each name, and whether doors, colour and ticket type are told, too."""


class GoogleIssuer(NamedTuple):
    """Who issues passes at Google: the issuer's id, and the service account that signs for it."""

    issuer_id: str
    account: str
    key: RSAKey


def issuer_of(issuer_id: str, key_file: bytes) -> GoogleIssuer:
    """Read the key file of a service account, as Google gives it. Raises ValueError, with what is wrong."""
    try:
        read = json.loads(key_file)
        return GoogleIssuer(issuer_id, str(read["client_email"]), RSAKey.import_key(read["private_key"]))
    except (KeyError, TypeError) as error:
        raise ValueError("it is not the key file of a service account") from error


def link_of(
    event: PrintedEvent,
    one: PrintedTicket,
    code: str,
    issuer: GoogleIssuer,
    now: datetime,
    language: Language,
    look: Look = PLAIN,
) -> str:
    """The address that puts a ticket with its signed code into the wallet of whoever opens it."""
    token = ""
    for most, is_whole in _STEPS:
        shown = _shortened(event, one, most, is_whole=is_whole)
        claims = {
            "iss": issuer.account,
            "aud": "google",
            "typ": "savetowallet",
            "iat": int(now.timestamp()),
            "payload": {
                "eventTicketClasses": [_class(shown[0], issuer, language)],
                "eventTicketObjects": [_object(*shown, code, issuer, look if is_whole else None)],
            },
        }
        # Compact and in UTF-8: escaped, a Chinese name would take twice as long.
        written = json.dumps(claims, ensure_ascii=False, separators=(",", ":")).encode()
        token = jws.serialize_compact({"alg": "RS256"}, written, issuer.key)
        if len(token) <= TOKEN_LENGTH_MAX:
            break
    return SAVE + token


def _shortened(
    event: PrintedEvent, one: PrintedTicket, most: int, *, is_whole: bool
) -> tuple[PrintedEvent, PrintedTicket]:
    def short(text: str) -> str:
        written = text.encode()
        return text if len(written) <= most else written[: most - 3].decode(errors="ignore") + "…"

    if not is_whole:
        event, one = event._replace(doors_at=None), one._replace(type_name="")

    holder = one.ticket.holder_name
    return (
        event._replace(name=short(event.name), venue=short(event.venue), organizer_name=short(event.organizer_name)),
        one._replace(type_name=short(one.type_name), ticket=one.ticket._replace(holder_name=holder and short(holder))),
    )


def _class(event: PrintedEvent, issuer: GoogleIssuer, language: Language) -> dict[str, Any]:
    """What all tickets of an event have in common."""
    zone = ZoneInfo(event.time_zone)
    times = {"doorsOpen": event.doors_at, "start": event.starts_at, "end": event.ends_at}
    return {
        "id": _class_id(event, issuer),
        "issuerName": event.organizer_name,
        "reviewStatus": "UNDER_REVIEW",
        "eventName": _text(event.name, language),
        "venue": {"name": _text(event.venue, language), "address": _text(event.venue, language)},
        "dateTime": {
            name: on_clocks(at, zone).isoformat(timespec="seconds") for name, at in times.items() if at is not None
        },
    }


def _object(
    event: PrintedEvent, one: PrintedTicket, code: str, issuer: GoogleIssuer, look: Look | None
) -> dict[str, Any]:
    """The ticket. A transferred one has another code, so it is another object, too."""
    reference = reference_of(event.id, one.ticket.booking_number)
    found: dict[str, Any] = {
        "id": f"{issuer.issuer_id}.{_short(sha256(code.encode()).digest()[:12])}",
        "classId": _class_id(event, issuer),
        "state": "ACTIVE",
        "ticketNumber": str(one.ticket.number),
        "barcode": {"type": "QR_CODE", "value": code, "alternateText": reference},
    }
    if look is not None:
        found["hexBackgroundColor"] = colours(look.colour)[0]
    if one.ticket.holder_name:
        found["ticketHolderName"] = one.ticket.holder_name
    if one.type_name:
        found["ticketType"] = _text(one.type_name, event.language)
    return found


def _class_id(event: PrintedEvent, issuer: GoogleIssuer) -> str:
    return f"{issuer.issuer_id}.{_short(UUID(event.id).bytes)}"


def _short(digits: bytes) -> str:
    """Bytes as short as Google's ids may have them: letters, digits, - and _."""
    return base64.urlsafe_b64encode(digits).decode("ascii").rstrip("=")


def _text(text: str, language: Language) -> dict[str, Any]:
    return {"defaultValue": {"language": language, "value": text}}
