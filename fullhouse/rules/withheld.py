"""What the audit log never holds: fields that open something, and those that say who a buyer or holder is.

It can't forget anything, so people who may ask to be forgotten are not named in it: their bookings are, by number.
"""

from typing import Any

WITHHELD = "[withheld]"

FIELDS = frozenset(
    {
        *("api_key", "key", "secret", "secrets", "token", "link", "url_token"),
        *("password", "password_hash", "recovery_codes", "totp_secret", "otpauth_url"),
        *("code", "ticket_code", "promo_code", "access_code", "client_secret", "instructions"),
        *("booking_id", "holder_name", "buyer", "buyer_name", "buyer_email", "email", "to_email", "to_name", "payer"),
    }
)
"""By name, wherever they stand. A `code` is a ticket's or a promo code: both open something to whoever knows it. A
booking's id is its buyer's key."""


def withheld(value: Any) -> Any:  # noqa: ANN401 - any part of JSON
    """The same JSON without what must not be kept; whether there was something at all still shows."""
    if isinstance(value, dict):
        return {
            name: WITHHELD if name in FIELDS and part not in (None, "", [], {}) else withheld(part)
            for name, part in value.items()
        }
    if isinstance(value, list | tuple):
        return [withheld(part) for part in value]
    return value
