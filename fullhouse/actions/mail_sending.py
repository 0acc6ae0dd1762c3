"""Sending mails: claimed with a lease, in order per booking, at least once and always under the same `Message-ID`."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from fullhouse.actions import mail_rendering
from fullhouse.actions.deps import Deps
from fullhouse.actions.mail_rendering import Material
from fullhouse.outside.mail import MailDelayed, Mailer, MailRefused, MailServerDown
from fullhouse.rules.mail import LoggedMail, MailOutcome, after_failure
from fullhouse.store import mail

PAGE = 100
"""Mails that are claimed together: a second's work or less, as a rule."""

LEASE_PER_SECOND = 10
"""A lease is so many times the longest wait for an answer of the server."""

LEASE_MIN = timedelta(seconds=5)
DOWN_PAUSE = timedelta(seconds=15)
"""How long a mail waits that was claimed when the server turned out to be down: that counts as no try."""


async def send_due(deps: Deps) -> int:
    """Send what is due until nothing is left, or the mail server is down; returns how many were sent.

    Without a mail server, what is due is kept in the log.
    """
    if deps.mailer is None:
        async with deps.database.write() as conn:
            await mail.keep_due(conn, deps.clock())
        return 0
    sent = 0
    try:
        while True:
            page = await _Page.claimed(deps, deps.mailer)
            if page is None:
                return sent
            sent += await page.send()
            if page.down is not None:
                return sent
    finally:
        await deps.mailer.rest()


class _Page:
    """Some mails on their way, over several connections at once."""

    def __init__(self, deps: Deps, mailer: Mailer, mails: Sequence[LoggedMail], material: Material) -> None:
        self._deps = deps
        self._mailer = mailer
        self._left = list(reversed(mails))
        self._material = material
        self._outcomes: asyncio.Queue[MailOutcome | None] = asyncio.Queue()
        self.down: str | None = None

    @classmethod
    async def claimed(cls, deps: Deps, mailer: Mailer) -> "_Page | None":
        """The next mails that are due, and what they are made of; None when there are none."""
        now = deps.clock()
        async with deps.database.write() as conn:
            found = await mail.claim(conn, now, now + _lease(mailer), PAGE)
        if not found:
            return None
        async with deps.database.read() as reader:
            material = await mail_rendering.gather(reader, [one.mail for one in found])
        return cls(deps, mailer, found, material)

    async def send(self) -> int:
        """Send all, and write down what has come of each as soon as that is known; returns how many were sent."""
        # Halfway to the end of the lease nothing more is begun, so that nobody else sends it at the same time.
        until = asyncio.get_running_loop().time() + _lease(self._mailer).total_seconds() / 2
        writing = asyncio.create_task(self._write())
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(self._mailer.server.connections, len(self._left))):
                    group.create_task(self._work(until))
            again_at = self._deps.clock() + DOWN_PAUSE
            for one in self._left:
                self._outcomes.put_nowait(MailOutcome(one.mail.id, "waiting", again_at, self.down, attempts_back=1))
        finally:
            self._outcomes.put_nowait(None)
            sent = await writing
        return sent

    async def _work(self, until: float) -> None:
        """One connection's share: mail after mail, until none is left or the server is down."""
        while self._left and self.down is None and asyncio.get_running_loop().time() < until:
            self._outcomes.put_nowait(await self._send(self._left.pop()))

    async def _send(self, one: LoggedMail) -> MailOutcome:
        now, mail_id = self._deps.clock(), one.mail.id
        # Made one by one, since making many at once would keep those waiting who book.
        letter = mail_rendering.letter(one, self._material, self._deps)
        if isinstance(letter, str):
            return MailOutcome(mail_id, "failed", None, letter)
        try:
            await self._mailer.send(letter)
        except MailRefused as error:
            return MailOutcome(mail_id, "failed", None, str(error))
        except MailDelayed as error:
            return after_failure(one, str(error), now, self._deps.mail_terms.time_tried)
        except MailServerDown as error:
            self.down = str(error)
            return after_failure(one, str(error), now, self._deps.mail_terms.time_tried)
        return MailOutcome(mail_id, "sent")

    async def _write(self) -> int:
        """Write outcomes down, all that have gathered while the last ones were written; returns how many were sent."""
        sent, is_open = 0, True
        while is_open:
            outcomes = [await self._outcomes.get()]
            while not self._outcomes.empty():
                outcomes.append(self._outcomes.get_nowait())
            is_open = None not in outcomes
            known = [one for one in outcomes if one is not None]
            if known:
                async with self._deps.database.write() as conn:
                    await mail.settle(conn, known, self._deps.clock())
            sent += sum(one.state == "sent" for one in known)
        return sent


def _lease(mailer: Mailer) -> timedelta:
    return max(LEASE_MIN, timedelta(seconds=LEASE_PER_SECOND * mailer.server.seconds_max))
