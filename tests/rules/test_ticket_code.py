"""The signed codes of tickets: what they say is what was signed, and nothing else is believed."""

import base64
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.rules.booking import Ticket
from fullhouse.rules.ticket_code import (
    CODE_LENGTH,
    SaidTicket,
    SigningKey,
    key_id_of,
    public_key_of,
    signed_code,
    standing_of,
    type_mark_of,
    verified,
)

EVENT = "0196a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b"
TYPE = "0196a1b2-c3d4-7e5f-8a6b-00000badcafe"
TICKET = Ticket(EVENT, 1_000_000_000, 7, TYPE, "00112233445566778899aabbccddeeff")


def key_of(seed: int) -> SigningKey:
    private_key = bytes([seed]) * 32
    return SigningKey(key_id_of(public_key_of(private_key)), private_key)


KEY, OTHER_KEY = key_of(1), key_of(2)
BELIEVED = {key.key_id: public_key_of(key.private_key) for key in (KEY, OTHER_KEY)}


def decoded(code: str) -> bytes:
    return base64.b32decode(code + "======")


def encoded(whole: bytes) -> str:
    return base64.b32encode(whole).decode().rstrip("=")


def test_a_code_says_what_its_ticket_is() -> None:
    code = signed_code(TICKET, KEY)
    assert verified(code, BELIEVED) == SaidTicket(
        KEY.key_id, EVENT, TICKET.code, bytes.fromhex("0badcafe"), 1_000_000_000, 7
    )
    assert type_mark_of(TYPE) == bytes.fromhex("0badcafe")


def test_the_format_is_as_the_page_on_tickets_tells_it() -> None:
    """Read here without the program, as the maker of a scanner would."""
    whole = decoded(signed_code(TICKET, KEY))
    assert len(whole) == 111
    assert whole[0] == 1
    assert whole[1:5] == sha256(public_key_of(KEY.private_key)).digest()[:4]
    assert whole[5:21].hex() == EVENT.replace("-", "")
    assert whole[21:37].hex() == TICKET.code
    assert whole[37:41].hex() == "0badcafe"
    assert int.from_bytes(whole[41:45], "big") == 1_000_000_000
    assert int.from_bytes(whole[45:47], "big") == 7
    Ed25519PublicKey.from_public_bytes(public_key_of(KEY.private_key)).verify(whole[47:], whole[:47])


def test_a_code_is_in_the_alphanumeric_mode_of_qr_codes_and_fits_an_address() -> None:
    code = signed_code(TICKET, KEY)
    assert len(code) == CODE_LENGTH
    assert set(code) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def test_the_same_ticket_has_the_same_code_and_a_transferred_one_another() -> None:
    assert signed_code(TICKET, KEY) == signed_code(TICKET._replace(holder_name="Ann"), KEY)
    assert signed_code(TICKET, KEY) != signed_code(TICKET._replace(code="ff" * 16), KEY)


@given(bit=st.integers(0, 111 * 8 - 1))
def test_a_code_with_any_bit_changed_is_not_believed(bit: int) -> None:
    whole = bytearray(decoded(signed_code(TICKET, KEY)))
    whole[bit // 8] ^= 1 << bit % 8
    assert verified(encoded(bytes(whole)), BELIEVED) is None


def test_a_code_is_written_in_one_way_only() -> None:
    code = signed_code(TICKET, KEY)
    # The last character carries two bits that mean nothing.
    others = [code[:-1] + one for one in "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" if one != code[-1]]
    for text in (*others, code.lower(), code + "=", f" {code}", code[:-1], code + "A", "", "8" * CODE_LENGTH):
        assert verified(text, BELIEVED) is None
    assert verified("é" * CODE_LENGTH, BELIEVED) is None


def test_what_is_signed_by_a_key_that_is_not_believed_is_not() -> None:
    code = signed_code(TICKET, KEY)
    assert verified(code, {OTHER_KEY.key_id: BELIEVED[OTHER_KEY.key_id]}) is None
    assert verified(code, {}) is None
    # Signed by one key in the name of another.
    assert verified(signed_code(TICKET, SigningKey(OTHER_KEY.key_id, KEY.private_key)), BELIEVED) is None


def test_another_version_is_not_believed_even_when_it_is_signed() -> None:
    said = b"\x02" + decoded(signed_code(TICKET, KEY))[1:47]
    signature = Ed25519PrivateKey.from_private_bytes(KEY.private_key).sign(said)
    assert verified(encoded(said + signature), BELIEVED) is None


@pytest.mark.parametrize(
    ("found", "standing"),
    [
        (TICKET, "valid"),
        (TICKET._replace(holder_name="Ann"), "valid"),
        (TICKET._replace(state="cancelled"), "cancelled"),
        (TICKET._replace(code="ff" * 16), "superseded"),
        (TICKET._replace(code="ff" * 16, state="cancelled"), "superseded"),
        (None, "unknown"),
    ],
)
def test_how_a_code_stands_is_told_by_the_ticket_as_it_is_now(found: Ticket | None, standing: str) -> None:
    said = verified(signed_code(TICKET, KEY), BELIEVED)
    assert standing_of(said, EVENT, found) == standing


def test_a_code_of_another_event_or_of_nobody_lets_nobody_in() -> None:
    said = verified(signed_code(TICKET, KEY), BELIEVED)
    assert standing_of(said, TYPE, None) == "other_event"
    assert standing_of(None, EVENT, TICKET) == "forged"
