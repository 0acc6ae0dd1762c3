"""Webhooks as their organizer manages them: made, shown, changed, deleted, given another secret, tested, replayed."""

import os
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from fullhouse.actions.answer import once
from fullhouse.actions.deps import Deps
from fullhouse.actions.ids import new_id
from fullhouse.rules import webhook as rules
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import IdempotencyKey
from fullhouse.rules.people_refusals import OrganizerNotFound
from fullhouse.rules.webhook import Answer, Delivery, DeliveryState, Secret, Webhook
from fullhouse.rules.webhook_address import target_of
from fullhouse.store import webhook as store
from fullhouse.store import webhook_delivery
from fullhouse.store.db import ReadConn, WriteConn


class Place(NamedTuple):
    """Which webhook of which organizer."""

    organizer_id: str
    webhook_id: str


async def create(
    deps: Deps,
    organizer_id: str,
    given: Mapping[str, Any],
    key: IdempotencyKey | None,
    told: Callable[[Webhook], Answered],
) -> Answered:
    """Make a webhook with a new secret; `given` has its url, types, description and state.

    Raises ValidationFailed, OrganizerNotFound, LimitReached, IdempotencyKeyReused, Busy and OutcomeUnknown.
    """
    target_of(given["url"], deps.hooks.guard)

    async def work(conn: WriteConn, now: datetime) -> Answered:
        if not await store.lock_organizer(conn, organizer_id):
            raise organizer_not_found()
        rules.require_room(len(await store.of_organizer(conn, organizer_id)))
        made = Webhook(
            id=new_id(now),
            organizer_id=organizer_id,
            secret=Secret(new_secret()),
            failing_since=None,
            created_at=now,
            **given,
        )
        await store.insert(conn, made)
        return told(made)

    return await once(deps, key, work)


async def change(
    deps: Deps,
    place: Place,
    given: Mapping[str, Any],
    key: IdempotencyKey | None,
    told: Callable[[Webhook], Answered],
) -> Answered:
    """Change what is given of a webhook. What waits for it is sent to where it then leads.

    Raises ValidationFailed, WebhookNotFound, IdempotencyKeyReused, Busy and OutcomeUnknown.
    """
    if "url" in given:
        target_of(given["url"], deps.hooks.guard)

    async def work(conn: WriteConn, _: datetime) -> Answered:
        after = rules.changed(rules.require_found(await store.lock(conn, *place)), given)
        await store.update(conn, after)
        return told(after)

    return await once(deps, key, work)


async def rotate(
    deps: Deps, place: Place, overlap: timedelta, key: IdempotencyKey | None, told: Callable[[Webhook], Answered]
) -> Answered:
    """Give a webhook a new secret; until the overlap ends, the one before it signs too.

    Raises WebhookNotFound, IdempotencyKeyReused, Busy and OutcomeUnknown.
    """

    async def work(conn: WriteConn, now: datetime) -> Answered:
        before = rules.require_found(await store.lock(conn, *place))
        after = before._replace(secret=rules.rotated(before.secret, new_secret(), now, overlap))
        await store.update(conn, after)
        return told(after)

    return await once(deps, key, work)


async def delete(deps: Deps, place: Place, key: IdempotencyKey | None) -> Answered:
    """Delete a webhook with its log. Raises WebhookNotFound, IdempotencyKeyReused, Busy and OutcomeUnknown."""

    async def work(conn: WriteConn, _: datetime) -> Answered:
        rules.require_found(await store.find(conn, *place))
        await store.delete(conn, place.webhook_id)
        return Answered(204, None)

    return await once(deps, key, work)


async def send_test(
    deps: Deps, place: Place, key: IdempotencyKey | None, told: Callable[[Delivery], Answered]
) -> Answered:
    """Let something be delivered that says nothing, to see whether it arrives.

    Raises WebhookNotFound, WebhookOff, IdempotencyKeyReused, Busy and OutcomeUnknown.
    """

    async def work(conn: WriteConn, now: datetime) -> Answered:
        rules.require_on(rules.require_found(await store.lock(conn, *place)))
        made = rules.trial_of(place.webhook_id, new_id(now), now)
        await webhook_delivery.add(conn, [made])
        return told(made)

    return await once(deps, key, work)


async def replay(
    deps: Deps, place: Place, delivery_id: str, key: IdempotencyKey | None, told: Callable[[Delivery], Answered]
) -> Answered:
    """Deliver once more what was delivered or given up, with the same id and body, or at once what waits.

    Raises WebhookNotFound, DeliveryNotFound, WebhookOff, IdempotencyKeyReused, Busy and OutcomeUnknown.
    """

    async def work(conn: WriteConn, now: datetime) -> Answered:
        # Locked before its deliveries, as the job does it too.
        webhook = rules.require_found(await store.lock(conn, *place))
        found = await webhook_delivery.replay(conn, place.webhook_id, delivery_id, now)
        if found is None:
            raise rules.delivery_not_found()
        rules.require_on(webhook)
        return told(found)

    return await once(deps, key, work)


async def of_organizer(deps: Deps, organizer_id: str) -> list[Webhook]:
    """The webhooks of an organizer. Raises OrganizerNotFound and Busy."""
    async with deps.reading() as conn:
        if not await store.organizer_exists(conn, organizer_id):
            raise organizer_not_found()
        return await store.of_organizer(conn, organizer_id)


async def find(deps: Deps, place: Place) -> Webhook:
    """A webhook. Raises WebhookNotFound and Busy."""
    async with deps.reading() as conn:
        return rules.require_found(await store.find(conn, *place))


async def deliveries(
    deps: Deps, place: Place, state: DeliveryState | None, before: str | None, limit: int
) -> list[Delivery]:
    """A page of what was delivered, the newest first. Raises WebhookNotFound and Busy."""
    async with deps.reading() as conn:
        rules.require_found(await store.find(conn, *place))
        return await webhook_delivery.page(conn, place.webhook_id, state, before, limit)


async def delivery(deps: Deps, place: Place, delivery_id: str) -> tuple[Delivery, list[Answer]]:
    """A delivery, and what was answered to each attempt. Raises WebhookNotFound, DeliveryNotFound and Busy."""
    async with deps.reading() as conn:
        rules.require_found(await store.find(conn, *place))
        return await _delivery(conn, place.webhook_id, delivery_id)


async def _delivery(conn: ReadConn, webhook_id: str, delivery_id: str) -> tuple[Delivery, list[Answer]]:
    found = await webhook_delivery.find(conn, webhook_id, delivery_id)
    if found is None:
        raise rules.delivery_not_found()
    return found, await webhook_delivery.attempts(conn, webhook_id, delivery_id)


def new_secret() -> str:
    """A secret that nobody had before."""
    return rules.secret_of(os.urandom(rules.SECRET_BYTES))


def organizer_not_found() -> OrganizerNotFound:
    """The refusal for an organizer that there is not."""
    return OrganizerNotFound("There is no such organizer.")
