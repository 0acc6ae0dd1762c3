"""Copies of events, and series of them."""

from functools import partial

from fullhouse.actions import series
from fullhouse.actions.deps import Deps
from fullhouse.rules.answer import Answered
from fullhouse.rules.event import Event
from fullhouse.rules.refusals import SeriesNotFound
from fullhouse.web.api.answers import shown, told
from fullhouse.web.api.event_details import made
from fullhouse.web.api.event_shapes import CopyRequest, SeriesRequest
from fullhouse.web.api.ids import event_id_of, id_of
from fullhouse.web.api.shapes import event_fields
from fullhouse.web.call import Call
from fullhouse.web.gate import require_unlimited
from fullhouse.web.http import Answer, parse
from fullhouse.web.idempotency import key_of


async def copy(deps: Deps, call: Call, event_id: str) -> Answer:
    """`POST /events/{id}/copies`."""
    require_unlimited(call.caller)
    request = parse(CopyRequest, call.headers, call.body)
    event_id = event_id_of(event_id)
    key = key_of(call.headers, call.caller, f"POST /events/{event_id}/copies", request.model_dump_json())
    return told(await series.copy(deps, event_id, request.date, request.name, key, partial(made, deps)))


async def repeat(deps: Deps, call: Call, event_id: str) -> Answer:
    """`POST /events/{id}/series`."""
    require_unlimited(call.caller)
    request = parse(SeriesRequest, call.headers, call.body)
    event_id = event_id_of(event_id)
    key = key_of(call.headers, call.caller, f"POST /events/{event_id}/series", request.rule)
    return told(await series.repeat(deps, event_id, request.rule, key, _repeated))


def _repeated(series_id: str, events: list[Event]) -> Answered:
    return Answered(201, [event_fields(one) for one in events], location=f"/series/{series_id}")


async def show(deps: Deps, call: Call, series_id: str) -> Answer:
    """`GET /series/{id}`."""
    series_id = id_of(series_id, SeriesNotFound("There is no such series."))
    found = await series.find(deps, series_id, drafts=call.caller.may("read"))
    return shown([event_fields(one) for one in found])
