"""The jobs that write and send mails."""

from collections.abc import Awaitable, Callable

from fullhouse.actions import mail_reading, mail_sending, mailing
from fullhouse.actions.deps import Deps
from fullhouse.worker.pace import work_through

WRITE_EVERY_SECONDS = 1.0
SEND_EVERY_SECONDS = 1.0
REMIND_EVERY_SECONDS = 60.0


def jobs(deps: Deps) -> list[tuple[float, Callable[[], Awaitable[None]]]]:
    """Every so many seconds, what is to be done."""

    async def write() -> None:
        await work_through(mail_reading.read_notices(deps), deps.engine)
        await mailing.write_due(deps)

    async def send() -> None:
        await mail_sending.send_due(deps)

    async def remind() -> None:
        await mailing.remind(deps)

    return [(WRITE_EVERY_SECONDS, write), (SEND_EVERY_SECONDS, send), (REMIND_EVERY_SECONDS, remind)]
