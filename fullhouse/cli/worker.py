"""`fullhouse worker`: the background jobs apart from the serving processes, and the way out."""

import asyncio
import sys
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import click

from fullhouse.cli.program import ServePlan
from fullhouse.cli.serve import STOPPING, database


def work(plan: ServePlan, jobs: Callable[[str], Coroutine[Any, Any, None]]) -> None:
    """Do the jobs until SIGINT or SIGTERM. What is under way then is done again by the next worker.

    An embedded PostgreSQL is kept running meanwhile, as `serve` does.
    """
    plan.configure_logs()
    ended = threading.Event()
    with database(plan, ended) as conninfo:
        asyncio.run(_until_stopped(jobs(conninfo)))
    click.echo("Stopped.", err=True)


async def _until_stopped(jobs: Coroutine[Any, Any, None]) -> None:
    loop, task = asyncio.get_running_loop(), asyncio.ensure_future(jobs)
    for number in STOPPING:
        loop.add_signal_handler(number, task.cancel)
    click.echo("Full House is working. Ctrl-C stops it.")
    sys.stdout.flush()
    with suppress(asyncio.CancelledError):
        await task
