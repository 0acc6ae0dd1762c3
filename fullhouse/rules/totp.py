"""Time-based one-time passwords (RFC 6238): six digits for each 30 seconds, each good once.

HMAC-SHA-1, because authenticator apps take no other for granted; a secret is Base32, as they read it.
"""

import base64
import hmac
from datetime import datetime

import pyotp

SECRET_BYTES = 20
"""As long as the hash, which RFC 4226 (section 4, R6) recommends."""
DRIFT_STEPS = 1
"""Steps that the clock of an app may be ahead or behind."""
ISSUER = "Full House"


def secret_of(random: bytes) -> str:
    """Random bytes as a secret."""
    return base64.b32encode(random).decode()


def uri_of(secret: str, email: str) -> str:
    """The `otpauth` URI of a secret: what an app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def step_of(secret: str, code: str, now: datetime, last_used_step: int) -> int | None:
    """The step that a code is of, or None for a wrong one.

    A code is good once, and so is every older one (RFC 6238, section 5.2): whoever read it over a shoulder is late.
    """
    totp = pyotp.TOTP(secret)
    current = totp.timecode(now)
    matching = [
        step
        for step in range(current - DRIFT_STEPS, current + DRIFT_STEPS + 1)
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()) and step > last_used_step
    ]
    return matching[0] if matching else None
