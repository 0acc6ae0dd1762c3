"""The log of mails: one mail as it is read, and sending it again."""

from collections.abc import Callable
from datetime import datetime

from jinja2 import TemplateError

from fullhouse.actions import mail_rendering
from fullhouse.actions.answer import once
from fullhouse.actions.deps import Deps
from fullhouse.actions.ids import new_id
from fullhouse.printing.mail import Rendered
from fullhouse.printing.wording import WordingFault
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import IdempotencyKey
from fullhouse.rules.mail import SECRET, LoggedMail
from fullhouse.rules.mail_refusals import MailNotFound, MailNotRepeatable
from fullhouse.store import mail
from fullhouse.store.db import ReadConn, WriteConn


async def show(
    deps: Deps, organizer_id: str | None, mail_id: str, *, secrets: bool = False
) -> tuple[LoggedMail, Rendered | None]:
    """A mail of an organizer, or of anybody, with what it says now. Raises MailNotFound.

    What lets somebody in is shown only with `secrets`; and nothing of what can't be rendered.
    """
    async with deps.reading() as conn:
        found = await _found(conn, organizer_id, mail_id)
        if found.mail.kind in SECRET and not secrets:
            return found, None
        material = await mail_rendering.gather(conn, [found.mail])
    try:
        return found, mail_rendering.rendered(found.mail, material, deps.mail_terms)
    except (TemplateError, KeyError, WordingFault):
        return found, None


async def repeat(
    deps: Deps, organizer_id: str, mail_id: str, key: IdempotencyKey | None, told: Callable[[LoggedMail], Answered]
) -> Answered:
    """Send a mail again, as a new one. Raises MailNotFound, MailNotRepeatable, and as `once` does."""

    async def work(conn: WriteConn, now: datetime) -> Answered:
        found = await _found(conn, organizer_id, mail_id)
        if found.mail.kind in SECRET:
            raise MailNotRepeatable("What lets somebody in is sent once; invite or ask anew.")
        if not found.mail.to_email:
            raise MailNotRepeatable("Whom the mail went to was erased.")
        if found.state == "waiting":
            raise MailNotRepeatable("The mail is still waiting to be sent.")
        again = found.mail._replace(id=new_id(now), mailing_id=None, mailing_key=None, token=None)
        if found.mail.token is not None:
            again = again._replace(token=new_id(now))
        await mail.add(conn, [again], deps.mail_terms.domain, now)
        return told(await _found(conn, organizer_id, again.id))

    return await once(deps, key, work)


async def _found(conn: ReadConn, organizer_id: str | None, mail_id: str) -> LoggedMail:
    found = await mail.find(conn, mail_id)
    if found is None or organizer_id not in (None, found.mail.organizer_id):
        raise MailNotFound("There is no such mail.")
    return found
