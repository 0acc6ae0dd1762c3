"""What other programs are told of an event's page: schema.org for search engines, as JSON within the page."""

import json
from typing import Any

from markupsafe import Markup

from fullhouse.actions.shop import ShopEvent
from fullhouse.rules.minor_units import decimal_of
from fullhouse.rules.shelf import Shelved

_STATUS = {"cancelled": "https://schema.org/EventCancelled"}
_AVAILABILITY = {
    "on_sale": "https://schema.org/InStock",
    "not_yet": "https://schema.org/PreOrder",
    "sold_out": "https://schema.org/SoldOut",
    "ended": "https://schema.org/OutOfStock",
}
_ESCAPED = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def event_card(found: ShopEvent, address: str, image: dict[str, Any] | None, public_url: str) -> Markup:
    """An event as JSON-LD (schema.org/Event). Nothing in it can end the element that it stands in."""
    event, details = found.whole.event, found.whole.details
    card: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": event.name,
        "url": address,
        "startDate": event.starts_at.isoformat(),
        "eventStatus": _STATUS.get(found.state, "https://schema.org/EventScheduled"),
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
        "location": {"@type": "Place", "name": event.venue, "address": event.venue},
        "organizer": {"@type": "Organization", "name": found.organizer.name},
        "offers": [_offer(row, found, address) for row in found.shelf.rows],
    }
    if details.ends_at is not None:
        card["endDate"] = details.ends_at.isoformat()
    if details.doors_at is not None:
        card["doorTime"] = details.doors_at.isoformat()
    if image is not None:
        card["image"] = [public_url + image["url"]]
    return Markup(json.dumps(card, ensure_ascii=False).translate(_ESCAPED))  # noqa: S704 - what HTML knows is escaped


def _offer(row: Shelved, found: ShopEvent, address: str) -> dict[str, Any]:
    currency = found.offer.currency
    is_open = found.shelf.sale == "on_sale"
    offer = {
        "@type": "Offer",
        "name": row.ticket_type.name,
        "price": str(decimal_of(row.line.each_minor, currency)),
        "priceCurrency": currency,
        "availability": _AVAILABILITY[row.state if is_open or row.state == "sold_out" else "ended"],
        "url": address,
    }
    opens_at = row.ticket_type.sales_from or found.offer.sales_from
    if opens_at is not None:
        offer["validFrom"] = opens_at.isoformat()
    return offer
