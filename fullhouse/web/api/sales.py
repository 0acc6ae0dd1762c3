"""Sales in numbers, for the dashboards of staff."""

from fullhouse.actions import sales
from fullhouse.actions.deps import Deps
from fullhouse.actions.sales import Asked
from fullhouse.rules.refusals import EventNotFound
from fullhouse.web.api.answers import shown
from fullhouse.web.api.ids import event_id_of
from fullhouse.web.api.sales_shapes import event_sales_fields, organizer_sales_fields
from fullhouse.web.auth import Caller
from fullhouse.web.gate import organizer_id_of
from fullhouse.web.http import Answer


async def of_event(deps: Deps, caller: Caller, event_id: str, asked: Asked, compare_to: str | None) -> Answer:
    """`GET /events/{id}/sales`."""
    if caller.event_ids is not None and compare_to is not None and compare_to not in caller.event_ids:
        raise EventNotFound("There is no such event.")
    found = await sales.of_event(deps, event_id_of(event_id), asked, compare_to)
    return shown(event_sales_fields(found, asked.bucket))


async def of_organizer(deps: Deps, organizer_id: str, asked: Asked) -> Answer:
    """`GET /organizers/{id}/sales`."""
    found = await sales.of_organizer(deps, organizer_id_of(organizer_id), asked)
    return shown(organizer_sales_fields(found, asked.bucket))
