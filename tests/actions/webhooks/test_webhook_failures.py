"""Webhooks that fail, hang, or are gone; and processes that do: what is told again, and what is switched off."""

import asyncio
from datetime import UTC, datetime, timedelta

import psycopg

from fullhouse.actions import webhook, webhook_delivery
from fullhouse.actions.deps import Deps
from fullhouse.rules.answer import Answered
from fullhouse.rules.webhook import Webhook
from fullhouse.store import organizer
from tests import receiver as receivers
from tests.cast import book, new_event
from tests.engine.stage import rows
from tests.hooking import (
    as_it_is,
    booked,
    cancel,
    deliveries,
    hooking_deps,
    later,
    let_be_due,
    new_webhook,
    place_of,
    read,
    tell,
)
from tests.offers import change
from tests.receiver import Got, Receiver, receiving
from tests.store.rows import new_id


async def add_owner(conninfo: str, name: str, email: str, language: str = "en", role: str = "owner") -> None:
    """A person who works for the organizer."""
    person_id = new_id()
    await change(
        conninfo,
        "INSERT INTO persons (id, email, email_key, name, language, created_at) VALUES (%s, %s, %s, %s, %s, now())",
        *(person_id, email, email, name, language),
    )
    await change(conninfo, "INSERT INTO members VALUES (%s, %s, %s, now())", organizer.DEFAULT_ID, person_id, role)


async def test_a_failure_is_tried_again_with_the_same_id_and_body_and_a_new_signature(
    deps: Deps, hook: Webhook, receiver: Receiver, conninfo: str
) -> None:
    receiver.answering = receivers.status(500, body="broken")
    event = await new_event(deps)
    booking_id = await booked(deps, event.id)
    await tell(deps)
    await tell(deps)
    (first,) = receiver.got
    (delivery,) = await deliveries(deps, hook)
    assert (delivery.state, delivery.attempts) == ("waiting", 1)
    assert timedelta(seconds=3) < delivery.next_try_at - datetime.now(UTC) < timedelta(seconds=6)
    assert (await as_it_is(deps, hook)).failing_since is not None
    # What is told stays as it was first told, whatever the booking has become.
    await change(conninfo, "UPDATE bookings SET places = 9 WHERE id = %s", booking_id)
    receiver.answering = receivers.status(200)
    await tell(later(deps, timedelta(seconds=10)))
    assert len(receiver.got) == 2
    second = receiver.got[1]
    assert (second.id, second.body) == (first.id, first.body)
    assert second.headers["webhook-timestamp"] > first.headers["webhook-timestamp"]
    assert second.headers["webhook-signature"] != first.headers["webhook-signature"]
    (delivery,) = await deliveries(deps, hook)
    assert (delivery.state, delivery.attempts) == ("delivered", 2)
    assert (await as_it_is(deps, hook)).failing_since is None
    _, answers = await webhook.delivery(deps, place_of(hook), delivery.id)
    assert [(one.status, one.body) for one in answers] == [(500, "broken"), (200, "")]


async def test_what_waits_behind_a_failure_is_put_off_with_it(
    deps: Deps, hook: Webhook, receiver: Receiver, conninfo: str
) -> None:
    receiver.answering = receivers.status(500)
    event = await new_event(deps)
    await cancel(deps, event.id, await booked(deps, event.id))
    await tell(deps)
    assert len(receiver.got) == 1
    first, second = await deliveries(deps, hook)
    assert (first.attempts, second.attempts) == (1, 0)
    assert first.next_try_at == second.next_try_at > datetime.now(UTC) + timedelta(seconds=3)


async def test_after_three_days_a_delivery_is_given_up_and_the_one_behind_it_goes_on(
    deps: Deps, hook: Webhook, receiver: Receiver, conninfo: str
) -> None:
    receiver.answering = receivers.status(500)
    event = await new_event(deps)
    await cancel(deps, event.id, await booked(deps, event.id))
    await tell(deps)
    for _ in range(9):
        await let_be_due(conninfo)
        await change(conninfo, "UPDATE webhooks SET failing_since = now()")
        if len(receiver.got) == 9:
            receiver.answering = receivers.status(500)
        await webhook_delivery.deliver(deps)
    first, second = await deliveries(deps, hook)
    assert (first.state, first.attempts) == ("given_up", 10)
    assert first.done_at is not None
    receiver.answering = receivers.status(200)
    await let_be_due(conninfo)
    await webhook_delivery.deliver(deps)
    assert [one.state for one in await deliveries(deps, hook)] == ["given_up", "delivered"]
    assert receiver.got[-1].said["type"] == "booking.cancelled"
    assert second.type == "booking.cancelled"


async def test_after_three_days_of_nothing_but_failures_it_is_switched_off_and_the_owners_get_mail(
    deps: Deps, hook: Webhook, receiver: Receiver, conninfo: str
) -> None:
    await add_owner(conninfo, "Olga", "olga@example.org", "de")
    await add_owner(conninfo, "Otto", "otto@example.org")
    await add_owner(conninfo, "Mia", "mia@example.org", role="manager")
    receiver.answering = receivers.status(500)
    event = await new_event(deps)
    await booked(deps, event.id)
    await tell(deps)
    await tell(later(deps, timedelta(days=2, hours=23)))
    assert (await as_it_is(deps, hook)).state == "on"
    await tell(later(deps, timedelta(days=3, hours=1)))
    assert (await as_it_is(deps, hook)).state == "switched_off"
    mails = await rows(conninfo, "SELECT to_name, to_email, language, kind, context ->> 'url' FROM mails ORDER BY 1")
    assert mails == [
        ("Olga", "olga@example.org", "de", "webhook_switched_off", hook.url),
        ("Otto", "otto@example.org", "en", "webhook_switched_off", hook.url),
    ]
    # Nothing more is sent, and what happens is not kept for it.
    tried = len(receiver.got)
    await booked(deps, event.id)
    await tell(later(deps, timedelta(days=9)))
    assert (len(receiver.got), len(await deliveries(deps, hook))) == (tried, 1)
    # Switched on again, it is told what was left.
    receiver.answering = receivers.status(200)
    await webhook.change(deps, place_of(hook), {"state": "on"}, None, lambda _: Answered(200, {}))
    await tell(later(deps, timedelta(days=9)))
    assert {one.state for one in await deliveries(deps, hook)} == {"delivered"}


async def test_a_success_in_between_begins_the_three_days_anew(
    deps: Deps, hook: Webhook, receiver: Receiver, conninfo: str
) -> None:
    event = await new_event(deps)
    for status, days in ((500, 0), (200, 2), (500, 3)):
        receiver.answering = receivers.status(status)
        await booked(deps, event.id)
        await tell(later(deps, timedelta(days=days)))
    await tell(later(deps, timedelta(days=4)))
    assert (await as_it_is(deps, hook)).state == "on"


async def test_who_answers_gone_is_switched_off_at_once(
    deps: Deps, hook: Webhook, receiver: Receiver, conninfo: str
) -> None:
    await add_owner(conninfo, "Olga", "olga@example.org")
    receiver.answering = receivers.status(410)
    event = await new_event(deps)
    await booked(deps, event.id)
    await tell(deps)
    await booked(deps, event.id)
    await tell(later(deps, timedelta(days=1)))
    assert len(receiver.got) == 1
    assert (await as_it_is(deps, hook)).state == "switched_off"
    assert [one.state for one in await deliveries(deps, hook)] == ["given_up"]
    assert await rows(conninfo, "SELECT count(*) FROM mails") == [(1,)]


async def test_two_processes_that_see_it_gone_switch_it_off_once(
    deps: Deps, hook: Webhook, receiver: Receiver, conninfo: str
) -> None:
    await add_owner(conninfo, "Olga", "olga@example.org")

    async def gone(got: Got, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.3)
        await receivers.status(410)(got, writer)

    receiver.answering = gone
    event = await new_event(deps)
    await asyncio.gather(*(book(deps, event.id) for _ in range(40)))
    await read(deps)
    await asyncio.gather(webhook_delivery.deliver(deps), webhook_delivery.deliver(deps))
    assert await rows(conninfo, "SELECT count(*) FROM mails") == [(1,)]


async def test_a_receiver_that_hangs_delays_nobody_else(receiver: Receiver, conninfo: str) -> None:
    async with hooking_deps(conninfo, webhook_seconds_max=8) as deps, receiving() as hanging:
        hanging.answering = receivers.hang
        bad = [await new_webhook(deps, hanging.url(f"/{n}"), "booking.confirmed") for n in range(4)]
        await new_webhook(deps, receiver.url(), "booking.confirmed")
        event = await new_event(deps)
        await asyncio.gather(*(book(deps, event.id) for _ in range(100)))
        await read(deps)
        delivering = asyncio.create_task(webhook_delivery.deliver(deps))
        await receiver.until(100)
        # All of that came through while those that hang were still waited for.
        at_first = webhook_delivery.UNDER_WAY_EACH * len(bad)
        assert len(hanging.got) == at_first
        # From then on they are known to fail, and are asked one at a time.
        await hanging.until(at_first + 1)
        await asyncio.sleep(0.5)
        assert len(hanging.got) <= at_first + webhook_delivery.UNDER_WAY_FAILING * len(bad)
        delivering.cancel()
        await asyncio.gather(delivering, return_exceptions=True)


async def test_who_is_stopped_in_the_middle_leaves_what_it_sent_to_the_next(
    deps: Deps, hook: Webhook, receiver: Receiver, conninfo: str
) -> None:
    receiver.answering = receivers.hang
    event = await new_event(deps)
    await booked(deps, event.id)
    await read(deps)
    delivering = asyncio.create_task(webhook_delivery.deliver(deps))
    (first,) = await receiver.until(1)
    delivering.cancel()
    await asyncio.gather(delivering, return_exceptions=True)
    receiver.answering = receivers.status(200)
    await tell(deps)
    assert len(receiver.got) == 1
    await tell(later(deps, timedelta(minutes=2)))
    assert [(got.id, got.body) for got in receiver.got] == [(first.id, first.body)] * 2


async def test_a_lost_database_loses_no_answer(deps: Deps, hook: Webhook, receiver: Receiver, conninfo: str) -> None:
    event = await new_event(deps)
    await booked(deps, event.id)
    await read(deps)
    lost = 0

    async def lose_connections(got: Got, writer: asyncio.StreamWriter) -> None:
        nonlocal lost
        found = await rows(
            conninfo,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name = 'fullhouse' AND pid <> pg_backend_pid()",
        )
        lost += len(found)
        await receivers.status(200)(got, writer)

    receiver.answering = lose_connections
    await webhook_delivery.deliver(deps)
    assert lost
    assert len(receiver.got) == 1
    assert [one.state for one in await deliveries(deps, hook)] == ["delivered"]


async def test_an_answer_that_can_not_be_written_is_kept(
    deps: Deps, hook: Webhook, receiver: Receiver, conninfo: str
) -> None:
    event = await new_event(deps)
    await booked(deps, event.id)
    await read(deps)
    async with await psycopg.AsyncConnection.connect(conninfo) as locker:

        async def lock_webhook(got: Got, writer: asyncio.StreamWriter) -> None:
            # Its row is locked for longer than the process waits for a lock.
            await locker.execute("UPDATE webhooks SET failing_since = now()")
            await receivers.status(500)(got, writer)

        receiver.answering = lock_webhook
        delivering = asyncio.create_task(webhook_delivery.deliver(deps))
        await receiver.until(1)
        await asyncio.sleep(5.5)
        assert not delivering.done()
        await locker.rollback()
        await delivering
    (delivery,) = await deliveries(deps, hook)
    assert (delivery.state, delivery.attempts) == ("waiting", 1)
    assert delivery.next_try_at < datetime.now(UTC) + timedelta(seconds=10)


async def test_a_defect_with_one_delivery_ends_no_other(
    deps: Deps, hook: Webhook, receiver: Receiver, conninfo: str
) -> None:
    other = await new_webhook(deps, receiver.url("/other"), "booking.confirmed")
    await change(conninfo, "UPDATE webhooks SET secret = 'whsec_' WHERE id = %s", other.id)
    event = await new_event(deps)
    await booked(deps, event.id)
    await tell(deps)
    assert [one.state for one in await deliveries(deps, hook)] == ["delivered"]
    (delivery,) = await deliveries(deps, other)
    _, (answer,) = await webhook.delivery(deps, place_of(other), delivery.id)
    assert (delivery.state, answer.error) == ("waiting", "something is broken on our side")
