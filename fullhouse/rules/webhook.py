"""Webhooks: what an organizer says of them, which secrets sign, when a delivery is tried again or given up.

As the Standard Webhooks specification (1.0.0) wants it.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple, TypeAlias

from fullhouse.rules.notice import Notice
from fullhouse.rules.refusals import LimitReached
from fullhouse.rules.webhook_refusals import DeliveryNotFound, WebhookNotFound, WebhookOff

WebhookState: TypeAlias = Literal["on", "off", "switched_off"]
DeliveryState: TypeAlias = Literal["waiting", "delivered", "given_up"]
Verdict: TypeAlias = Literal["delivered", "again", "given_up", "gone"]

TEST_TYPE = "webhook.test"
WEBHOOKS_MAX = 20
"""Webhooks of one organizer."""
SECRET_BYTES = 32
"""The specification wants 24 to 64."""
SECRET_PREFIX = "whsec_"  # noqa: S105 - the beginning of every secret, which is none

FAILING_MAX = timedelta(days=3)
"""A webhook that has done nothing but fail for so long is switched off."""
RETRY_AFTER_MAX = timedelta(hours=24)
PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""Behind the first attempt, the second, and so on: the schedule that the specification gives, 75 hours in all."""

_OK = range(200, 300)
_GONE = 410


class Secret(NamedTuple):
    """What signs: the secret, and until a moment the one before it."""

    current: str
    previous: str | None = None
    previous_until: datetime | None = None

    def signing(self, now: datetime) -> tuple[str, ...]:
        """The secrets that sign at a moment, the newest first."""
        if self.previous is None or self.previous_until is None or self.previous_until <= now:
            return (self.current,)
        return (self.current, self.previous)


class Webhook(NamedTuple):
    """Where an organizer is told of changes. `types` None is all; `failing_since` is None after any success."""

    id: str
    organizer_id: str
    url: str
    types: tuple[str, ...] | None
    description: str
    state: WebhookState
    secret: Secret
    failing_since: datetime | None
    created_at: datetime


class Answer(NamedTuple):
    """What came of one attempt: a status with a part of the answer, or an error and no status."""

    at: datetime
    took_ms: int
    url: str
    request_headers: dict[str, str]
    status: int | None = None
    headers: dict[str, str] | None = None
    body: str | None = None
    error: str | None = None
    retry_after: timedelta | None = None


class Delivery(NamedTuple):
    """One change told to one webhook. `sequence` is None for a test, the booking's number 0 for the event itself.

    `attempts_before` are those before it was replayed: then it is tried as often as a new one.
    """

    webhook_id: str
    id: str
    sequence: int | None
    type: str
    at: datetime
    event_id: str | None
    booking_number: int
    details: dict[str, Any] | None
    body: str | None
    state: DeliveryState
    attempts: int
    attempts_before: int
    next_try_at: datetime
    created_at: datetime
    done_at: datetime | None


def secret_of(random: bytes) -> str:
    """A secret of random bytes, spelt as the specification wants it."""
    return SECRET_PREFIX + base64.b64encode(random).decode()


def rotated(secret: Secret, new: str, now: datetime, overlap: timedelta) -> Secret:
    """A new secret; the one before it signs too for a while, and one before that no more."""
    return Secret(new, secret.current, now + overlap) if overlap else Secret(new)


def require_room(count: int) -> None:
    """Raises LimitReached when an organizer with so many webhooks can't have another one."""
    if count >= WEBHOOKS_MAX:
        raise LimitReached(f"An organizer has at most {WEBHOOKS_MAX} webhooks.", limit=WEBHOOKS_MAX)


def require_found(webhook: Webhook | None) -> Webhook:
    """The webhook, if there is one. Raises WebhookNotFound."""
    if webhook is None:
        raise webhook_not_found()
    return webhook


def webhook_not_found() -> WebhookNotFound:
    """The refusal for a webhook that there is not, or not of this organizer."""
    return WebhookNotFound("The organizer has no such webhook.")


def delivery_not_found() -> DeliveryNotFound:
    """The refusal for a delivery that there is not, or not of this webhook."""
    return DeliveryNotFound("The webhook has no such delivery. Old ones are forgotten.")


def require_on(webhook: Webhook) -> None:
    """Raises WebhookOff unless what is to be delivered would be."""
    if webhook.state != "on":
        raise WebhookOff("The webhook is off, so nothing is delivered to it. Switch it on first.")


def changed(before: Webhook, given: Mapping[str, Any]) -> Webhook:
    """A webhook with other values for some of it. One that is switched on, or has moved, begins with a clean slate."""
    after = before._replace(**given)
    if after.url != before.url or (after.state == "on" and before.state != "on"):
        return after._replace(failing_since=None)
    return after


def wants(webhook: Webhook, kind: str) -> bool:
    """Tell whether a webhook is to be told of changes of a kind."""
    return webhook.types is None or kind in webhook.types


def verdict(answer: Answer, attempts: int) -> Verdict:
    """What becomes of a delivery after so many attempts, of which this answers the last. 2xx alone is a success."""
    if answer.status in _OK:
        return "delivered"
    if is_gone(answer):
        return "gone"
    return "again" if attempts <= len(PAUSES) else "given_up"


def is_gone(answer: Answer) -> bool:
    """Tell whether the receiver wants nothing more, ever (410 Gone)."""
    return answer.status == _GONE


def pause(answer: Answer, attempts: int, chance: float) -> timedelta:
    """How long to wait after so many attempts, `chance` from 0 to 1 being up to a tenth of it more.

    Who asks for more time with `Retry-After` gets it, up to a day.
    """
    planned = PAUSES[min(attempts, len(PAUSES)) - 1] * (1 + chance / 10)
    return max(planned, min(answer.retry_after or timedelta(), RETRY_AFTER_MAX))


def has_failed_for_long(failing_since: datetime, now: datetime) -> bool:
    """Tell whether a webhook that fails again has done nothing else for so long that it is switched off."""
    return now - failing_since >= FAILING_MAX


def body_of(delivery: Delivery, shown: str) -> str:
    """What is sent: the change, and the whole object as JSON, as it is shown when the change is sent first."""
    head = {
        "id": delivery.id,
        "type": delivery.type,
        "sequence": delivery.sequence,
        "timestamp": delivery.at.isoformat().replace("+00:00", "Z"),
        "details": delivery.details,
    }
    return f'{json.dumps(head)[:-1]}, "data": {shown}}}'


def trial_of(webhook_id: str, delivery_id: str, now: datetime) -> Delivery:
    """A delivery that tells of no change."""
    return Delivery(
        webhook_id=webhook_id,
        id=delivery_id,
        sequence=None,
        type=TEST_TYPE,
        at=now,
        event_id=None,
        booking_number=0,
        details=None,
        body=None,
        state="waiting",
        attempts=0,
        attempts_before=0,
        next_try_at=now,
        created_at=now,
        done_at=None,
    )


def deliveries_of(notices: Sequence[Notice], webhooks: Sequence[Webhook], now: datetime) -> list[Delivery]:
    """One delivery for each change and each webhook that is to be told of it, in order; their ids are still to come."""
    of: dict[str, list[Webhook]] = {}
    for webhook in webhooks:
        of.setdefault(webhook.organizer_id, []).append(webhook)
    return [
        trial_of(webhook.id, "", now)._replace(
            sequence=(notice.position or 0) + place,
            type=notice.kind,
            at=notice.at,
            event_id=notice.event_id,
            booking_number=number,
            details=notice.details,
        )
        for notice in notices
        for place, number in enumerate(notice.booking_numbers or (0,))
        for webhook in of.get(notice.organizer_id, ())
        if wants(webhook, notice.kind)
    ]


def settled(delivery: Delivery, answer: Answer, now: datetime, chance: float) -> Delivery:
    """A delivery after an attempt: delivered, given up, or waiting for the next one."""
    tried = delivery.attempts - delivery.attempts_before
    found = verdict(answer, tried)
    if found == "again":
        return delivery._replace(next_try_at=now + pause(answer, tried, chance))
    return delivery._replace(state="delivered" if found == "delivered" else "given_up", done_at=now)
