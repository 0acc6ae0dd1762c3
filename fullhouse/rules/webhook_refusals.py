"""Refusals on webhooks. Their tree stands in `refusals.py`."""

from fullhouse.rules.refusal import Refusal


class WebhookNotFound(Refusal):
    """No such webhook of this organizer."""

    code = "webhook_not_found"


class WebhookOff(Refusal):
    """The webhook is off, so nothing is delivered to it."""

    code = "webhook_off"


class DeliveryNotFound(Refusal):
    """No such delivery of this webhook, or not any more."""

    code = "delivery_not_found"
