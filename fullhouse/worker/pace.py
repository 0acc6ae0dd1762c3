"""How fast jobs catch up with what was sold: beside a rush slowly, for those who book need the machine."""

import asyncio
import time
from collections.abc import AsyncIterator

from fullhouse.engine.engine import Engine

REST = 1
REST_IN_A_RUSH = 9
"""So many times as long as a page took, a job rests before the next. Measured in docs/decisions/0010-notices.md."""
REST_SECONDS_MAX = 10.0
"""A page that was kept waiting itself, as by a lock, must not hold up the next for minutes."""


async def work_through(pages: AsyncIterator[object], engine: Engine) -> None:
    """Do page after page until there is none, with a rest behind each."""
    began = time.monotonic()
    async for _ in pages:
        took = time.monotonic() - began
        rest = took * (REST_IN_A_RUSH if engine.is_rush else REST)
        await asyncio.sleep(min(rest, REST_SECONDS_MAX))
        began = time.monotonic()
