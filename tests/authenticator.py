"""An authenticator made of software: it keeps passkeys and answers challenges exactly as a device and its browser do.

What it answers can be bent, by changes named in the call, so that a test sees what is refused.
"""

import hashlib
import json
import os
import struct
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn import base64url_to_bytes
from webauthn.helpers import bytes_to_base64url

PRESENT, VERIFIED, ELIGIBLE, ATTESTED = 0x01, 0x04, 0x08, 0x40
AAGUID = bytes(16)


class Authenticator:
    """One device with one passkey (ES256), used by a browser at `origin`."""

    def __init__(self, origin: str, *, counts: bool = True) -> None:
        self.origin = origin
        self.counts = counts
        self.sign_count = 0
        self.flags = PRESENT | VERIFIED | ELIGIBLE
        self.credential_id = os.urandom(32)
        self.user_handle = b""
        self.key = ec.generate_private_key(ec.SECP256R1())

    def create(self, options: dict[str, Any], **bent: Any) -> dict[str, Any]:
        """Make a passkey, as `navigator.credentials.create()` does; the answer is that of `toJSON()`."""
        self.user_handle = base64url_to_bytes(options["user"]["id"])
        public = self.key.public_key().public_numbers()
        # RFC 9053: key type EC2, algorithm ES256, curve P-256, and the two coordinates.
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: public.x.to_bytes(32), -3: public.y.to_bytes(32)})
        attested = AAGUID + struct.pack(">H", len(self.credential_id)) + self.credential_id + cose
        state = self._state(bent.pop("rp_id", options["rp"]["id"]), ATTESTED) + attested
        attestation = {"fmt": bent.pop("fmt", "none"), "attStmt": {}, "authData": state}
        response = {
            "clientDataJSON": self._client_data("webauthn.create", options["challenge"], bent),
            "attestationObject": bytes_to_base64url(cbor2.dumps(attestation)),
            "transports": ["internal", "hybrid"],
        }
        return self._credential(response)

    def get(self, options: dict[str, Any], **bent: Any) -> dict[str, Any]:
        """Answer a challenge with the passkey, as `navigator.credentials.get()` does."""
        state = self._state(bent.pop("rp_id", options["rpId"]))
        client_data = self._client_data("webauthn.get", options["challenge"], bent)
        signed = state + hashlib.sha256(base64url_to_bytes(client_data)).digest()
        response = {
            "clientDataJSON": client_data,
            "authenticatorData": bytes_to_base64url(state),
            "signature": bytes_to_base64url(self.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
            "userHandle": bytes_to_base64url(self.user_handle),
        }
        return self._credential(response)

    def _state(self, rp_id: str, also: int = 0) -> bytes:
        """Authenticator data (section 6.1): whom it is for, who was there, and how often the passkey was used."""
        self.sign_count += self.counts
        return hashlib.sha256(rp_id.encode()).digest() + struct.pack(">BI", self.flags | also, self.sign_count)

    def _client_data(self, kind: str, challenge: str, bent: dict[str, Any]) -> str:
        client_data = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False, **bent}
        return bytes_to_base64url(json.dumps(client_data).encode())

    def _credential(self, response: dict[str, Any]) -> dict[str, Any]:
        credential_id = bytes_to_base64url(self.credential_id)
        return {
            "id": credential_id,
            "rawId": credential_id,
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": response,
        }
