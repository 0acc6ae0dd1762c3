"""Mails to many: messages of organizers, reminders, and news of an event, written page by page at a rate."""

from collections.abc import Callable, Sequence
from datetime import datetime

from fullhouse.actions import mail_rendering
from fullhouse.actions.answer import once
from fullhouse.actions.changing import whole_event
from fullhouse.actions.deps import Deps
from fullhouse.actions.ids import new_id, new_ids
from fullhouse.printing import wording as printing
from fullhouse.printing.mail import Rendered
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import IdempotencyKey
from fullhouse.rules.mail import Language, Mail
from fullhouse.rules.mail_refusals import MailNotFound
from fullhouse.rules.mailing import UNHURRIED, Audience, Mailing, MailingProgress, Reached, mails_of, pause_between
from fullhouse.rules.promo import buyer_key_of
from fullhouse.rules.refusals import TicketTypeNotFound, ValidationFailed
from fullhouse.store import mail, mail_settings, mail_subject, ticket_type
from fullhouse.store import mailing as store
from fullhouse.store.db import ReadConn, WriteConn

PAGE = 100
REMINDERS = 100


class MessageDraft:
    """What an organizer wants to tell the buyers of an event, or of one of its ticket types."""

    def __init__(self, subject: str, text: str, ticket_type_id: str | None, per_minute: int) -> None:
        """Raises ValidationFailed when subject or text is no good wording."""
        for field, source in (("subject", subject), ("text", text)):
            check_wording(field, source)
        self.context = {"subject": subject, "text": text}
        self.ticket_type_id = ticket_type_id
        self.per_minute = per_minute


def check_wording(field: str, source: str) -> None:
    """Raises ValidationFailed with the line and what is wrong there."""
    try:
        printing.check(source)
    except printing.WordingFault as fault:
        raise ValidationFailed(f"{field}: {fault}.", field=field, line=fault.line) from fault


async def send(
    deps: Deps,
    event_id: str,
    draft: MessageDraft,
    key: IdempotencyKey | None,
    told: Callable[[MailingProgress], Answered],
) -> Answered:
    """Begin to send a message; the worker writes its mails. Raises as `_message` does, and as `once` does."""

    async def work(conn: WriteConn, now: datetime) -> Answered:
        made = await _message(conn, event_id, draft, now)
        await store.add(conn, [made])
        return told(MailingProgress(made, 0, 0, 0, 0))

    return await once(deps, key, work)


async def rehearse(deps: Deps, event_id: str, draft: MessageDraft) -> tuple[Audience, Rendered | None]:
    """Whom a message would reach, and what the first of them would read. Raises as `_message` does."""
    now = deps.clock()
    async with deps.reading() as conn:
        made = await _message(conn, event_id, draft, now)
        audience = await store.audience(conn, made)
        mails = await _first_mails(conn, made, await _language(deps, conn, made.organizer_id), now)
        material = await mail_rendering.gather(conn, mails[:1])
    return audience, mail_rendering.rendered(mails[0], material, deps.mail_terms) if mails else None


async def _first_mails(conn: ReadConn, made: Mailing, language: Language, now: datetime) -> list[Mail]:
    """The mails of the first page that reaches anybody."""
    while True:
        page = await store.bookings(conn, made, PAGE)
        unsubscribed = await _unsubscribed(conn, made.organizer_id, page)
        mails = mails_of(made, page, unsubscribed, language, new_ids(now, 2 * len(page)))
        if mails or len(page) < PAGE:
            return mails
        made = made._replace(looked_to=page[-1].number)


async def _message(conn: ReadConn, event_id: str, draft: MessageDraft, now: datetime) -> Mailing:
    """The mailing of a message. Raises EventNotFound and TicketTypeNotFound."""
    await whole_event(conn, event_id)
    if draft.ticket_type_id is not None:
        types = await ticket_type.everything(conn, event_id)
        if draft.ticket_type_id not in {one.id for one in types}:
            raise TicketTypeNotFound("The event has no such ticket type.", ticket_type_id=draft.ticket_type_id)
    organizer_id = (await mail_subject.organizers_of(conn, [event_id]))[event_id]
    context = dict(draft.context)
    return Mailing(
        event_id, new_id(now), organizer_id, "message", draft.ticket_type_id, context, draft.per_minute, None, now
    )


async def everything(deps: Deps, event_id: str) -> list[MailingProgress]:
    """The messages of an event. Raises EventNotFound."""
    async with deps.reading() as conn:
        await whole_event(conn, event_id)
        return await store.messages(conn, event_id)


async def progress(deps: Deps, event_id: str, mailing_id: str) -> MailingProgress:
    """How far a message has come. Raises MailNotFound."""
    async with deps.reading() as conn:
        found = await store.messages(conn, event_id, mailing_id)
    if not found:
        raise MailNotFound("The event has no such message.")
    return found[0]


async def write_due(deps: Deps) -> int:
    """Write the next pages of all mailings that are due; returns how many mails were written."""
    written = 0
    while True:
        now = deps.clock()
        async with deps.database.write() as conn:
            taken = await store.take(conn, now)
            if taken is None:
                return written
            written += await _write_page(deps, conn, taken, now)


async def _write_page(deps: Deps, conn: WriteConn, taken: Mailing, now: datetime) -> int:
    """Write the mails of a page and move on, in one transaction: who ends in between leaves nothing behind."""
    page = await store.bookings(conn, taken, PAGE)
    unsubscribed = await _unsubscribed(conn, taken.organizer_id, page)
    language = await _language(deps, conn, taken.organizer_id)
    mails = mails_of(taken, page, unsubscribed, language, new_ids(now, 2 * len(page)))
    pause = pause_between(taken.per_minute)
    moments = [now + n * pause for n in range(len(mails))]
    await mail.add(conn, mails, deps.mail_terms.domain, now, moments)
    looked_to = page[-1].number if page else taken.looked_to
    done_at = now if len(page) < PAGE else None
    await store.move_on(conn, taken._replace(looked_to=looked_to, done_at=done_at), now + len(mails) * pause)
    return len(mails)


async def _unsubscribed(conn: ReadConn, organizer_id: str, page: Sequence[Reached]) -> set[str]:
    asked = {(organizer_id, buyer_key_of(one.buyer.email)) for one in page if one.buyer}
    return {buyer_key for _, buyer_key in await mail_settings.unsubscribed(conn, asked)}


async def _language(deps: Deps, conn: ReadConn, organizer_id: str) -> Language:
    settings = await mail_settings.find(conn, [organizer_id])
    return settings[organizer_id].language if organizer_id in settings else deps.mail_terms.language


async def remind(deps: Deps) -> int:
    """Begin the reminders that are due, each once for an event and its date; returns how many were begun."""
    now = deps.clock()
    async with deps.database.write() as conn:
        due = await store.reminders_due(conn, now, REMINDERS)
        ids = new_ids(now, len(due))
        await store.add(
            conn,
            [
                Mailing(event_id, id, organizer_id, "reminder", None, {}, UNHURRIED, starts_at, now)
                for (event_id, organizer_id, starts_at), id in zip(due, ids, strict=True)
            ],
        )
    return len(due)
