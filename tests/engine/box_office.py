"""A process of its own that sells: waits for a line on its input, books, and prints the ids of the bookings.

Arguments: the conninfo, the number of bookings for each event, and the events in the order in which it asks for them,
each with a ticket type behind a colon or without one.
"""

import asyncio
import json
import sys

from fullhouse.rules.booking import Booked, BookRequest, Request
from tests.cast import basket, running_deps


async def sell(conninfo: str, count: int, asked: list[str]) -> None:
    """Book every event `count` times, all at once."""
    async with running_deps(conninfo, hot_line_length=8, batch_size_max=64) as deps:
        print("ready", flush=True)  # noqa: T201 - this is how it is heard
        await asyncio.to_thread(sys.stdin.readline)
        answers = [deps.engine.submit(wish(one)) for _ in range(count) for one in asked]
        outcomes = await asyncio.gather(*answers)
    print(json.dumps([outcome.booking.id for outcome in outcomes if isinstance(outcome, Booked)]))  # noqa: T201 - this is what it was asked


def wish(asked: str) -> Request:
    """One place of an event."""
    event_id, _, type_id = asked.partition(":")
    return basket(event_id, (type_id, 1)) if type_id else BookRequest(event_id, 1)


if __name__ == "__main__":
    asyncio.run(sell(sys.argv[1], int(sys.argv[2]), sys.argv[3:]))
