"""Recovery codes: made ten at once, shown once, used one by one."""

import os
from datetime import datetime

from fullhouse.rules import recovery_code as rules
from fullhouse.store import recovery_code
from fullhouse.store.db import WriteConn


async def renew(conn: WriteConn, person_id: str) -> list[str]:
    """Make new codes, which are shown this once; the old ones are good no more."""
    codes = rules.codes_of(os.urandom(rules.CODES * rules.RANDOM_BYTES))
    await recovery_code.replace(conn, person_id, [rules.hash_of(person_id, code) for code in codes])
    return codes


async def use(conn: WriteConn, person_id: str, code: str, now: datetime) -> bool:
    """Use a code up; False when it is wrong, or used."""
    return await recovery_code.use(conn, person_id, rules.hash_of(person_id, code), now)
