"""New ids, with chance from the machine."""

import os
from datetime import datetime

from fullhouse.rules.ids import RANDOM_BYTES_PER_ID, uuid7s


def new_id(now: datetime) -> str:
    """A new id."""
    return new_ids(now, 1)[0]


def new_ids(now: datetime, count: int) -> list[str]:
    """So many new ids, in ascending order."""
    return sorted(uuid7s(now, os.urandom(count * RANDOM_BYTES_PER_ID)))
