"""Telling webhooks what happened: each change once, in order, again after a failure, and never to who is gone."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fullhouse.actions import webhook, webhook_delivery
from fullhouse.actions.deps import Deps
from fullhouse.outside.hooks import Hooks
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import Booked
from fullhouse.rules.webhook import Webhook
from fullhouse.store import organizer
from tests import receiver as receivers
from tests.cast import basket, book, new_event
from tests.engine.stage import rows
from tests.hooking import (
    booked,
    cancel,
    deliveries,
    hooking_deps,
    later,
    new_webhook,
    place_of,
    read,
    tell,
)
from tests.offers import add_ticket_type, change
from tests.receiver import Got, Receiver
from tests.store.rows import new_id


async def test_a_booking_is_told_whole_with_a_signature_that_is_good(
    deps: Deps, hook: Webhook, receiver: Receiver, conninfo: str
) -> None:
    event = await new_event(deps)
    type_id = await add_ticket_type(conninfo, event.id, 2_500)
    outcome = await deps.engine.submit(basket(event.id, (type_id, 2)))
    assert isinstance(outcome, Booked)
    await tell(deps)
    (got,) = receiver.got
    said = got.verified(hook.secret.current)
    assert (said["type"], said["id"], said["details"]) == ("booking.held", got.id, None)
    assert said["data"]["id"] == outcome.booking.id
    assert said["data"]["price"]["total"]["gross_minor"] == 5_000
    assert abs(datetime.fromisoformat(said["timestamp"]) - datetime.now(UTC)) < timedelta(minutes=1)
    (delivery,) = await deliveries(deps, hook)
    assert (delivery.state, delivery.attempts, delivery.sequence) == ("delivered", 1, said["sequence"])
    _, (answer,) = await webhook.delivery(deps, place_of(hook), delivery.id)
    assert (answer.status, answer.error, answer.url) == (200, None, hook.url)
    assert answer.request_headers["webhook-signature"] == got.headers["webhook-signature"]


async def test_an_event_is_told_whole_and_what_changed_of_it(deps: Deps, receiver: Receiver) -> None:
    await new_webhook(deps, receiver.url(), "event.created")
    event = await new_event(deps)
    await tell(deps)
    (got,) = receiver.got
    assert got.said["type"] == "event.created"
    assert (got.said["data"]["id"], got.said["data"]["state"]) == (event.id, "published")


async def test_each_change_is_told_once_with_its_own_number(deps: Deps, hook: Webhook, receiver: Receiver) -> None:
    event = await new_event(deps)
    await asyncio.gather(*(book(deps, event.id) for _ in range(30)))
    await tell(deps)
    await tell(deps)
    assert len(receiver.got) == len({got.said["data"]["id"] for got in receiver.got}) == 30
    assert len({got.said["sequence"] for got in receiver.got}) == 30
    assert {one.state for one in await deliveries(deps, hook)} == {"delivered"}


async def test_only_who_wants_it_and_is_on_and_of_the_organizer_is_told(
    deps: Deps, receiver: Receiver, conninfo: str
) -> None:
    rival = new_id()
    await change(conninfo, "INSERT INTO organizers (id, name, created_at) VALUES (%s, 'Rival', now())", rival)
    for url, types, whose in (
        ("/all", (), organizer.DEFAULT_ID),
        ("/cancelled", ("booking.cancelled",), organizer.DEFAULT_ID),
        ("/rival", (), rival),
    ):
        await new_webhook(deps, receiver.url(url), *types, organizer_id=whose)
    off = await new_webhook(deps, receiver.url("/off"))
    await webhook.change(deps, place_of(off), {"state": "off"}, None, lambda _: Answered(200, {}))
    event = await new_event(deps)
    await cancel(deps, event.id, await booked(deps, event.id))
    await tell(deps)
    assert sorted((got.target, got.said["type"]) for got in receiver.got) == [
        ("/all", "booking.cancelled"),
        ("/all", "booking.confirmed"),
        ("/all", "event.created"),
        ("/all", "event.published"),
        ("/cancelled", "booking.cancelled"),
    ]


async def test_what_is_about_one_booking_waits_for_what_was_before_and_others_do_not(
    deps: Deps, hook: Webhook, receiver: Receiver, conninfo: str
) -> None:
    event = await new_event(deps)
    first = await booked(deps, event.id)

    async def fail_for_first(got: Got, writer: asyncio.StreamWriter) -> None:
        await receivers.status(500 if got.said["data"]["id"] == first else 200)(got, writer)

    receiver.answering = fail_for_first
    await tell(deps)
    await cancel(deps, event.id, first)
    second = await booked(deps, event.id)
    await cancel(deps, event.id, second)
    await tell(deps)
    told = [(got.said["data"]["id"], got.said["type"]) for got in receiver.got]
    assert told == [(first, "booking.confirmed"), (second, "booking.confirmed"), (second, "booking.cancelled")]
    waiting = [one for one in await deliveries(deps, hook) if one.state == "waiting"]
    assert [one.type for one in waiting] == ["booking.confirmed", "booking.cancelled"]
    # The one behind is not even looked at before the one in front is due.
    assert waiting[1].next_try_at >= waiting[0].next_try_at
    receiver.answering = receivers.status(200)
    await tell(later(deps, timedelta(minutes=1)))
    told = [(got.said["data"]["id"], got.said["type"]) for got in receiver.got]
    assert told[3:] == [(first, "booking.confirmed"), (first, "booking.cancelled")]


async def test_what_is_gone_by_then_is_told_without_its_object(
    deps: Deps, hook: Webhook, receiver: Receiver, conninfo: str
) -> None:
    event = await new_event(deps)
    await booked(deps, event.id)
    await read(deps)
    await change(conninfo, "DELETE FROM bookings")
    await webhook_delivery.deliver(deps)
    assert receiver.got[0].said["data"] is None


async def test_two_readers_at_once_tell_each_change_once(deps: Deps, hook: Webhook, receiver: Receiver) -> None:
    event = await new_event(deps)
    for _ in range(5):
        await asyncio.gather(*(book(deps, event.id) for _ in range(10)))
        await asyncio.gather(read(deps), read(deps), read(deps))
    await asyncio.gather(webhook_delivery.deliver(deps), webhook_delivery.deliver(deps))
    await tell(deps)
    assert len(receiver.got) == len({got.id for got in receiver.got}) == 50


async def test_a_webhook_that_is_deleted_while_it_is_told_troubles_nobody(
    deps: Deps, hook: Webhook, receiver: Receiver, conninfo: str
) -> None:
    async def delete(got: Got, writer: asyncio.StreamWriter) -> None:
        await webhook.delete(deps, place_of(hook), None)
        await receivers.status(200)(got, writer)

    receiver.answering = delete
    event = await new_event(deps)
    await booked(deps, event.id)
    await tell(deps)
    assert await rows(conninfo, "SELECT FROM webhook_deliveries") == []
    assert await rows(conninfo, "SELECT FROM delivery_attempts") == []


async def test_old_deliveries_are_forgotten_with_their_answers(
    deps: Deps, hook: Webhook, receiver: Receiver, conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_delivery, "FORGET_AT_ONCE", 2)
    event = await new_event(deps)
    for _ in range(5):
        await booked(deps, event.id)
    await tell(deps)
    await webhook_delivery.forget_old(deps)
    assert len(await deliveries(deps, hook)) == 5
    await webhook_delivery.forget_old(later(deps, timedelta(days=31)))
    assert await rows(conninfo, "SELECT FROM webhook_deliveries") == []
    assert await rows(conninfo, "SELECT FROM delivery_attempts") == []


async def test_a_replay_says_the_same_once_more(deps: Deps, hook: Webhook, receiver: Receiver) -> None:
    event = await new_event(deps)
    await booked(deps, event.id)
    await tell(deps)
    (delivery,) = await deliveries(deps, hook)
    await webhook.replay(deps, place_of(hook), delivery.id, None, lambda _: Answered(202, {}))
    receiver.answering = receivers.status(500)
    await tell(deps)
    first, second = receiver.got
    assert (first.id, first.body) == (second.id, second.body)
    (delivery,) = await deliveries(deps, hook)
    # It begins anew: a replay that fails is tried again soon.
    assert (delivery.state, delivery.attempts, delivery.attempts_before) == ("waiting", 2, 1)
    assert delivery.next_try_at < datetime.now(UTC) + timedelta(seconds=10)


async def test_a_test_arrives_without_a_number(deps: Deps, hook: Webhook, receiver: Receiver) -> None:
    await webhook.send_test(deps, place_of(hook), None, lambda _: Answered(202, {}))
    await tell(deps)
    said = receiver.got[0].verified(hook.secret.current)
    assert (said["type"], said["sequence"], said["data"]) == ("webhook.test", None, None)


async def test_an_inner_address_is_not_told_anything_where_that_is_not_allowed(
    deps: Deps, hook: Webhook, receiver: Receiver, conninfo: str
) -> None:
    async with hooking_deps(conninfo) as other:
        strict = replace(deps, hooks=replace_guard(other))
        event = await new_event(deps)
        await booked(deps, event.id)
        await tell(strict)
    assert receiver.connections == 0
    (delivery,) = await deliveries(deps, hook)
    _, (answer,) = await webhook.delivery(deps, place_of(hook), delivery.id)
    assert answer.error is not None


def replace_guard(other: Deps) -> Hooks:
    """Requests as an operator allows them who allows nothing."""
    other.hooks.guard = other.hooks.guard._replace(private_allowed=False)
    return other.hooks
