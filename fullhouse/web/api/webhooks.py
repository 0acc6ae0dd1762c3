"""Webhooks: listed, made, shown, changed, deleted; their secrets, their tests, and what was delivered to them."""

from urllib.parse import urlencode

from fullhouse.actions import webhook
from fullhouse.actions.deps import Deps
from fullhouse.actions.webhook import Place, organizer_not_found
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import IdempotencyKey
from fullhouse.rules.refusals import ValidationFailed
from fullhouse.rules.webhook import Delivery, DeliveryState, Webhook, delivery_not_found, webhook_not_found
from fullhouse.web.api.answers import shown, told
from fullhouse.web.api.cursors import id_in
from fullhouse.web.api.ids import id_of
from fullhouse.web.api.offer import asked_to_change, asked_to_delete, asked_to_make
from fullhouse.web.api.webhook_shapes import (
    SecretRequest,
    WebhookChanges,
    WebhookRequest,
    delivery_fields,
    made_fields,
    overlap_of,
    webhook_fields,
    whole_delivery_fields,
)
from fullhouse.web.call import Call
from fullhouse.web.http import Answer, parse
from fullhouse.web.idempotency import key_of


async def index(deps: Deps, organizer_id: str) -> Answer:
    """`GET /organizers/{id}/webhooks`."""
    found = await webhook.of_organizer(deps, _organizer_id(organizer_id))
    return shown([webhook_fields(one) for one in found])


async def show(deps: Deps, organizer_id: str, webhook_id: str) -> Answer:
    """`GET /organizers/{id}/webhooks/{id}`."""
    return shown(webhook_fields(await webhook.find(deps, _place(organizer_id, webhook_id))))


async def create(deps: Deps, call: Call, organizer_id: str) -> Answer:
    """`POST /organizers/{id}/webhooks`."""
    organizer_id = _organizer_id(organizer_id)
    values, key = asked_to_make(WebhookRequest, call, f"/organizers/{organizer_id}/webhooks")
    return told(await webhook.create(deps, organizer_id, values, key, _made))


async def change(deps: Deps, call: Call, organizer_id: str, webhook_id: str) -> Answer:
    """`PATCH /organizers/{id}/webhooks/{id}`."""
    place = _place(organizer_id, webhook_id)
    given, key = asked_to_change(WebhookChanges, call, _path(place))
    return told(await webhook.change(deps, place, given, key, lambda one: Answered(200, webhook_fields(one))))


async def delete(deps: Deps, call: Call, organizer_id: str, webhook_id: str) -> Answer:
    """`DELETE /organizers/{id}/webhooks/{id}`."""
    place = _place(organizer_id, webhook_id)
    return told(await webhook.delete(deps, place, asked_to_delete(call, _path(place))))


async def rotate(deps: Deps, call: Call, organizer_id: str, webhook_id: str) -> Answer:
    """`POST /organizers/{id}/webhooks/{id}/secrets`."""
    request = parse(SecretRequest, call.headers, call.body)
    place = _place(organizer_id, webhook_id)
    key = key_of(call.headers, call.caller, f"POST {_path(place)}/secrets", request.model_dump_json())
    return told(await webhook.rotate(deps, place, overlap_of(request), key, _made))


async def test(deps: Deps, call: Call, organizer_id: str, webhook_id: str) -> Answer:
    """`POST /organizers/{id}/webhooks/{id}/test`."""
    place = _place(organizer_id, webhook_id)
    key = _bodiless(call, f"POST {_path(place)}/test")
    return told(await webhook.send_test(deps, place, key, lambda one: _delivery_made(place, one)))


async def deliveries(
    deps: Deps,
    organizer_id: str,
    webhook_id: str,
    state: DeliveryState | None,
    limit: int,
    cursor: str | None,
) -> Answer:
    """`GET /organizers/{id}/webhooks/{id}/deliveries`: a page, and a link to the next one while there is more."""
    place = _place(organizer_id, webhook_id)
    before = None if cursor is None else id_in(cursor)
    found = await webhook.deliveries(deps, place, state, before, limit + 1)
    answer = shown([delivery_fields(one) for one in found[:limit]])
    if len(found) > limit:
        query = urlencode({"limit": limit, "cursor": found[limit - 1].id, **({"state": state} if state else {})})
        answer.headers.append((b"link", f'<{_path(place)}/deliveries?{query}>; rel="next"'.encode()))
    return answer


async def delivery(deps: Deps, organizer_id: str, webhook_id: str, delivery_id: str) -> Answer:
    """`GET /organizers/{id}/webhooks/{id}/deliveries/{id}`."""
    place = _place(organizer_id, webhook_id)
    return shown(whole_delivery_fields(*await webhook.delivery(deps, place, _delivery_id(delivery_id))))


async def replay(deps: Deps, call: Call, organizer_id: str, webhook_id: str, delivery_id: str) -> Answer:
    """`POST /organizers/{id}/webhooks/{id}/deliveries/{id}/replay`."""
    place, delivery_id = _place(organizer_id, webhook_id), _delivery_id(delivery_id)
    key = _bodiless(call, f"POST {_path(place)}/deliveries/{delivery_id}/replay")
    done = await webhook.replay(deps, place, delivery_id, key, lambda one: Answered(202, delivery_fields(one)))
    return told(done)


def _made(one: Webhook) -> Answered:
    location = f"/organizers/{one.organizer_id}/webhooks/{one.id}"
    return Answered(201, made_fields(one), location=location)


def _delivery_made(place: Place, one: Delivery) -> Answered:
    return Answered(202, delivery_fields(one), location=f"{_path(place)}/deliveries/{one.id}")


def _bodiless(call: Call, path: str) -> IdempotencyKey | None:
    if call.body:
        raise ValidationFailed("This call takes no body.", field="body")
    return key_of(call.headers, call.caller, path, "")


def _path(place: Place) -> str:
    return f"/organizers/{place.organizer_id}/webhooks/{place.webhook_id}"


def _place(organizer_id: str, webhook_id: str) -> Place:
    return Place(_organizer_id(organizer_id), id_of(webhook_id, webhook_not_found()))


def _organizer_id(text: str) -> str:
    return id_of(text, organizer_not_found())


def _delivery_id(text: str) -> str:
    return id_of(text, delivery_not_found())
