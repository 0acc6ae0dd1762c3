"""The shapes of webhooks, of what is delivered to them, and of what they answer."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from fullhouse.rules.notice import NoticeKind
from fullhouse.rules.webhook import Answer, Delivery, DeliveryState, Webhook, WebhookState
from fullhouse.rules.webhook_address import URL_LENGTH_MAX
from fullhouse.web.api.offer_shapes import UNCHANGED, Text, once_each
from fullhouse.web.api.shapes import Id, Shape, moment_text

Url = Annotated[
    str,
    StringConstraints(min_length=1, max_length=URL_LENGTH_MAX, strict=True),
    Field(
        description="https alone, unless the operator allows more; no inner addresses, names or passwords.",
        json_schema_extra={"pattern": r"^https?://[!-~]+$"},
    ),
]
Types = Annotated[
    list[NoticeKind] | None,
    Field(
        min_length=1, max_length=100, description="What it is told of; null is everything, also what is yet to come."
    ),
]
KindsOnce = Annotated[Types, AfterValidator(lambda types: None if types is None else once_each(types))]
Switch = Annotated[
    Literal["on", "off"], Field(description="While it is off, it misses what happens; GET /changes tells that later.")
]
Description = Annotated[Text, Field(max_length=500)]


class WebhookRequest(Shape):
    """A new webhook."""

    url: Url
    types: KindsOnce = None
    description: Description = ""
    state: Switch = "on"


class WebhookChanges(Shape):
    """Changes of a webhook; what is not given stays as it is."""

    url: Url = UNCHANGED
    types: KindsOnce = UNCHANGED
    description: Description = UNCHANGED
    state: Switch = UNCHANGED


class SecretRequest(Shape):
    """A new secret; so long the one before it signs too."""

    overlap_hours: int = Field(default=24, strict=True, ge=0, le=168)


class WebhookShape(Shape):
    """A webhook. `failing_since`: since when nothing arrives; after three days of that it is switched off."""

    id: Id
    organizer_id: Id
    url: str
    types: list[NoticeKind] | None
    description: str
    state: WebhookState
    failing_since: datetime | None
    previous_secret_until: datetime | None
    created_at: datetime


class MadeWebhookShape(WebhookShape):
    """A webhook with its secret, which is shown only now."""

    secret: str = Field(examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])


class DeliveryShape(Shape):
    """A change that a webhook is told of. `id` is the `webhook-id` of every attempt; a test has no `sequence`."""

    id: Id
    webhook_id: Id
    type: str
    sequence: int | None
    event_id: Id | None
    booking_number: int | None
    state: DeliveryState
    attempts: int
    next_try_at: datetime | None
    created_at: datetime
    done_at: datetime | None


class AttemptShape(Shape):
    """An attempt: the headers that were sent, and the beginning of the answer, or why there was none."""

    at: datetime
    took_ms: int
    url: str
    request_headers: dict[str, str]
    status: int | None
    headers: dict[str, str] | None
    body: str | None
    error: str | None


class WholeDeliveryShape(DeliveryShape):
    """A delivery with the body that is sent (null before the first attempt), and all attempts since it was made."""

    body: str | None
    answers: list[AttemptShape]


def webhook_fields(webhook: Webhook) -> dict[str, Any]:
    """A webhook as JSON-ready data, without its secrets."""
    return {
        "id": webhook.id,
        "organizer_id": webhook.organizer_id,
        "url": webhook.url,
        "types": None if webhook.types is None else list(webhook.types),
        "description": webhook.description,
        "state": webhook.state,
        "failing_since": _moment_or_none(webhook.failing_since),
        "previous_secret_until": _moment_or_none(webhook.secret.previous_until),
        "created_at": moment_text(webhook.created_at),
    }


def made_fields(webhook: Webhook) -> dict[str, Any]:
    """A webhook with its secret."""
    return {**webhook_fields(webhook), "secret": webhook.secret.current}


def delivery_fields(delivery: Delivery) -> dict[str, Any]:
    """A delivery as JSON-ready data."""
    return {
        "id": delivery.id,
        "webhook_id": delivery.webhook_id,
        "type": delivery.type,
        "sequence": delivery.sequence,
        "event_id": delivery.event_id,
        "booking_number": delivery.booking_number or None,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "next_try_at": moment_text(delivery.next_try_at) if delivery.state == "waiting" else None,
        "created_at": moment_text(delivery.created_at),
        "done_at": _moment_or_none(delivery.done_at),
    }


def whole_delivery_fields(delivery: Delivery, answers: list[Answer]) -> dict[str, Any]:
    """A delivery with its body and what was answered."""
    return {
        **delivery_fields(delivery),
        "body": delivery.body,
        "answers": [{name: _shown(getattr(one, name)) for name in AttemptShape.model_fields} for one in answers],
    }


def overlap_of(request: SecretRequest) -> timedelta:
    """How long the secret before it signs too."""
    return timedelta(hours=request.overlap_hours)


def _shown(value: Any) -> Any:  # noqa: ANN401 - a field of any type
    return moment_text(value) if isinstance(value, datetime) else value


def _moment_or_none(moment: datetime | None) -> str | None:
    return None if moment is None else moment_text(moment)
