"""A process of its own that sells with a promo code: waits for a line on its input, books, and prints what it counts.

Arguments: the conninfo, the event, the ticket type, the code, and the number of bookings of one ticket each.
"""

import asyncio
import json
import sys

from tests.cast import running_deps
from tests.engine.priced import basket, use_of_all
from tests.engine.stage import settled


async def sell(conninfo: str, event_id: str, type_id: str, code: str, count: int) -> None:
    """Ask for all bookings at once."""
    async with running_deps(conninfo, hot_line_length=8, batch_size_max=16) as deps:
        print("ready", flush=True)  # noqa: T201 - this is how it is heard
        await asyncio.to_thread(sys.stdin.readline)
        outcomes = await settled(deps.engine.submit(basket(event_id, type_id, code=code)) for _ in range(count))
    print(json.dumps(use_of_all(outcomes)))  # noqa: T201 - this is what it was asked


if __name__ == "__main__":
    conninfo, event_id, type_id, code, count = sys.argv[1:]
    asyncio.run(sell(conninfo, event_id, type_id, code, int(count)))
