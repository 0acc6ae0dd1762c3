"""Copies of events, and series of them."""

import json

from fullhouse.actions import series
from fullhouse.actions.deps import Deps
from fullhouse.rules.refusals import SeriesNotFound
from fullhouse.web.api.event_details import made
from fullhouse.web.api.event_shapes import CopyRequest, SeriesRequest
from fullhouse.web.api.events import id_of_event
from fullhouse.web.api.shapes import event_fields, uuid_or_none
from fullhouse.web.auth import require_management
from fullhouse.web.call import Call
from fullhouse.web.http import JSON, Answer, parse


async def copy(deps: Deps, call: Call, event_id: str) -> Answer:
    """`POST /events/{id}/copies`."""
    require_management(call.caller)
    request = parse(CopyRequest, call.headers, call.body)
    return made(deps, await series.copy(deps, id_of_event(event_id), request.date, request.name))


async def repeat(deps: Deps, call: Call, event_id: str) -> Answer:
    """`POST /events/{id}/series`."""
    require_management(call.caller)
    request = parse(SeriesRequest, call.headers, call.body)
    series_id, events = await series.repeat(deps, id_of_event(event_id), request.rule)
    location = (b"location", b"/series/" + series_id.encode())
    return Answer(201, [JSON, location], json.dumps([event_fields(one) for one in events]).encode())


async def show(deps: Deps, call: Call, series_id: str) -> Answer:
    """`GET /series/{id}`."""
    canonical = uuid_or_none(series_id)
    if canonical is None:
        raise SeriesNotFound("There is no such series.")
    found = await series.find(deps, canonical, drafts=call.caller.may_manage)
    return Answer(200, [JSON], json.dumps([event_fields(one) for one in found]).encode())
