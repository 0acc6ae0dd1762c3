"""Attempts that failed: how long to wait after how many, so that guessing is slow and nobody is locked out for ever.

NIST SP 800-63B (section 5.2.2; in revision 4, section 3.2.2) asks for a limit, and allows waits that grow.
"""

from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import NamedTuple

from fullhouse.rules.people_refusals import TooManyAttempts

FORGOTTEN_AFTER = timedelta(hours=24)
"""From the last attempt on: then they begin to be counted anew."""


class Attempts(NamedTuple):
    """What is known of the attempts on one account, or from one address."""

    failures: int
    waits_until: datetime | None
    last_at: datetime


class Patience(NamedTuple):
    """So many attempts are free; after each one more, the wait doubles from a second up to `wait_max`."""

    tries_free: int
    wait_max: timedelta


def tried(attempts: Attempts, patience: Patience, now: datetime) -> Attempts:
    """Count one more, before it is known how it ends: so many at one moment are no more than one after another.

    Raises TooManyAttempts while there is a wait; such an attempt is not counted, or the wait would never end.
    """
    if attempts.waits_until is not None and now < attempts.waits_until:
        raise too_many(attempts.waits_until - now)
    is_old = now - attempts.last_at >= FORGOTTEN_AFTER
    failures = 1 if is_old else attempts.failures + 1
    return Attempts(failures, _wait_until(failures, patience, now), now)


def forgiven(attempts: Attempts) -> Attempts:
    """Take back the one that turned out to be right."""
    return attempts._replace(failures=max(attempts.failures - 1, 0), waits_until=None)


def _wait_until(failures: int, patience: Patience, now: datetime) -> datetime | None:
    over = failures - patience.tries_free
    if over < 0:
        return None
    # 2**20 seconds are days: no wait is as long, and no number as large as the failures allow.
    return now + min(timedelta(seconds=2 ** min(over, 20)), patience.wait_max)


def too_many(wait: timedelta) -> TooManyAttempts:
    """The refusal; whoever comes again after the wait is listened to."""
    seconds = max(-(-wait // timedelta(seconds=1)), 1)
    return TooManyAttempts("Too many attempts. Wait, then try again.", retry_after_seconds=seconds)


def network_of(address: str) -> str:
    """What is counted as one address: with IPv6 the network of 64 bits, of which a customer has all addresses."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped or ip_network((parsed.packed, 64), strict=False))
    return str(parsed)
