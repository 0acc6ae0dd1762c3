"""The shapes of second factors: codes, passkeys, and what a browser's passkeys say (Web Authentication, Level 3)."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, RootModel, StringConstraints

from fullhouse.rules.passkey import Passkey
from fullhouse.web.api.shapes import Id, Line, Shape, moment_text

TotpCode = Annotated[
    str, StringConstraints(pattern="^[0-9]{6}$", strict=True), Field(description="What the app shows now.")
]
RecoveryCode = Annotated[
    str,
    StringConstraints(pattern="^[0-9A-Za-z -]{16,40}$", strict=True),
    Field(description="With or without hyphens, in any case."),
]
Token = Annotated[
    str,
    StringConstraints(pattern="^[!-~]{1,100}$", strict=True),
    Field(description="From the answer `second_factor_required`."),
]
# The length is no part of the pattern: repeated so often, it would be compiled to megabytes.
Base64Url = Annotated[str, StringConstraints(pattern="^[A-Za-z0-9_-]+$", max_length=65_536, strict=True)]


class _FromBrowser(BaseModel):
    """What a browser says: newer ones say more than is known here, which is not looked at."""

    def credential(self) -> dict[str, Any]:
        """The same as JSON-ready data, with the standard's names."""
        return self.model_dump(by_alias=True, exclude_none=True)


class AttestationResponse(_FromBrowser):
    """`AuthenticatorAttestationResponseJSON` of the standard."""

    client_data: Base64Url = Field(alias="clientDataJSON")
    attestation_object: Base64Url = Field(alias="attestationObject")
    transports: list[str] = Field(default_factory=list, max_length=20)


class AssertionResponse(_FromBrowser):
    """`AuthenticatorAssertionResponseJSON` of the standard."""

    client_data: Base64Url = Field(alias="clientDataJSON")
    authenticator_data: Base64Url = Field(alias="authenticatorData")
    signature: Base64Url
    user_handle: Base64Url | None = Field(None, alias="userHandle")


class NewCredential(_FromBrowser):
    """The answer of `navigator.credentials.create()`, as its `toJSON()` gives it."""

    id: Base64Url
    raw_id: Base64Url = Field(alias="rawId")
    type: Literal["public-key"]
    response: AttestationResponse


class Assertion(_FromBrowser):
    """The answer of `navigator.credentials.get()`, as its `toJSON()` gives it."""

    id: Base64Url
    raw_id: Base64Url = Field(alias="rawId")
    type: Literal["public-key"]
    response: AssertionResponse


class TotpShape(Shape):
    """A new secret, shown this once. The URI is for a QR code."""

    secret: str
    uri: str


class TotpConfirmation(Shape):
    """A code that shows that the app works."""

    code: TotpCode


class RecoveryCodesShape(Shape):
    """Recovery codes, shown this once. Each is good once."""

    recovery_codes: list[str]


class PasskeyRequest(Shape):
    """A new passkey, with a name that tells it from others."""

    name: Line
    credential: NewCredential


class PasskeyShape(Shape):
    """A passkey."""

    id: Id
    name: str
    transports: list[str]
    created_at: datetime
    last_used_at: datetime | None


class NewPasskeyShape(PasskeyShape):
    """A new passkey; with recovery codes, shown this once, when it is the first second factor."""

    recovery_codes: list[str]


class PasskeyOptionsRequest(Shape):
    """Whose passkey is asked for: of whoever answers, or, with a token, of who has shown the password."""

    token: Token | None = None


class PasskeySignIn(Shape):
    """What a passkey says."""

    credential: Assertion


class TotpProof(Shape):
    """A sign-in that is finished by an authenticator app."""

    token: Token
    totp: TotpCode


class RecoveryProof(Shape):
    """A sign-in that is finished by a recovery code."""

    token: Token
    recovery_code: RecoveryCode


class PasskeyProof(Shape):
    """A sign-in that is finished by a passkey."""

    token: Token
    passkey: Assertion


class ProofRequest(RootModel[TotpProof | RecoveryProof | PasskeyProof]):
    """A sign-in that is finished by one of these."""


def passkey_fields(one: Passkey) -> dict[str, Any]:
    """A passkey as JSON-ready data."""
    return {
        "id": one.id,
        "name": one.name,
        "transports": list(one.transports),
        "created_at": moment_text(one.created_at),
        "last_used_at": moment_text(one.last_used_at) if one.last_used_at else None,
    }
