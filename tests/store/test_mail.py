"""Mails in the database: filters and pages of the log, settings, wordings, and what is told of bookings."""

from datetime import timedelta

import pytest

from fullhouse.rules.mail import Mail, MailOutcome, MailSettings
from fullhouse.rules.organizer import Organizer
from fullhouse.rules.wording import Wording
from fullhouse.store import mail, mail_settings, mail_subject, mailing, organizer
from fullhouse.store.db import Database
from fullhouse.store.organizer import DEFAULT_ID
from tests.store.rows import NOW, OnSale, new_id, put_on_sale

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
async def no_mails(database: Database) -> None:
    async with database.write() as conn:
        await conn.execute("DELETE FROM mails")


@pytest.fixture
async def event(database: Database) -> OnSale:
    return await put_on_sale(database)


def new_mail(**changes: object) -> Mail:
    return Mail(new_id(), "message", "en", "Ann", "ann@example.org", {"a": 1})._replace(**changes)  # type: ignore[arg-type] # fields by name


async def test_a_mail_is_read_as_it_was_written(database: Database, event: OnSale) -> None:
    one = new_mail(
        organizer_id=DEFAULT_ID,
        event_id=event.id,
        booking_number=1,
        mailing_id=new_id(),
        mailing_key="x",
        token=new_id(),
    )
    async with database.write() as conn:
        await mail.add(conn, [one], "example.org", NOW)
        found = await mail.find(conn, one.id)
        assert found is not None
        assert found.mail == one
        assert (found.message_id, found.state, found.next_try_at) == (f"<{one.id}@example.org>", "waiting", NOW)
        assert await mail.of_token(conn, one.token or "") == found
        assert await mail.find(conn, new_id()) is None
        assert await mail.of_token(conn, new_id()) is None


async def test_nobody_gets_a_mailing_twice(database: Database) -> None:
    first = new_mail(mailing_id=new_id(), mailing_key="ann")
    async with database.write() as conn:
        await mail.add(
            conn, [first, first._replace(id=new_id()), first._replace(id=new_id(), mailing_key="bob")], "x", NOW
        )
        found = await mail.page(conn, None, (None, None, None), None, 10)
    assert [one.mail.mailing_key for one in found] == ["bob", "ann"]


async def test_what_let_somebody_in_is_forgotten_when_it_is_sent_and_not_before(database: Database) -> None:
    secret, other, failed = new_mail(kind="password_reset"), new_mail(), new_mail(kind="invitation")
    async with database.write() as conn:
        await mail.add(conn, [secret, other, failed], "x", NOW)
        assert len(await mail.claim(conn, NOW, NOW + MINUTE, 10)) == 3
        outcomes = [
            MailOutcome(secret.id, "sent"),
            MailOutcome(other.id, "sent"),
            MailOutcome(failed.id, "waiting", NOW + MINUTE, "down", attempts_back=1),
        ]
        await mail.settle(conn, outcomes, NOW)
        found = {one.mail.id: one for one in await mail.page(conn, None, (None, None, None), None, 10)}
    assert [found[one.id].mail.context for one in (secret, other, failed)] == [{}, {"a": 1}, {"a": 1}]
    assert (found[other.id].sent_at, found[other.id].next_try_at, found[other.id].attempts) == (NOW, None, 1)
    assert (found[failed.id].sent_at, found[failed.id].error, found[failed.id].attempts) == (None, "down", 0)


async def test_what_is_not_due_is_neither_claimed_nor_kept(database: Database) -> None:
    now, later = new_mail(), new_mail()
    async with database.write() as conn:
        await mail.add(conn, [now, later], "x", NOW, [NOW, NOW + MINUTE])
        assert await mail.keep_due(conn, NOW) == 1
        assert await mail.claim(conn, NOW, NOW, 10) == []
        assert [one.mail.id for one in await mail.claim(conn, NOW + MINUTE, NOW, 10)] == [later.id]


async def test_settings_and_wordings_are_those_of_an_organizer(database: Database, event: OnSale) -> None:
    wording = Wording(DEFAULT_ID, "reminder", "de", None, "Bald!")
    async with database.write() as conn:
        for settings in (MailSettings("en", "a@b.c", 24), MailSettings("de")):
            await mail_settings.change(conn, DEFAULT_ID, settings)
            assert await mail_settings.find(conn, [DEFAULT_ID, new_id()]) == {DEFAULT_ID: settings}
        for text in ("Soon!", "Bald!"):
            await mail_settings.word(conn, wording._replace(opening=text), NOW)
        assert await mail_settings.wordings(conn, [DEFAULT_ID]) == {(DEFAULT_ID, "reminder", "de"): wording}
        await mail_settings.forget_wording(conn, DEFAULT_ID, "reminder", "de")
        assert await mail_settings.wordings(conn, [DEFAULT_ID]) == {}
        for _ in range(2):
            await mail_settings.unsubscribe(conn, DEFAULT_ID, 'a"b@c', NOW)
        asked = {(DEFAULT_ID, 'a"b@c'), (DEFAULT_ID, "x"), (new_id(), 'a"b@c')}
        assert await mail_settings.unsubscribed(conn, asked) == {(DEFAULT_ID, 'a"b@c')}
        assert await mail_subject.organizers_of(conn, [event.id]) == {event.id: DEFAULT_ID}
        assert (await mail_subject.organizer_names(conn, [DEFAULT_ID])).keys() == {DEFAULT_ID}
        assert await mailing.take(conn, NOW) is None
        assert await mailing.messages(conn, event.id) == []


async def test_mails_of_what_is_tried_out_are_kept_and_never_sent(database: Database) -> None:
    test_id = new_id()
    async with database.write() as conn:
        await organizer.create(conn, Organizer(test_id, "Trial", "en", None, DEFAULT_ID, NOW))
        tried, real = new_mail(organizer_id=test_id), new_mail(organizer_id=DEFAULT_ID)
        await mail.add(conn, [tried, real], "x", NOW)
        assert [one.mail.id for one in await mail.claim(conn, NOW + MINUTE, NOW + 2 * MINUTE, 9)] == [real.id]
        kept = await mail.find(conn, tried.id)
    assert kept is not None
    assert kept.state == "kept"
