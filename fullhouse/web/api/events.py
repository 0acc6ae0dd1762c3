"""Events: put on sale, listed, looked up."""

from urllib.parse import urlencode

from fullhouse.actions import event, organizer
from fullhouse.actions.deps import Deps
from fullhouse.rules.answer import Answered
from fullhouse.rules.event import Event, EventFilter, EventPosition
from fullhouse.store import event as stored
from fullhouse.web.api.answers import shown, told
from fullhouse.web.api.cursors import cursor_of, end_of, moment_and_id
from fullhouse.web.api.event_shapes import EventRequest
from fullhouse.web.api.ids import event_id_of
from fullhouse.web.api.shapes import availability_json, event_fields, moment_text
from fullhouse.web.call import Call
from fullhouse.web.gate import own_events
from fullhouse.web.http import JSON, Answer, parse
from fullhouse.web.idempotency import key_of


async def create(deps: Deps, call: Call) -> Answer:
    """`POST /events`."""
    request = parse(EventRequest, call.headers, call.body)
    key = key_of(call.headers, call.caller, "POST /events", request.asked())
    organizer_id = call.caller.organizer_id or organizer.DEFAULT_ID
    made = event.create(deps, request.draft(), key, _made, request.details(), request.state, organizer_id)
    return told(await made)


def _made(made: Event) -> Answered:
    return Answered(201, event_fields(made), location=f"/events/{made.id}")


async def show(deps: Deps, call: Call, event_id: str) -> Answer:
    """`GET /events/{id}`."""
    found = await event.find(deps, event_id_of(event_id), drafts=call.caller.may("read"))
    return shown(event_fields(found))


async def availability(deps: Deps, call: Call, event_id: str) -> Answer:
    """`GET /events/{id}/availability`."""
    found = await event.availability(deps, event_id_of(event_id), drafts=call.caller.may("read"))
    return Answer(200, [JSON], availability_json(found))


async def index(deps: Deps, call: Call, chosen: EventFilter, limit: int, cursor: str | None) -> Answer:
    """`GET /events`: a page of events, and a link to the next one while there is more."""
    own = own_events(call.caller, drafts_wanted=chosen.state in {"draft", None})
    after = None if cursor is None else EventPosition(*moment_and_id(end_of(cursor)))
    async with deps.reading() as conn:
        found = await stored.page(conn, chosen, after, limit + 1, own)
    answer = shown([event_fields(one) for one in found[:limit]])
    if len(found) > limit:
        answer.headers.append((b"link", _next_link(chosen, limit, found[limit - 1]).encode()))
    return answer


def _next_link(chosen: EventFilter, limit: int, last: Event) -> str:
    query: dict[str, str | int] = {"limit": limit, "cursor": cursor_of(f"{last.starts_at.isoformat()} {last.id}")}
    if chosen.since is not None:
        query["from"] = moment_text(chosen.since)
    if chosen.until is not None:
        query["to"] = moment_text(chosen.until)
    if chosen.text is not None:
        query["q"] = chosen.text
    if chosen.state != "published":
        query["state"] = chosen.state or "all"
    return f'</events?{urlencode(query)}>; rel="next"'
