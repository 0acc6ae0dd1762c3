"""The seeded simulation: whatever goes wrong, at whatever step, the answers and the database tell the same story.

`FULLHOUSE_SIMULATION_SEED=<seed>` repeats the choices of one run.
"""

import os
from random import SystemRandom
from zlib import crc32

import pytest

from fullhouse.rules.booking import Booked, Cancelled, Confirmed, Refused
from fullhouse.rules.refusals import Busy, OutcomeUnknown
from tests.engine.simulation import Gone, simulate

GIVEN = os.environ.pop("FULLHOUSE_SIMULATION_SEED", None)
# All processes of a run of tests have to draw the same one.
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID")
DRAWN = SystemRandom().randrange(10**6) if RUN is None else crc32(RUN.encode()) % 10**6
KNOWN = (1, 2)
SEEDS = [int(GIVEN)] if GIVEN else [*KNOWN, DRAWN]


@pytest.mark.parametrize("seed", SEEDS)
async def test_whatever_goes_wrong_every_place_is_sold_once_and_every_answer_is_true(conninfo: str, seed: int) -> None:
    print(f"FULLHOUSE_SIMULATION_SEED={seed}")  # noqa: T201 - pytest shows it when the test fails
    world = await simulate(conninfo, seed)
    assert min(world.harm_done.values()) == 2
    kinds = {type(deed.answer) for deed in world.deeds}
    # A world that was drawn may be quiet; these two are known not to be.
    is_lively = {Booked, Confirmed, Cancelled, Refused, Busy, Gone} <= kinds
    assert is_lively or seed not in KNOWN, "the world was too quiet to prove anything"
    assert kinds <= {Booked, Confirmed, Cancelled, Refused, Busy, Gone, OutcomeUnknown}
