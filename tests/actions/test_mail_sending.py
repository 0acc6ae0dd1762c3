"""Mails go out by a real mail server: in order, at least once, tried again or given up as its answers say."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from fullhouse.actions import mail_sending, wording
from fullhouse.actions.deps import Deps
from fullhouse.rules.booking import Buyer
from fullhouse.store import mail
from tests.cast import running_deps
from tests.engine.stage import rows
from tests.offers import change
from tests.post_office import PostOffice
from tests.posting import ANN, BOB, book_for, confirm, logged, new_offer, read_all


@pytest.fixture
async def deps(conninfo: str, post_office: PostOffice) -> AsyncIterator[Deps]:
    async with running_deps(conninfo, **post_office.settings) as running:
        yield running


async def confirmed(deps: Deps, conninfo: str, *buyers: Buyer) -> None:
    """Bookings of somebody, and the mails about them."""
    event, type_id = await new_offer(deps, conninfo)
    for buyer in buyers:
        await book_for(deps, event.id, type_id, buyer)
    await read_all(deps)


async def test_who_has_booked_gets_a_mail_that_leads_to_the_tickets(
    deps: Deps, conninfo: str, post_office: PostOffice
) -> None:
    event, type_id = await new_offer(deps, conninfo)
    booking = await book_for(deps, event.id, type_id)
    await read_all(deps)
    assert await mail_sending.send_due(deps) == 1
    (arrived,) = post_office.mails()
    (one,) = await logged(deps)
    assert arrived["To"] == "Ann Example <ann@example.org>"
    assert arrived["From"] == "Box office <tickets@example.org>"
    assert arrived["Message-ID"] == one.message_id == f"<{one.mail.id}@example.org>"
    assert arrived["Auto-Submitted"] == "auto-generated"
    assert "List-Unsubscribe" not in arrived
    assert arrived["Subject"] == "Your tickets for Concert"
    text, html = (arrived.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    for part in (text, html):
        assert f"http://127.0.0.1:8000/shop/bookings/{booking.id}" in part.get_content()
        assert "2 × Seat" in part.get_content()
    assert (one.state, one.attempts, one.error) == ("sent", 1, None)
    assert one.sent_at is not None
    assert await mail_sending.send_due(deps) == 0


async def test_who_has_no_address_gets_none(deps: Deps, conninfo: str, post_office: PostOffice) -> None:
    event, type_id = await new_offer(deps, conninfo)
    for buyer in (None, BOB):
        await book_for(deps, event.id, type_id, buyer)
    await read_all(deps)
    await mail_sending.send_due(deps)
    assert [one["To"] for one in post_office.mails()] == ["Bob Example <bob@example.org>"]


async def test_a_mail_of_a_booking_waits_for_the_one_before(deps: Deps, conninfo: str, post_office: PostOffice) -> None:
    event, type_id = await new_offer(deps, conninfo, 2_500)
    later = await book_for(deps, event.id, type_id, Buyer("Late", "later@example.org"))
    other = await book_for(deps, event.id, type_id)
    await read_all(deps)
    for one in (later, other):
        await confirm(deps, one)
    await read_all(deps)
    assert await mail_sending.send_due(deps) == 2
    subjects = [one["Subject"] for one in post_office.mails()]
    assert subjects == ["Your places for Concert are held", "Your tickets for Concert"]
    states = [(one.mail.kind, one.mail.to_email, one.state, one.attempts) for one in await logged(deps)]
    assert states == [
        ("booking_held", "later@example.org", "waiting", 1),
        ("booking_held", "ann@example.org", "sent", 1),
        ("booking_confirmed", "later@example.org", "waiting", 0),
        ("booking_confirmed", "ann@example.org", "sent", 1),
    ]


async def test_what_passes_is_tried_again_and_given_up_after_days(
    deps: Deps, conninfo: str, post_office: PostOffice
) -> None:
    await confirmed(deps, conninfo, Buyer("Late", "later@example.org"))
    assert await mail_sending.send_due(deps) == 0
    (one,) = await logged(deps)
    assert (one.state, one.error) == ("waiting", "451 4.3.0 not now")
    assert one.next_try_at is not None
    assert timedelta(seconds=30) < one.next_try_at - deps.clock() <= timedelta(minutes=1)
    await change(conninfo, "UPDATE mails SET next_try_at = now(), created_at = now() - interval '3 days'")
    await mail_sending.send_due(deps)
    (one,) = await logged(deps)
    assert (one.state, one.attempts, one.next_try_at) == ("failed", 2, None)


async def test_what_does_not_pass_is_given_up_at_once(deps: Deps, conninfo: str, post_office: PostOffice) -> None:
    await confirmed(deps, conninfo, Buyer("Nobody", "refused@example.org"), ANN)
    assert await mail_sending.send_due(deps) == 1
    found = [(one.state, one.error) for one in await logged(deps)]
    assert found == [("failed", "550 5.1.1 no such mailbox"), ("sent", None)]


async def test_a_server_that_is_down_costs_one_mail_a_try_and_the_others_nothing(
    conninfo: str, post_office: PostOffice
) -> None:
    async with running_deps(conninfo, **{**post_office.settings, "smtp_port": 1, "smtp_connections": 1}) as deps:
        await confirmed(deps, conninfo, ANN, BOB)
        assert await mail_sending.send_due(deps) == 0
        first, second = await logged(deps)
    assert (first.state, first.attempts, second.state, second.attempts) == ("waiting", 1, "waiting", 0)
    assert "can't be reached" in (first.error or "")
    await change(conninfo, "UPDATE mails SET next_try_at = now()")
    async with running_deps(conninfo, **post_office.settings) as deps:
        assert await mail_sending.send_due(deps) == 2


async def test_a_server_that_closes_the_line_is_called_anew(deps: Deps, conninfo: str, post_office: PostOffice) -> None:
    await confirmed(deps, conninfo, Buyer("Gone", "gone@example.org"))
    assert await mail_sending.send_due(deps) == 0
    (one,) = await logged(deps)
    assert (one.state, one.attempts) == ("waiting", 1)
    await confirmed(deps, conninfo, ANN)
    assert await mail_sending.send_due(deps) == 1


async def test_a_server_that_hangs_is_left_after_its_time(conninfo: str, post_office: PostOffice) -> None:
    async with running_deps(conninfo, **{**post_office.settings, "smtp_seconds_max": 0.3}) as deps:
        await confirmed(deps, conninfo, Buyer("Slow", "slow@example.org"))
        async with asyncio.timeout(10):
            assert await mail_sending.send_due(deps) == 0
        (one,) = await logged(deps)
    assert (one.state, one.attempts) == ("waiting", 1)


async def test_without_a_mail_server_mails_are_kept_and_shown(conninfo: str) -> None:
    async with running_deps(conninfo) as deps:
        await confirmed(deps, conninfo, ANN)
        await mail_sending.send_due(deps)
        (one,) = await logged(deps)
    assert (one.state, one.attempts, one.next_try_at) == ("kept", 0, None)


async def test_two_who_send_at_once_send_each_mail_once(deps: Deps, conninfo: str, post_office: PostOffice) -> None:
    await confirmed(deps, conninfo, *(Buyer(f"Buyer {n}", f"b{n}@example.org") for n in range(40)))
    async with running_deps(conninfo, **post_office.settings) as other:
        sent = await asyncio.gather(*(mail_sending.send_due(one) for one in (deps, other, deps)))
    assert sum(sent) == 40
    assert sorted(str(one["To"]) for one in post_office.mails()) == sorted(
        f"Buyer {n} <b{n}@example.org>" for n in range(40)
    )


async def test_what_is_leased_is_left_to_who_has_it_until_the_lease_ends(deps: Deps, conninfo: str) -> None:
    await confirmed(deps, conninfo, ANN)
    now = deps.clock()
    async with deps.database.write() as conn:
        assert len(await mail.claim(conn, now, now + timedelta(minutes=1), 10)) == 1
        assert await mail.claim(conn, now, now, 10) == []
        assert len(await mail.claim(conn, now + timedelta(minutes=1), now, 10)) == 1


async def test_a_mail_that_can_not_be_rendered_fails_alone(deps: Deps, conninfo: str, post_office: PostOffice) -> None:
    await confirmed(deps, conninfo, ANN, BOB)
    await change(conninfo, "UPDATE mails SET kind = 'refunded', context = '{\"amount_minor\": 1}' WHERE to_name ~ 'A'")
    assert await mail_sending.send_due(deps) == 1
    assert [one.state for one in await logged(deps)] == ["failed", "sent"]
    assert await rows(conninfo, "SELECT error FROM mails WHERE state = 'failed' AND error ~ 'rendered'")


async def test_who_unsubscribes_gets_nothing_that_waits_still(
    deps: Deps, conninfo: str, post_office: PostOffice
) -> None:
    await confirmed(deps, conninfo, ANN, BOB)
    await change(conninfo, "UPDATE mails SET kind = 'reminder', token = id")
    (first, _) = await logged(deps)
    await wording.unsubscribe(deps, first.mail.id)
    assert await mail_sending.send_due(deps) == 1
    assert [one.error for one in await logged(deps)] == ["the addressee has unsubscribed", None]
    assert "List-Unsubscribe-Post" in post_office.mails()[0]


async def test_nobody_is_reminded_of_what_has_begun(deps: Deps, conninfo: str, post_office: PostOffice) -> None:
    await confirmed(deps, conninfo, ANN)
    await change(conninfo, "UPDATE mails SET kind = 'reminder'")
    await change(conninfo, "UPDATE events SET starts_at = now() - interval '1 minute'")
    await mail_sending.send_due(deps)
    assert [(one.state, one.error) for one in await logged(deps)] == [("failed", "the event has begun")]
