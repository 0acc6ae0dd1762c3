"""The webhooks of an organizer: listed, added, changed, tried out; their secrets, shown once; and their deliveries."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated, TypeAlias

from fastapi import APIRouter, Query, Response

from fullhouse.actions import webhook
from fullhouse.actions.deps import Deps
from fullhouse.actions.webhook import Place
from fullhouse.rules.answer import Answered
from fullhouse.rules.refusals import Refusal
from fullhouse.rules.webhook import Delivery, DeliveryState, Webhook, delivery_not_found, webhook_not_found
from fullhouse.web.api.ids import id_of
from fullhouse.web.api.shapes import uuid_or_none
from fullhouse.web.api.webhook_shapes import delivery_fields, webhook_fields
from fullhouse.web.console.house import CURSOR_LENGTH_MAX, house_page, key_of_button
from fullhouse.web.console.webhook_forms import SecretForm, WebhookForm, form_of
from fullhouse.web.console.webhook_shown import WEBHOOKS, Wanted, listed, path_of, shown
from fullhouse.web.gate import organizer_id_of
from fullhouse.web.pages.forms import empty, filled, key_of, refused
from fullhouse.web.pages.page import moved
from fullhouse.web.pages.visitor import CurrentVisitor, Visitor

WEBHOOK = f"{WEBHOOKS}/{{webhook_id}}"
DELIVERY = f"{WEBHOOK}/deliveries/{{delivery_id}}"

Deed: TypeAlias = Callable[[], Awaitable[Answered]]


def add(router: APIRouter, deps: Deps) -> None:
    """Add the pages and their forms."""
    _add_webhooks(router, deps)
    _add_webhook(router, deps)
    _add_deliveries(router, deps)


def _add_webhooks(router: APIRouter, deps: Deps) -> None:
    @router.get(WEBHOOKS)
    async def show_webhooks(organizer_id: str, visitor: CurrentVisitor) -> Response:
        return await listed(deps, visitor, organizer_id_of(organizer_id), empty(url="https://", state="on"))

    @router.post(WEBHOOKS)
    async def add_webhook(organizer_id: str, visitor: CurrentVisitor) -> Response:
        return await _make(deps, visitor, organizer_id_of(organizer_id))


def _add_webhook(router: APIRouter, deps: Deps) -> None:
    @router.get(WEBHOOK)
    async def show_webhook(
        organizer_id: str,
        webhook_id: str,
        visitor: CurrentVisitor,
        state: DeliveryState | None = None,
        before: Annotated[str | None, Query(max_length=CURSOR_LENGTH_MAX)] = None,
    ) -> Response:
        wanted = Wanted(state, None if before is None else uuid_or_none(before))
        return await shown(deps, visitor, _place(organizer_id, webhook_id), wanted=wanted)

    @router.post(WEBHOOK)
    async def change_webhook(organizer_id: str, webhook_id: str, visitor: CurrentVisitor) -> Response:
        return await _change(deps, visitor, _place(organizer_id, webhook_id))

    @router.post(f"{WEBHOOK}/secrets")
    async def rotate_secret(organizer_id: str, webhook_id: str, visitor: CurrentVisitor) -> Response:
        return await _rotate(deps, visitor, _place(organizer_id, webhook_id))

    @router.post(f"{WEBHOOK}/test")
    async def send_test(organizer_id: str, webhook_id: str, visitor: CurrentVisitor) -> Response:
        place, key = _place(organizer_id, webhook_id), key_of_button(visitor)
        return await _done(deps, visitor, place, lambda: webhook.send_test(deps, place, key, _delivery))

    @router.post(f"{WEBHOOK}/removal")
    async def remove_webhook(organizer_id: str, webhook_id: str, visitor: CurrentVisitor) -> Response:
        place = _place(organizer_id, webhook_id)
        await webhook.delete(deps, place, key_of_button(visitor))
        return moved(visitor, WEBHOOKS.format(organizer_id=place.organizer_id))


def _add_deliveries(router: APIRouter, deps: Deps) -> None:
    @router.get(DELIVERY)
    async def show_delivery(organizer_id: str, webhook_id: str, delivery_id: str, visitor: CurrentVisitor) -> Response:
        place = _place(organizer_id, webhook_id)
        found, answers = await webhook.delivery(deps, place, _delivery_id(delivery_id))
        return await house_page(
            *(deps, visitor, place.organizer_id, "console/delivery.html"),
            webhook_path=path_of(place),
            delivery=found,
            answers=answers,
        )

    @router.post(f"{DELIVERY}/replay")
    async def replay(organizer_id: str, webhook_id: str, delivery_id: str, visitor: CurrentVisitor) -> Response:
        place, delivery_id, key = _place(organizer_id, webhook_id), _delivery_id(delivery_id), key_of_button(visitor)
        return await _done(deps, visitor, place, lambda: webhook.replay(deps, place, delivery_id, key, _delivery))


async def _make(deps: Deps, visitor: Visitor, organizer_id: str) -> Response:
    wanted, form = filled(visitor, WebhookForm)
    if wanted is None:
        return await listed(deps, visitor, organizer_id, form)
    made, told = _remembering()
    key = key_of(visitor, f"POST {visitor.path}", wanted)
    try:
        await webhook.create(deps, organizer_id, wanted.values(), key, told)
    except Refusal as refusal:
        return await listed(deps, visitor, organizer_id, refused(form, refusal, visitor))
    if not made:
        # A reload: the secret was shown.
        return moved(visitor, WEBHOOKS.format(organizer_id=organizer_id))
    return await listed(
        deps, visitor, organizer_id, empty(url="https://", state="on"), (made[-1], made[-1].secret.current)
    )


async def _change(deps: Deps, visitor: Visitor, place: Place) -> Response:
    wanted, form = filled(visitor, WebhookForm)
    if wanted is None:
        return await shown(deps, visitor, place, form)
    key = key_of(visitor, f"POST {visitor.path}", wanted)
    try:
        await webhook.change(deps, place, wanted.values(), key, _changed)
    except Refusal as refusal:
        return await shown(deps, visitor, place, refused(form, refusal, visitor))
    return moved(visitor, path_of(place))


async def _rotate(deps: Deps, visitor: Visitor, place: Place) -> Response:
    wanted, form = filled(visitor, SecretForm)
    if wanted is None:
        before = form_of(await webhook.find(deps, place))
        return await shown(deps, visitor, place, before._replace(faults=form.faults))
    made, told = _remembering()
    key = key_of(visitor, f"POST {visitor.path}", wanted)
    await webhook.rotate(deps, place, timedelta(hours=wanted.overlap_hours), key, told)
    if not made:
        return moved(visitor, path_of(place))
    return await shown(deps, visitor, place, secret=made[-1].secret.current)


async def _done(deps: Deps, visitor: Visitor, place: Place, deed: Deed) -> Response:
    """Do what a button asks for, and show the webhook again, with the refusal if there is one."""
    try:
        await deed()
    except Refusal as refusal:
        before = form_of(await webhook.find(deps, place))
        return await shown(deps, visitor, place, refused(before, refusal, visitor))
    return moved(visitor, path_of(place))


def _remembering() -> tuple[list[Webhook], Callable[[Webhook], Answered]]:
    """What is told of a webhook with a new secret, and where it is kept for this answer: a reload has it no more."""
    made: list[Webhook] = []

    def told(one: Webhook) -> Answered:
        made.append(one)
        return Answered(201, webhook_fields(one))

    return made, told


def _changed(one: Webhook) -> Answered:
    return Answered(200, webhook_fields(one))


def _delivery(one: Delivery) -> Answered:
    return Answered(202, delivery_fields(one))


def _place(organizer_id: str, webhook_id: str) -> Place:
    return Place(organizer_id_of(organizer_id), id_of(webhook_id, webhook_not_found()))


def _delivery_id(text: str) -> str:
    return id_of(text, delivery_not_found())
