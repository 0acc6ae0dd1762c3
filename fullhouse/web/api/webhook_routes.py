"""The routes of webhooks, with their description."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response, Security, params

from fullhouse.actions.deps import Deps
from fullhouse.rules.webhook import DeliveryState
from fullhouse.web.api import webhooks
from fullhouse.web.api.documents import IN_DOUBT, KEYED, MANAGEMENT, NEXT_LINK, body_of, made, problems
from fullhouse.web.api.parameters import CurrentCall
from fullhouse.web.api.routes import API_KEY
from fullhouse.web.api.shapes import Shape
from fullhouse.web.api.webhook_shapes import (
    DeliveryShape,
    MadeWebhookShape,
    SecretRequest,
    WebhookChanges,
    WebhookRequest,
    WebhookShape,
    WholeDeliveryShape,
)
from fullhouse.web.respond import response_of

OrganizerId = Annotated[str, Path(description="The organizer's id.")]
WebhookId = Annotated[str, Path(description="The webhook's id.")]
DeliveryId = Annotated[str, Path(description="The delivery's id, which is its `webhook-id`.")]
Limit = Annotated[int, Query(ge=1, le=200, description="Deliveries on a page.")]
Cursor = Annotated[str | None, Query(max_length=200, description="From the Link header of the page before.")]
State = Annotated[DeliveryState | None, Query(description="Only those in this state.")]

WEBHOOKS = "/organizers/{organizer_id}/webhooks"
WEBHOOK = WEBHOOKS + "/{webhook_id}"
DELIVERIES = WEBHOOK + "/deliveries"
DELIVERY = DELIVERIES + "/{delivery_id}"

REFUSALS = ("organizer_not_found", *MANAGEMENT)
OF_ONE = ("webhook_not_found", *REFUSALS)


def build(deps: Deps, *, is_open: bool) -> APIRouter:
    """All calls on webhooks. In the open playground none of them asks for a key, and the document says so."""
    router = APIRouter(tags=["webhooks"])
    key = [] if is_open else [Security(API_KEY)]
    _read(router, deps, key)
    _write(router, deps, key)
    _read_deliveries(router, deps, key)
    _deliver(router, deps, key)
    return router


def _asked(request: type[Shape], shape: type[Shape], *codes: str) -> dict[str, Any]:
    """How a write with a body is described."""
    return {
        "response_model": shape,
        "responses": problems(*codes, *IN_DOUBT, body=True),
        "openapi_extra": {**KEYED, "requestBody": body_of(request)},
    }


def _secret_shown(request: type[Shape], *codes: str) -> dict[str, Any]:
    """How a write is described that shows a secret."""
    described = _asked(request, MadeWebhookShape, *codes)
    return {**described, "status_code": 201, "responses": {**made(MadeWebhookShape), **described["responses"]}}


def _sent(*codes: str) -> dict[str, Any]:
    """How a write is described that lets something be delivered."""
    return {
        "status_code": 202,
        "response_model": DeliveryShape,
        "responses": problems("webhook_off", *codes, *IN_DOUBT),
        "openapi_extra": KEYED,
    }


def _read(router: APIRouter, deps: Deps, key: list[params.Security]) -> None:
    @router.get(WEBHOOKS, dependencies=key, response_model=list[WebhookShape], responses=problems(*REFUSALS))
    async def list_webhooks(organizer_id: OrganizerId) -> Response:
        """List the webhooks of an organizer, the oldest first; their secrets are not shown again."""
        return response_of(await webhooks.index(deps, organizer_id))

    @router.get(WEBHOOK, dependencies=key, response_model=WebhookShape, responses=problems(*OF_ONE))
    async def show_webhook(organizer_id: OrganizerId, webhook_id: WebhookId) -> Response:
        """Show a webhook."""
        return response_of(await webhooks.show(deps, organizer_id, webhook_id))


def _write(router: APIRouter, deps: Deps, key: list[params.Security]) -> None:
    @router.post(WEBHOOKS, dependencies=key, **_secret_shown(WebhookRequest, "limit_reached", *REFUSALS))
    async def create_webhook(organizer_id: OrganizerId, call: CurrentCall) -> Response:
        """Make a webhook. Its secret is in this answer alone; keep it."""
        return response_of(await webhooks.create(deps, call, organizer_id))

    @router.patch(WEBHOOK, dependencies=key, **_asked(WebhookChanges, WebhookShape, *OF_ONE))
    async def change_webhook(organizer_id: OrganizerId, webhook_id: WebhookId, call: CurrentCall) -> Response:
        """Change a webhook, or switch it on or off. What waits for it is sent when it is on, to where it then leads."""
        return response_of(await webhooks.change(deps, call, organizer_id, webhook_id))

    @router.delete(
        WEBHOOK,
        dependencies=key,
        status_code=204,
        response_model=None,
        responses=problems(*OF_ONE, *IN_DOUBT),
        openapi_extra=KEYED,
    )
    async def delete_webhook(organizer_id: OrganizerId, webhook_id: WebhookId, call: CurrentCall) -> Response:
        """Delete a webhook with all that was delivered to it."""
        return response_of(await webhooks.delete(deps, call, organizer_id, webhook_id))

    @router.post(WEBHOOK + "/secrets", dependencies=key, **_secret_shown(SecretRequest, *OF_ONE))
    async def rotate_secret(organizer_id: OrganizerId, webhook_id: WebhookId, call: CurrentCall) -> Response:
        """Give a webhook a new secret, which is in this answer alone. Until the overlap ends, both sign."""
        return response_of(await webhooks.rotate(deps, call, organizer_id, webhook_id))


def _read_deliveries(router: APIRouter, deps: Deps, key: list[params.Security]) -> None:
    @router.get(
        DELIVERIES,
        dependencies=key,
        response_model=list[DeliveryShape],
        responses={200: {"headers": NEXT_LINK}, **problems(*OF_ONE)},
    )
    async def list_deliveries(
        organizer_id: OrganizerId,
        webhook_id: WebhookId,
        state: State = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Response:
        """List what a webhook was told, or waits for it; the newest first."""
        return response_of(await webhooks.deliveries(deps, organizer_id, webhook_id, state, limit, cursor))

    @router.get(
        DELIVERY,
        dependencies=key,
        response_model=WholeDeliveryShape,
        responses=problems("delivery_not_found", *OF_ONE),
    )
    async def show_delivery(organizer_id: OrganizerId, webhook_id: WebhookId, delivery_id: DeliveryId) -> Response:
        """Show a delivery: what was sent, and what was answered to each attempt."""
        return response_of(await webhooks.delivery(deps, organizer_id, webhook_id, delivery_id))


def _deliver(router: APIRouter, deps: Deps, key: list[params.Security]) -> None:
    @router.post(WEBHOOK + "/test", dependencies=key, **_sent(*OF_ONE))
    async def test_webhook(organizer_id: OrganizerId, webhook_id: WebhookId, call: CurrentCall) -> Response:
        """Send a webhook a test, of type `webhook.test`. The delivery at `Location` tells what came of it."""
        return response_of(await webhooks.test(deps, call, organizer_id, webhook_id))

    @router.post(DELIVERY + "/replay", dependencies=key, **_sent("delivery_not_found", *OF_ONE))
    async def replay_delivery(
        organizer_id: OrganizerId, webhook_id: WebhookId, delivery_id: DeliveryId, call: CurrentCall
    ) -> Response:
        """Deliver once more, with the same id and body; or try at once what waits."""
        return response_of(await webhooks.replay(deps, call, organizer_id, webhook_id, delivery_id))
