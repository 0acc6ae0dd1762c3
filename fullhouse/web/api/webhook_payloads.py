"""What webhooks are told of events and bookings: the same that the API shows."""

import json
from datetime import datetime

from fullhouse.rules.booking import Booking
from fullhouse.rules.event import WholeEvent
from fullhouse.web.api.bookings import shown_json
from fullhouse.web.api.event_shapes import details_fields


def event_shown(whole: WholeEvent, now: datetime) -> str:
    """An event as `GET /events/{id}/details` shows it."""
    return json.dumps(details_fields(whole, now))


def booking_shown(found: Booking) -> str:
    """A booking as `GET /bookings/{id}` shows it."""
    return shown_json(found).decode()
