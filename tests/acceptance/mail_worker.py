"""A process that reads notices, writes mailings and sends mails, as a worker does, until it is killed.

Arguments: the conninfo and the settings as JSON.
"""

import asyncio
import json
import sys
from typing import Any

from fullhouse.actions import notice
from fullhouse.worker import mails
from tests.cast import running_deps


async def work(conninfo: str, settings: dict[str, Any]) -> None:
    """Do every job again and again."""
    async with running_deps(conninfo, **settings) as deps:
        print("ready", flush=True)  # noqa: T201 - how it tells that it has begun
        while True:
            await notice.give_positions(deps)
            for _, job in mails.jobs(deps):
                await job()
            await asyncio.sleep(0.01)


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], json.loads(sys.argv[2])))
