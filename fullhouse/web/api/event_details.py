"""Events as their organizer works with them: shown whole, changed, published, taken back."""

from functools import partial

from fullhouse.actions import event, publication
from fullhouse.actions.deps import Deps
from fullhouse.rules.answer import Answered
from fullhouse.rules.event import WholeEvent
from fullhouse.web.api.answers import shown, told
from fullhouse.web.api.event_shapes import EventPatch, details_fields
from fullhouse.web.api.ids import event_id_of
from fullhouse.web.call import Call
from fullhouse.web.http import Answer, parse
from fullhouse.web.idempotency import key_of


async def show(deps: Deps, call: Call, event_id: str) -> Answer:
    """`GET /events/{id}/details`."""
    found = await event.details(deps, event_id_of(event_id), drafts=call.caller.may("read"))
    return shown(details_fields(found, deps.clock()))


async def change(deps: Deps, call: Call, event_id: str) -> Answer:
    """`PATCH /events/{id}`."""
    request = parse(EventPatch, call.headers, call.body)
    event_id = event_id_of(event_id)
    asked = request.model_dump_json(exclude_unset=True)
    key = key_of(call.headers, call.caller, f"PATCH /events/{event_id}", asked)
    return told(await event.change(deps, event_id, request.wanted(), key, partial(as_it_is, deps)))


async def publish(deps: Deps, call: Call, event_id: str) -> Answer:
    """`POST /events/{id}/publication`."""
    event_id = event_id_of(event_id)
    key = key_of(call.headers, call.caller, f"POST /events/{event_id}/publication", "")

    def published(whole: WholeEvent, was_draft: bool) -> Answered:  # noqa: FBT001 - as `publish` tells it
        return made(deps, whole) if was_draft else as_it_is(deps, whole)

    return told(await publication.publish(deps, event_id, key, published))


async def withdraw(deps: Deps, call: Call, event_id: str) -> Answer:
    """`DELETE /events/{id}/publication`."""
    event_id = event_id_of(event_id)
    key = key_of(call.headers, call.caller, f"DELETE /events/{event_id}/publication", "")
    return told(await publication.withdraw(deps, event_id, key, partial(as_it_is, deps)))


def as_it_is(deps: Deps, whole: WholeEvent) -> Answered:
    """The answer with an event as it is now."""
    return Answered(200, details_fields(whole, deps.clock()))


def made(deps: Deps, whole: WholeEvent) -> Answered:
    """The answer with an event that is new, or newly to be seen, and where that is."""
    return Answered(201, details_fields(whole, deps.clock()), location=f"/events/{whole.event.id}")
