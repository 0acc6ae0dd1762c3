"""The jobs that write and send mails."""

import asyncio
from collections.abc import Awaitable, Callable

from fullhouse.actions import mail_reading, mail_sending, mailing
from fullhouse.actions.deps import Deps

WRITE_EVERY_SECONDS = 1.0
SEND_EVERY_SECONDS = 1.0
REMIND_EVERY_SECONDS = 60.0
PAUSE_SECONDS = 0.02
"""A breath for those who book, between one page of notices and the next."""


def jobs(deps: Deps) -> list[tuple[float, Callable[[], Awaitable[None]]]]:
    """Every so many seconds, what is to be done."""

    async def write() -> None:
        async for _ in mail_reading.read_notices(deps):
            await asyncio.sleep(PAUSE_SECONDS)
        await mailing.write_due(deps)

    async def send() -> None:
        await mail_sending.send_due(deps)

    async def remind() -> None:
        await mailing.remind(deps)

    return [(WRITE_EVERY_SECONDS, write), (SEND_EVERY_SECONDS, send), (REMIND_EVERY_SECONDS, remind)]
