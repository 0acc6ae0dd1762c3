"""Events as their organizer works with them: shown whole, changed, published, taken back."""

import json

from fullhouse.actions import event, publication
from fullhouse.actions.deps import Deps
from fullhouse.rules.event import WholeEvent
from fullhouse.web.api.event_shapes import EventPatch, details_fields
from fullhouse.web.api.events import id_of_event
from fullhouse.web.auth import require_management
from fullhouse.web.call import Call
from fullhouse.web.http import JSON, Answer, parse


async def show(deps: Deps, call: Call, event_id: str) -> Answer:
    """`GET /events/{id}/details`."""
    return shown(deps, await event.details(deps, id_of_event(event_id), drafts=call.caller.may_manage))


async def change(deps: Deps, call: Call, event_id: str) -> Answer:
    """`PATCH /events/{id}`."""
    require_management(call.caller)
    request = parse(EventPatch, call.headers, call.body)
    return shown(deps, await event.change(deps, id_of_event(event_id), request.wanted()))


async def publish(deps: Deps, call: Call, event_id: str) -> Answer:
    """`POST /events/{id}/publication`."""
    require_management(call.caller)
    published, is_new = await publication.publish(deps, id_of_event(event_id))
    return made(deps, published) if is_new else shown(deps, published)


async def withdraw(deps: Deps, call: Call, event_id: str) -> Answer:
    """`DELETE /events/{id}/publication`."""
    require_management(call.caller)
    return shown(deps, await publication.withdraw(deps, id_of_event(event_id)))


def shown(deps: Deps, whole: WholeEvent) -> Answer:
    """An event with all that is known of it."""
    return Answer(200, [JSON], json.dumps(details_fields(whole, deps.clock())).encode())


def made(deps: Deps, whole: WholeEvent) -> Answer:
    """The same for one that is new, or newly to be seen, and where that is."""
    location = (b"location", b"/events/" + whole.event.id.encode())
    return shown(deps, whole)._replace(status=201, headers=[JSON, location])
