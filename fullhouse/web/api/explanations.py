"""Explanations: why a ticket type sells or does not."""

from typing import Any

from fullhouse.actions import explanation
from fullhouse.actions.deps import Deps
from fullhouse.rules.explanation import Explanation, Limit
from fullhouse.web.api.answers import shown
from fullhouse.web.api.ids import event_id_of
from fullhouse.web.http import Answer


async def show(deps: Deps, event_id: str) -> Answer:
    """`GET /events/{id}/explanation`."""
    return shown([_fields(one) for one in await explanation.of_event(deps, event_id_of(event_id))])


def _fields(explained: Explanation) -> dict[str, Any]:
    return {
        "ticket_type_id": explained.ticket_type.id,
        "name": explained.ticket_type.name,
        "is_on_sale": explained.is_on_sale,
        "tickets_possible": explained.tickets_possible,
        "limits": [_limit_fields(limit) for limit in explained.limits],
    }


def _limit_fields(limit: Limit) -> dict[str, Any]:
    return limit._asdict() | {
        "places": None if limit.places is None else {**limit.places._asdict(), "available": limit.places.available}
    }
