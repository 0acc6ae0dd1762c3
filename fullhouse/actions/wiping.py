"""Deleting the data of an organizer's tests, in steps: what is left out now is deleted when it is asked for again."""

from datetime import UTC, datetime
from typing import NamedTuple

from fullhouse.actions import acting, organizer
from fullhouse.store import organizer as organizers
from fullhouse.store import wiping
from fullhouse.store.db import Database

ROWS_A_STEP = 2_000
"""Rows of one transaction, so that none holds locks for long."""

STEPS_A_CALL = 20
"""Steps that somebody may wait for."""


class Wiped(NamedTuple):
    """What was deleted, and whether that was all."""

    rows_deleted: int
    is_done: bool


async def wipe(database: Database, organizer_id: str, steps_max: int, rows_a_step: int = ROWS_A_STEP) -> Wiped:
    """Delete what there is of an organizer's tests, in so many steps at most. Raises OrganizerNotFound."""
    async with database.read() as conn:
        found = await organizer.find(conn, organizer_id)
        test_id = found.id if found.test_of else await organizers.for_tests_of(conn, organizer_id)
    total = 0
    for _ in range(steps_max):
        deleted = 0
        if test_id is not None:
            async with database.write() as conn:
                deleted = await wiping.step(conn, test_id, rows_a_step)
                if deleted and not total:
                    await acting.record(conn, "test_data.wiping", datetime.now(UTC), organizer_id=organizer_id)
        total += deleted
        if not deleted:
            return Wiped(total, is_done=True)
    return Wiped(total, is_done=False)
