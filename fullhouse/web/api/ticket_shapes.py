"""The shapes of the keys that tickets are signed with, and of how a scanned code stands."""

import base64
from typing import Any, Literal

from pydantic import Field

from fullhouse.actions.scanned_code import ScannedCode
from fullhouse.rules.reference import reference_of
from fullhouse.rules.ticket_code import Standing
from fullhouse.store.ticket_key import TicketKey
from fullhouse.web.api.shapes import Id, Shape


class TicketKeyShape(Shape):
    """A public key as a JSON Web Key (RFC 8037, section 2). `kid` is the key id in the codes, in hexadecimal."""

    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    alg: Literal["EdDSA"]
    use: Literal["sig"]
    kid: str
    x: str = Field(description="The 32 bytes of the public key in base64url, without padding.")


class TicketKeysShape(Shape):
    """The keys that the codes of tickets are verified with (RFC 7517, section 5); the first one signs."""

    keys: list[TicketKeyShape]


class ScannedTicketShape(Shape):
    """The ticket as it is now."""

    number: int
    ticket_type_id: Id
    holder_name: str | None


class ScannedCodeShape(Shape):
    """How a scanned code stands. Only `valid` lets somebody in.

    `superseded`: the ticket was transferred, and has another code now. `unknown`: rightly signed, but there is no such
    ticket. `forged`: not signed by this installation, or by a key that was withdrawn, or not read rightly.
    """

    standing: Standing
    reference: str | None = Field(description="Of the booking; null unless there is such a ticket of this event.")
    ticket: ScannedTicketShape | None


def ticket_key_fields(one: TicketKey) -> dict[str, Any]:
    """A public key as JSON-ready data."""
    x = base64.urlsafe_b64encode(one.public_key).decode("ascii").rstrip("=")
    return {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": one.key_id.hex(), "x": x}


def scanned_fields(scanned: ScannedCode) -> dict[str, Any]:
    """How a code stands as JSON-ready data."""
    found = scanned.ticket
    return {
        "standing": scanned.standing,
        "reference": None if found is None else reference_of(found.event_id, found.booking_number),
        "ticket": None
        if found is None
        else {
            "number": found.number,
            "ticket_type_id": found.ticket_type_id,
            "holder_name": found.holder_name,
        },
    }
