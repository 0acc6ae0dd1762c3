"""Organizers' settings and wordings of mails: changed, tried out on an example, sent to somebody to look at."""

from collections.abc import Callable
from datetime import datetime

from fullhouse.actions.answer import once
from fullhouse.actions.deps import Deps
from fullhouse.actions.ids import new_id
from fullhouse.actions.mailing import check_wording
from fullhouse.printing import mail as printing
from fullhouse.printing.mail import Rendered
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import IdempotencyKey
from fullhouse.rules.mail import Language, MailKind, MailSettings
from fullhouse.rules.mail_example import EMAIL, example_mail, example_of
from fullhouse.rules.mail_refusals import MailNotFound
from fullhouse.rules.people_refusals import OrganizerNotFound
from fullhouse.rules.promo import buyer_key_of
from fullhouse.rules.wording import Wording
from fullhouse.store import mail, mail_settings, mail_subject, organizer
from fullhouse.store.db import ReadConn, WriteConn

PREVIEW_ID = "01900000-0000-7000-8000-000000000000"
"""The id of a mail that is not sent."""


async def settings(deps: Deps, organizer_id: str) -> MailSettings:
    """What an organizer has said of his mails, or what holds without. Raises OrganizerNotFound."""
    async with deps.reading() as conn:
        await require_organizer(conn, organizer_id)
        found = await mail_settings.find(conn, [organizer_id])
    return found.get(organizer_id, MailSettings(deps.mail_terms.language))


async def require_organizer(conn: ReadConn, organizer_id: str) -> None:
    """Raises OrganizerNotFound."""
    if not await organizer.exists(conn, organizer_id):
        raise OrganizerNotFound("There is no such organizer.")


async def change_settings(
    deps: Deps,
    organizer_id: str,
    wanted: MailSettings,
    key: IdempotencyKey | None,
    told: Callable[[MailSettings], Answered],
) -> Answered:
    """Write what an organizer says of his mails. Raises OrganizerNotFound, and as `once` does."""

    async def work(conn: WriteConn, _: datetime) -> Answered:
        await require_organizer(conn, organizer_id)
        await mail_settings.change(conn, organizer_id, wanted)
        return told(wanted)

    return await once(deps, key, work)


async def find(deps: Deps, organizer_id: str, kind: MailKind, language: Language) -> Wording:
    """An organizer's wording of a kind; what he has not worded is None. Raises OrganizerNotFound."""
    async with deps.reading() as conn:
        await require_organizer(conn, organizer_id)
        found = await mail_settings.wordings(conn, [organizer_id])
    return found.get((organizer_id, kind, language), Wording(organizer_id, kind, language, None, None))


async def change(
    deps: Deps, wanted: Wording, key: IdempotencyKey | None, told: Callable[[Wording], Answered]
) -> Answered:
    """Write a wording. Raises ValidationFailed for a faulty one, OrganizerNotFound, and as `once` does."""
    check(wanted)

    async def work(conn: WriteConn, now: datetime) -> Answered:
        await require_organizer(conn, wanted.organizer_id)
        await mail_settings.word(conn, wanted, now)
        return told(wanted)

    return await once(deps, key, work)


def check(wanted: Wording) -> None:
    """Raises ValidationFailed with the field, the line and what is wrong there."""
    for field, source in (("subject", wanted.subject), ("opening", wanted.opening)):
        if source is not None:
            check_wording(field, source)


async def forget(
    deps: Deps, organizer_id: str, kind: MailKind, language: Language, key: IdempotencyKey | None
) -> Answered:
    """Take a wording away; again, nothing changes. Raises OrganizerNotFound, and as `once` does."""

    async def work(conn: WriteConn, _: datetime) -> Answered:
        await require_organizer(conn, organizer_id)
        await mail_settings.forget_wording(conn, organizer_id, kind, language)
        return Answered(204, None)

    return await once(deps, key, work)


async def preview(deps: Deps, wanted: Wording) -> Rendered:
    """What a mail with this wording would say. Raises ValidationFailed and OrganizerNotFound."""
    check(wanted)
    async with deps.reading() as conn:
        await require_organizer(conn, wanted.organizer_id)
        names = await mail_subject.organizer_names(conn, [wanted.organizer_id])
    one = example_mail(PREVIEW_ID, wanted.kind, wanted.language, wanted.organizer_id, EMAIL, deps.clock())
    return printing.rendered(one, example_of(one, names[wanted.organizer_id]), wanted, deps.mail_terms.public_url)


async def send_test(
    deps: Deps, organizer_id: str, kind: MailKind, language: Language, email: str, key: IdempotencyKey | None
) -> Answered:
    """Send somebody the example with the wording that is in force. Raises OrganizerNotFound, and as `once` does."""

    async def work(conn: WriteConn, now: datetime) -> Answered:
        await require_organizer(conn, organizer_id)
        sent = example_mail(new_id(now), kind, language, organizer_id, email, now)
        await mail.add(conn, [sent], deps.mail_terms.domain, now)
        return Answered(202, {"mail_id": sent.id})

    return await once(deps, key, work)


async def unsubscribe(deps: Deps, token: str) -> str:
    """Send an address no more messages and reminders of an organizer; returns his name. Raises MailNotFound."""

    async def work(conn: WriteConn, now: datetime) -> Answered:
        found = await mail.of_token(conn, token)
        if found is None or found.mail.organizer_id is None:
            raise MailNotFound("This link leads nowhere any more.")
        organizer_id = found.mail.organizer_id
        await mail_settings.unsubscribe(conn, organizer_id, buyer_key_of(found.mail.to_email), now)
        names = await mail_subject.organizer_names(conn, [organizer_id])
        return Answered(200, {"name": names[organizer_id]})

    name: str = (await once(deps, None, work)).body["name"]
    return name
