"""The code of a ticket as it stands in its QR: short, signed with Ed25519, and verified without asking anybody.

111 bytes in RFC 4648's base 32, which makes 178 characters of a QR code's alphanumeric mode (ISO/IEC 18004, 7.4.4) and
fits an address as it is. docs/tickets.md tells it byte by byte.
"""

import base64
import struct
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Literal, NamedTuple, TypeAlias
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from fullhouse.rules.booking import Ticket

VERSION = 1
CODE_LENGTH = 178
_SAID = struct.Struct(">B4s16s16s4sIH")
"""Version, key id, event's id, the ticket's own code, mark of its type, booking number, ticket number: big endian."""
_SIGNATURE_BYTES = 64
_PADDING = "=" * (-CODE_LENGTH % 8)

Standing: TypeAlias = Literal["valid", "cancelled", "superseded", "other_event", "unknown", "forged"]


class SigningKey(NamedTuple):
    """What signs now: the key's id, and its private part as the 32 bytes of RFC 8032."""

    key_id: bytes
    private_key: bytes


class SaidTicket(NamedTuple):
    """What a code says of its ticket. `code` is the ticket's own, `type_mark` the end of its ticket type's id."""

    key_id: bytes
    event_id: str
    code: str
    type_mark: bytes
    booking_number: int
    number: int


def key_id_of(public_key: bytes) -> bytes:
    """What a public key is known by in codes: the first 4 bytes of its SHA-256."""
    return sha256(public_key).digest()[:4]


def public_key_of(private_key: bytes) -> bytes:
    """The public part of a key, as the 32 bytes of RFC 8032."""
    return _private(private_key).public_key().public_bytes_raw()


def signed_code(ticket: Ticket, key: SigningKey) -> str:
    """The code of a ticket. Ed25519 takes no chance: the same ticket under the same key has the same code."""
    said = _SAID.pack(
        VERSION,
        key.key_id,
        UUID(ticket.event_id).bytes,
        bytes.fromhex(ticket.code),
        type_mark_of(ticket.ticket_type_id),
        ticket.booking_number,
        ticket.number,
    )
    return _encoded(said + _private(key.private_key).sign(said))


def type_mark_of(ticket_type_id: str) -> bytes:
    """The last 4 bytes of a ticket type's id, which are random: they tell the types of one event apart."""
    return UUID(ticket_type_id).bytes[-4:]


def verified(text: str, public_keys: Mapping[bytes, bytes]) -> SaidTicket | None:
    """What a code says; None when it is none, or not signed by one of the keys, which are by their ids."""
    whole = _decoded(text)
    if whole is None or whole[0] != VERSION:
        return None
    said, signature = whole[: _SAID.size], whole[_SAID.size :]
    _, key_id, event_id, code, type_mark, booking_number, number = _SAID.unpack(said)
    public_key = public_keys.get(key_id)
    if public_key is None:
        return None
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, said)
    except InvalidSignature:
        return None
    return SaidTicket(key_id, str(UUID(bytes=event_id)), code.hex(), type_mark, booking_number, number)


def booking_said(text: str) -> tuple[str, int] | None:
    """The event's id and the booking's number that a code says, signed or not; None for what is no code.

    Good for looking a booking up, and for nothing that takes a right to enter.
    """
    whole = _decoded(text)
    if whole is None or whole[0] != VERSION:
        return None
    said = _SAID.unpack(whole[: _SAID.size])
    return str(UUID(bytes=said[2])), said[5]


def standing_of(said: SaidTicket | None, event_id: str, found: Ticket | None) -> Standing:
    """How a scanned code stands at the door of an event, beside the ticket that there is of its numbers."""
    if said is None:
        return "forged"
    if said.event_id != event_id:
        return "other_event"
    if found is None:
        return "unknown"
    if said.code != found.code:
        return "superseded"
    return found.state


def _encoded(whole: bytes) -> str:
    return base64.b32encode(whole).decode("ascii").rstrip("=")


def _decoded(text: str) -> bytes | None:
    """The bytes of a code; None for what is none. Every code is written in exactly one way."""
    if len(text) != CODE_LENGTH or not text.isascii():
        return None
    try:
        whole = base64.b32decode(text + _PADDING)
    except ValueError:
        return None
    return whole if _encoded(whole) == text else None


@lru_cache(maxsize=4)
def _private(private_key: bytes) -> Ed25519PrivateKey:
    """Making one of its bytes takes as long as signing."""
    return Ed25519PrivateKey.from_private_bytes(private_key)
