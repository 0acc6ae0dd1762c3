"""Codes of authenticator apps: used by who signs in. How an app is taken into use stands in `factor_change.py`."""

from datetime import datetime

from fullhouse.rules import totp as rules
from fullhouse.store import totp
from fullhouse.store.db import WriteConn


async def use(conn: WriteConn, person_id: str, code: str, now: datetime) -> bool:
    """Use a code up, and all older ones; False when it is wrong, or used."""
    found = await totp.find(conn, person_id)
    if found is None or found.confirmed_at is None:
        return False
    step = rules.step_of(found.secret, code, now, found.last_used_step)
    return step is not None and await totp.use(conn, person_id, found.secret, step)
