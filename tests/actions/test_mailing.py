"""Mails to many: messages at a rate, reminders before an event, news of its date; nobody gets one twice."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest

from fullhouse.actions import mail_sending, mailing
from fullhouse.actions.deps import Deps
from fullhouse.actions.mailing import MessageDraft
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import Buyer, CancelRequest
from fullhouse.rules.mail import MailSettings
from fullhouse.rules.mail_refusals import MailNotFound
from fullhouse.rules.mailing import MailingProgress
from fullhouse.rules.promo import buyer_key_of
from fullhouse.rules.refusals import TicketTypeNotFound
from fullhouse.store import mail_settings
from fullhouse.store import mailing as store
from tests.cast import new_event, running_deps
from tests.engine.stage import rows
from tests.offers import add_ticket_type, change, change_event
from tests.posting import ANN, BOB, ORGANIZER, book_for, logged, new_offer, read_all, write_notice

NOBODY = "01900000-0000-7000-8000-000000000000"
HURRIED = MessageDraft("Doors", "They open late, {{ buyer_name }}.", None, 60_000)


def told(progress: MailingProgress) -> Answered:
    return Answered(201, progress.mailing.id)


async def send(deps: Deps, event_id: str, draft: MessageDraft = HURRIED) -> str:
    made: str = (await mailing.send(deps, event_id, draft, None, told)).body
    return made


async def write_all(deps: Deps, event_id: str, message_id: str) -> int:
    """Let pages be written until the last one is."""
    written = 0
    async with asyncio.timeout(20):
        while (await mailing.progress(deps, event_id, message_id)).mailing.done_at is None:
            written += await mailing.write_due(deps)
    return written


async def test_everybody_with_tickets_gets_a_message_once(
    deps: Deps, conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailing, "PAGE", 3)
    event, type_id = await new_offer(deps, conninfo)
    dear = await add_ticket_type(conninfo, event.id, 2_500)
    buyers = [Buyer(f"Buyer {n}", f"b{n}@example.org") for n in range(5)]
    for buyer in (*buyers, ANN, None, Buyer("Ann again", "Ann+two@Example.org"), BOB):
        await book_for(deps, event.id, type_id, buyer)
    await book_for(deps, event.id, dear, Buyer("Held", "held@example.org"))
    gone = await book_for(deps, event.id, type_id, Buyer("Gone", "gone@example.org"))
    await deps.engine.submit(CancelRequest(event.id, gone.id))
    async with deps.database.write() as conn:
        await mail_settings.unsubscribe(conn, ORGANIZER, buyer_key_of(BOB.email), deps.clock())
    audience, sample = await mailing.rehearse(deps, event.id, HURRIED)
    assert audience._asdict() == {"addresses": 6, "bookings": 7, "without_address": 1, "unsubscribed": 1}
    assert sample is not None
    assert sample.text.startswith("Hello Buyer 0,\n\nThey open late, Buyer 0.")
    assert await logged(deps) == []
    message_id = await send(deps, event.id)
    await write_all(deps, event.id, message_id)
    mails = [one.mail for one in await logged(deps)]
    assert [one.to_email for one in mails] == [*(buyer.email for buyer in buyers), ANN.email]
    assert all(one.token and one.mailing_id == message_id for one in mails)
    await mail_sending.send_due(deps)
    progress = await mailing.progress(deps, event.id, message_id)
    assert progress[1:] == (0, 0, 0, 6)
    assert progress.mailing.done_at is not None
    assert await mailing.everything(deps, event.id) == [progress]


async def test_a_message_to_a_ticket_type_reaches_who_has_one_that_is_valid(deps: Deps, conninfo: str) -> None:
    event, type_id = await new_offer(deps, conninfo)
    other = await add_ticket_type(conninfo, event.id, 0)
    await book_for(deps, event.id, type_id, ANN)
    await book_for(deps, event.id, other, BOB)
    draft = MessageDraft("Doors", "Late.", other, 60_000)
    await write_all(deps, event.id, await send(deps, event.id, draft))
    assert [one.mail.to_email for one in await logged(deps)] == [BOB.email]
    with pytest.raises(TicketTypeNotFound):
        await send(deps, event.id, MessageDraft("Doors", "Late.", NOBODY, 1))
    with pytest.raises(MailNotFound):
        await mailing.progress(deps, event.id, NOBODY)


async def test_a_message_that_reaches_nobody_has_no_sample(
    deps: Deps, conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailing, "PAGE", 1)
    event, type_id = await new_offer(deps, conninfo)
    await book_for(deps, event.id, type_id, None)
    await book_for(deps, event.id, type_id, None)
    audience, sample = await mailing.rehearse(deps, event.id, HURRIED)
    assert (audience.addresses, audience.without_address, sample) == (0, 2, None)


async def test_a_message_is_sent_at_its_rate(deps: Deps, conninfo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailing, "PAGE", 2)
    event, type_id = await new_offer(deps, conninfo)
    for n in range(3):
        await book_for(deps, event.id, type_id, Buyer(f"Buyer {n}", f"b{n}@example.org"))
    await send(deps, event.id, MessageDraft("Doors", "Late.", None, 60))
    assert await mailing.write_due(deps) == 2
    first, second = await logged(deps)
    assert first.next_try_at is not None
    assert second.next_try_at == first.next_try_at + timedelta(seconds=1)
    assert await rows(conninfo, "SELECT FROM mailings WHERE next_page_at > now() + interval '1 second'")
    assert await mailing.write_due(deps) == 0


async def test_of_two_who_write_a_message_each_takes_other_pages(
    deps: Deps, conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailing, "PAGE", 2)
    event, type_id = await new_offer(deps, conninfo)
    for n in range(12):
        await book_for(deps, event.id, type_id, Buyer(f"Buyer {n}", f"b{n}@example.org"))
    message_id = await send(deps, event.id)
    async with running_deps(conninfo) as other:
        await asyncio.gather(*(write_all(one, event.id, message_id) for one in (deps, other)))
    assert [one.mail.to_email for one in await logged(deps)] == [f"b{n}@example.org" for n in range(12)]


async def test_who_ends_in_the_middle_of_a_page_has_written_none_of_it(deps: Deps, conninfo: str) -> None:
    event, type_id = await new_offer(deps, conninfo)
    await book_for(deps, event.id, type_id)
    await send(deps, event.id)
    with suppress(ZeroDivisionError):
        async with deps.database.write() as conn:
            taken = await store.take(conn, deps.clock())
            assert taken is not None
            assert await mailing._write_page(deps, conn, taken, deps.clock()) == 1
            raise ZeroDivisionError
    assert await logged(deps) == []
    assert await mailing.write_due(deps) == 1


async def test_buyers_are_reminded_once_for_each_date(deps: Deps, conninfo: str) -> None:
    soon, late = await new_event(deps, days=1), await new_event(deps, days=3)
    for event in (soon, late):
        await book_for(deps, event.id, await add_ticket_type(conninfo, event.id, 0))
    assert await mailing.remind(deps) == 0, "nobody has asked for it"
    async with deps.database.write() as conn:
        for settings in (MailSettings("en"), MailSettings("de", None, 30)):
            await mail_settings.change(conn, ORGANIZER, settings)
    assert [await mailing.remind(deps) for _ in range(2)] == [1, 0]
    assert await mailing.write_due(deps) == 1
    (one,) = await logged(deps)
    assert (one.mail.kind, one.mail.event_id, one.mail.language) == ("reminder", soon.id, "de")
    assert one.mail.token is not None
    await change_event(conninfo, soon.id, starts_at=soon.starts_at + timedelta(hours=2))
    assert await mailing.remind(deps) == 1
    await change_event(conninfo, late.id, state="cancelled", starts_at=soon.starts_at)
    assert await mailing.remind(deps) == 0


async def test_all_buyers_are_told_of_another_date_and_of_nothing_smaller(deps: Deps, conninfo: str) -> None:
    event, type_id = await new_offer(deps, conninfo)
    dear = await add_ticket_type(conninfo, event.id, 2_500)
    await book_for(deps, event.id, type_id, ANN)
    await book_for(deps, event.id, type_id, ANN)
    await book_for(deps, event.id, dear, BOB)
    await write_notice(deps, event.id, "event.changed", None, {"fields": ["description", "name"]})
    await write_notice(deps, event.id, "event.changed", None, {"fields": ["date", "description"]})
    await write_notice(deps, event.id, "event.cancelled")
    await read_all(deps)
    before = len(await logged(deps))
    assert await mailing.write_due(deps) == 3
    mails = [one.mail for one in (await logged(deps))[before:]]
    assert [(one.kind, one.to_email, one.token) for one in mails] == [
        ("event_changed", ANN.email, None),
        ("event_changed", ANN.email, None),
        ("event_changed", BOB.email, None),
    ]
    await change(conninfo, "UPDATE mailings SET done_at = NULL, looked_to = 0, next_page_at = now()")
    await mailing.write_due(deps)
    assert len(await logged(deps)) == before + 3, "nobody is told twice"
