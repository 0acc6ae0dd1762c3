"""Passkeys (Web Authentication, Level 3): what a browser is asked for, and whether its answer is good.

A passkey is kept on its device with the person's id, and asks for the person's PIN, finger or face at each use. So it
stands for two factors at once.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

import webauthn
from webauthn.helpers import options_to_json_dict, parse_attestation_object
from webauthn.helpers.structs import (
    AttestationFormat,
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from fullhouse.rules.factor_refusals import PasskeyNotValid

CHALLENGE_BYTES = 32
CHALLENGE_SECONDS = 300
PASSKEYS_MAX = 20
NAME = "Full House"
CREDENTIAL_ID_BYTES_MAX = 1023
"""As long as the standard lets one be (section 5.8.3)."""

FORMATS = frozenset({AttestationFormat.NONE, AttestationFormat.PACKED})
"""No authenticator has to prove its make here, and none is asked to; some sign for themselves all the same."""

TRANSPORTS = frozenset(transport.value for transport in AuthenticatorTransport)


class RelyingParty(NamedTuple):
    """Who a passkey is for: the name of the host, and where pages that use it come from."""

    id: str
    origin: str


class Passkey(NamedTuple):
    """A passkey of a person. `public_key` is a COSE key (RFC 9052)."""

    id: str
    person_id: str
    credential_id: bytes
    public_key: bytes
    sign_count: int
    name: str
    transports: tuple[str, ...]
    created_at: datetime
    last_used_at: datetime | None


class Registered(NamedTuple):
    """What a new passkey brings with it."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: tuple[str, ...]


def relying_party_of(public_url: str) -> RelyingParty:
    """The party of an installation, by the address that people see in their browser."""
    parts = urlsplit(public_url)
    return RelyingParty(parts.hostname or "", f"{parts.scheme}://{parts.netloc}".lower())


def registration_options(
    party: RelyingParty, person_id: str, email: str, name: str, challenge: bytes, known: Sequence[Passkey]
) -> dict[str, Any]:
    """What `navigator.credentials.create()` is asked for, as JSON-ready data."""
    options = webauthn.generate_registration_options(
        rp_id=party.id,
        rp_name=NAME,
        user_id=UUID(person_id).bytes,
        user_name=email,
        user_display_name=name or email,
        challenge=challenge,
        timeout=CHALLENGE_SECONDS * 1000,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=_descriptors(known),
    )
    return options_to_json_dict(options)


def assertion_options(party: RelyingParty, challenge: bytes, known: Sequence[Passkey] = ()) -> dict[str, Any]:
    """What `navigator.credentials.get()` is asked for; with no passkeys named, any that the device has for us."""
    options = webauthn.generate_authentication_options(
        rp_id=party.id,
        challenge=challenge,
        timeout=CHALLENGE_SECONDS * 1000,
        allow_credentials=_descriptors(known),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def _descriptors(known: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=one.credential_id, transports=[AuthenticatorTransport(transport) for transport in one.transports]
        )
        for one in known
    ]


def challenge_in(credential: Mapping[str, Any]) -> bytes:
    """The challenge that a browser says it answers: what to look for, and no proof. Raises PasskeyNotValid.

    Nobody has a reason to ask for a passkey of ours in a frame of another site.
    """
    try:
        answered = json.loads(webauthn.base64url_to_bytes(credential["response"]["clientDataJSON"]))
        challenge, is_framed = webauthn.base64url_to_bytes(answered["challenge"]), bool(answered.get("crossOrigin"))
    except Exception as error:
        raise not_valid() from error
    if is_framed:
        raise not_valid()
    return challenge


def credential_id_in(credential: Mapping[str, Any]) -> bytes:
    """Which passkey a browser says that it has used. Raises PasskeyNotValid."""
    try:
        return webauthn.base64url_to_bytes(credential["rawId"])
    except Exception as error:
        raise not_valid() from error


def registered(party: RelyingParty, challenge: bytes, credential: dict[str, Any]) -> Registered:
    """A new passkey that answers the challenge (section 7.1 of the standard). Raises PasskeyNotValid."""
    try:
        response = credential["response"]
        attested = parse_attestation_object(webauthn.base64url_to_bytes(response["attestationObject"]))
    except Exception as error:
        raise not_valid() from error
    if attested.fmt not in FORMATS:
        raise not_valid()
    try:
        found = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    # The library reads what a stranger sent, and stumbles in many ways over what is no answer.
    except Exception as error:
        raise not_valid() from error
    if len(found.credential_id) > CREDENTIAL_ID_BYTES_MAX:
        raise not_valid()
    transports = tuple(one for one in TRANSPORTS if one in (response.get("transports") or ()))
    return Registered(found.credential_id, found.credential_public_key, found.sign_count, tuple(sorted(transports)))


def sign_count_of(party: RelyingParty, challenge: bytes, passkey: Passkey, credential: dict[str, Any]) -> int:
    """The new sign count of a passkey that answers the challenge (section 7.2). Raises PasskeyNotValid.

    A count that does not go up tells of a copy of the passkey, so that is refused; those that never count stay at 0.
    """
    try:
        handle = credential["response"].get("userHandle")
        found = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
        is_of_person = handle is None or webauthn.base64url_to_bytes(handle) == UUID(passkey.person_id).bytes
    except Exception as error:
        raise not_valid() from error
    if found.credential_id != passkey.credential_id or not is_of_person:
        raise not_valid()
    return found.new_sign_count


def not_valid() -> PasskeyNotValid:
    """Say no without saying why: which passkeys there are is nobody's business."""
    return PasskeyNotValid("The passkey's answer is not valid, or it came too late. Ask for options and try again.")
