"""Resets of passwords: a link in a mail that works once, for a while."""

from datetime import datetime, timedelta
from typing import NamedTuple

from fullhouse.rules.people_refusals import LinkNotValid

MAILED_EVERY = timedelta(minutes=5)
"""Nobody gets more mails than that, however often he, or somebody else, asks for them."""


class PasswordReset(NamedTuple):
    """A link to a new password; its token is not kept."""

    person_id: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


def usable(reset: PasswordReset | None, now: datetime) -> PasswordReset:
    """The reset, as long as it works. Raises LinkNotValid, which does not say why it doesn't."""
    if reset is None or reset.used_at or now >= reset.expires_at:
        raise LinkNotValid("This link does not work, or not any more. Ask for a new mail.")
    return reset


def is_mailed_again(last: datetime | None, now: datetime) -> bool:
    """Tell whether another mail goes out, when the last one was made at this moment."""
    return last is None or now - last >= MAILED_EVERY
