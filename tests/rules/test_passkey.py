"""Passkeys: a software authenticator answers, and the standard's own checks decide."""

import copy
import json
import os
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import cbor2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from webauthn import base64url_to_bytes
from webauthn.helpers import bytes_to_base64url

from fullhouse.rules import passkey as rules
from fullhouse.rules.factor_refusals import PasskeyNotValid
from fullhouse.rules.passkey import Passkey
from tests.authenticator import PRESENT, VERIFIED, Authenticator

PARTY = rules.relying_party_of("https://Tickets.example:8443/")
PERSON = "01900000-0000-7000-8000-000000000001"
OTHER = "01900000-0000-7000-8000-000000000002"
NOW = datetime(2027, 3, 1, tzinfo=UTC)


def challenge() -> bytes:
    return os.urandom(rules.CHALLENGE_BYTES)


def enrolled(device: Authenticator) -> Passkey:
    """A passkey of a person, made by the device."""
    asked = challenge()
    answer = device.create(rules.registration_options(PARTY, PERSON, "ann@example.org", "Ann", asked, []))
    assert rules.challenge_in(answer) == asked
    found = rules.registered(PARTY, asked, answer)
    assert (found.credential_id, found.transports) == (device.credential_id, ("hybrid", "internal"))
    return Passkey("1", PERSON, found.credential_id, found.public_key, found.sign_count, "", (), NOW, None)


@pytest.fixture
def device() -> Authenticator:
    return Authenticator(PARTY.origin)


@pytest.mark.parametrize(
    ("public_url", "party"),
    [
        ("https://tickets.example", ("tickets.example", "https://tickets.example")),
        ("http://localhost:8000/", ("localhost", "http://localhost:8000")),
        ("https://Tickets.example:8443/shop", ("tickets.example", "https://tickets.example:8443")),
    ],
)
def test_a_passkey_is_for_the_host_of_the_public_address(public_url: str, party: tuple[str, str]) -> None:
    assert rules.relying_party_of(public_url) == party


def test_a_new_passkey_has_to_be_found_on_its_device_and_to_verify_the_person(device: Authenticator) -> None:
    known = enrolled(device)
    asked = challenge()
    before = [known._replace(transports=("usb",))]
    options = rules.registration_options(PARTY, PERSON, "ann@example.org", "", asked, before)
    assert options["authenticatorSelection"] == {
        "residentKey": "required",
        "requireResidentKey": True,
        "userVerification": "required",
    }
    assert options["rp"] == {"id": "tickets.example", "name": "Full House"}
    assert options["user"]["displayName"] == "ann@example.org"
    (excluded,) = options["excludeCredentials"]
    assert excluded == {"id": bytes_to_base64url(device.credential_id), "type": "public-key", "transports": ["usb"]}
    assert options["attestation"] == "none"
    json.dumps(options)


def test_a_passkey_answers_its_challenge(device: Authenticator) -> None:
    known = enrolled(device)
    asked = challenge()
    answer = device.get(rules.assertion_options(PARTY, asked))
    assert rules.credential_id_in(answer) == known.credential_id
    assert rules.challenge_in(answer) == asked
    assert rules.sign_count_of(PARTY, asked, known, answer) == known.sign_count + 1


def test_a_passkey_that_never_counts_stays_at_zero() -> None:
    device = Authenticator(PARTY.origin, counts=False)
    known = enrolled(device)
    for _ in range(2):
        asked = challenge()
        assert rules.sign_count_of(PARTY, asked, known, device.get(rules.assertion_options(PARTY, asked))) == 0


@pytest.mark.parametrize(
    "bent",
    [
        {"origin": "https://evil.example"},
        {"origin": "https://tickets.example"},
        {"origin": "http://tickets.example:8443"},
        {"rp_id": "evil.example"},
        {"type": "webauthn.get"},
        {"challenge": bytes_to_base64url(bytes(32))},
        {"fmt": "fido-u2f"},
        {"fmt": "android-safetynet"},
        {"fmt": "surprise"},
    ],
)
def test_a_passkey_made_elsewhere_or_otherwise_is_refused(device: Authenticator, bent: dict[str, Any]) -> None:
    asked = challenge()
    options = rules.registration_options(PARTY, PERSON, "ann@example.org", "Ann", asked, [])
    with pytest.raises(PasskeyNotValid):
        rules.registered(PARTY, asked, device.create(options, **bent))


@pytest.mark.parametrize("flags", [PRESENT, VERIFIED, 0])
def test_a_device_that_does_not_verify_the_person_is_refused(device: Authenticator, flags: int) -> None:
    known = enrolled(device)
    device.flags = flags
    asked = challenge()
    with pytest.raises(PasskeyNotValid):
        rules.sign_count_of(PARTY, asked, known, device.get(rules.assertion_options(PARTY, asked)))
    with pytest.raises(PasskeyNotValid):
        rules.registered(PARTY, asked, device.create(rules.registration_options(PARTY, PERSON, "a", "", asked, [])))


@pytest.mark.parametrize(
    "bent",
    [
        {"origin": "https://evil.example"},
        {"rp_id": "evil.example"},
        {"type": "webauthn.create"},
        {"challenge": bytes_to_base64url(bytes(32))},
    ],
)
def test_an_answer_for_somewhere_else_is_refused(device: Authenticator, bent: dict[str, Any]) -> None:
    known = enrolled(device)
    asked = challenge()
    with pytest.raises(PasskeyNotValid):
        rules.sign_count_of(PARTY, asked, known, device.get(rules.assertion_options(PARTY, asked), **bent))


@pytest.mark.parametrize("part", ["signature", "authenticatorData", "clientDataJSON", "userHandle"])
def test_an_answer_that_was_tampered_with_is_refused(device: Authenticator, part: str) -> None:
    known = enrolled(device)
    asked = challenge()
    answer = device.get(rules.assertion_options(PARTY, asked))
    whole = bytearray(base64url_to_bytes(answer["response"][part]))
    whole[-1] ^= 1
    answer["response"][part] = bytes_to_base64url(bytes(whole))
    with pytest.raises(PasskeyNotValid):
        rules.sign_count_of(PARTY, asked, known, answer)


def test_a_count_that_does_not_go_up_is_that_of_a_copy(device: Authenticator) -> None:
    known = enrolled(device)
    for count in (known.sign_count + 1, known.sign_count + 5):
        asked = challenge()
        with pytest.raises(PasskeyNotValid):
            rules.sign_count_of(
                PARTY, asked, known._replace(sign_count=count + 2), device.get(rules.assertion_options(PARTY, asked))
            )


def test_the_passkey_of_another_is_refused(device: Authenticator) -> None:
    known, stranger = enrolled(device), Authenticator(PARTY.origin)
    stranger.user_handle = device.user_handle
    for answerer, claimed in ((stranger, stranger.credential_id), (stranger, device.credential_id)):
        asked = challenge()
        answerer.credential_id = claimed
        with pytest.raises(PasskeyNotValid):
            rules.sign_count_of(PARTY, asked, known, answerer.get(rules.assertion_options(PARTY, asked)))
    asked = challenge()
    with pytest.raises(PasskeyNotValid):
        rules.sign_count_of(
            PARTY, asked, known._replace(person_id=OTHER), device.get(rules.assertion_options(PARTY, asked))
        )
    asked = challenge()
    with pytest.raises(PasskeyNotValid):
        rules.sign_count_of(
            PARTY, asked, known._replace(credential_id=b"x"), device.get(rules.assertion_options(PARTY, asked))
        )


def test_an_answer_from_a_frame_of_another_site_is_refused(device: Authenticator) -> None:
    answer = device.get(rules.assertion_options(PARTY, challenge()), crossOrigin=True)
    with pytest.raises(PasskeyNotValid):
        rules.challenge_in(answer)


@pytest.mark.parametrize("part", ["signature", "authenticatorData", "clientDataJSON", "userHandle"])
@pytest.mark.parametrize("nonsense", [None, 7, "", "=", "AA", "ü", "bm9uc2Vuc2U", [], {}])
def test_nonsense_is_refused_like_any_wrong_answer(device: Authenticator, part: str, nonsense: Any) -> None:
    known = enrolled(device)
    asked = challenge()
    answer = device.get(rules.assertion_options(PARTY, asked))
    if part == "userHandle" and nonsense is None:
        return
    answer["response"][part] = nonsense
    with pytest.raises(PasskeyNotValid):
        rules.sign_count_of(PARTY, asked, known, answer)
    if part == "clientDataJSON":
        with pytest.raises(PasskeyNotValid):
            rules.challenge_in(answer)


@pytest.mark.parametrize("nonsense", [None, 7, "", "AA", "oA", [], {}, bytes_to_base64url(b"\x81" * 5000)])
def test_nonsense_is_no_passkey(device: Authenticator, nonsense: Any) -> None:
    asked = challenge()
    made = device.create(rules.registration_options(PARTY, PERSON, "a", "", asked, []))
    answer = copy.deepcopy(made)
    answer["response"]["attestationObject"] = nonsense
    with pytest.raises(PasskeyNotValid):
        rules.registered(PARTY, asked, answer)
    assert rules.registered(PARTY, asked, made)


def test_an_answer_without_an_id_is_no_passkeys() -> None:
    with pytest.raises(PasskeyNotValid):
        rules.credential_id_in({})


def test_an_id_that_is_longer_than_the_standard_lets_it_be_is_refused(device: Authenticator) -> None:
    device.credential_id = bytes(1024)
    asked = challenge()
    with pytest.raises(PasskeyNotValid):
        rules.registered(PARTY, asked, device.create(rules.registration_options(PARTY, PERSON, "a", "", asked, [])))


def test_a_proof_of_the_make_is_not_looked_at_and_not_taken(device: Authenticator) -> None:
    asked = challenge()
    options = rules.registration_options(PARTY, PERSON, "a", "", asked, [])
    answer = _vouched_for(device, device.create(options))
    with pytest.raises(PasskeyNotValid):
        rules.registered(PARTY, asked, answer)


def _vouched_for(device: Authenticator, answer: dict[str, Any]) -> dict[str, Any]:
    """The same with a FIDO U2F attestation (section 8.6) by a maker of its own, which the library finds to be good."""
    made = cbor2.loads(base64url_to_bytes(answer["response"]["attestationObject"]))
    client_data = base64url_to_bytes(answer["response"]["clientDataJSON"])
    point = device.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    signed = b"\0" + made["authData"][:32] + sha256(client_data).digest() + device.credential_id + point
    maker, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    certificate = (
        x509.CertificateBuilder(name, name, maker.public_key(), 1, NOW, NOW + timedelta(days=9_000))
        .sign(maker, SHA256())
        .public_bytes(Encoding.DER)
    )
    made["fmt"] = "fido-u2f"
    made["attStmt"] = {"x5c": [certificate], "sig": maker.sign(signed, ec.ECDSA(SHA256()))}
    answer["response"]["attestationObject"] = bytes_to_base64url(cbor2.dumps(made))
    return answer
