"""Cancelling a whole event, and how far that has come; for management alone."""

from fullhouse.actions import event_cancellation
from fullhouse.actions.deps import Deps
from fullhouse.rules.answer import Answered
from fullhouse.rules.event_cancellation import Progress
from fullhouse.web.api.answers import shown, told
from fullhouse.web.api.event_cancellation_shapes import EventCancellationRequest, progress_fields
from fullhouse.web.api.ids import event_id_of
from fullhouse.web.call import Call
from fullhouse.web.http import Answer, parse
from fullhouse.web.idempotency import key_of


async def begin(deps: Deps, call: Call, event_id: str) -> Answer:
    """`POST /events/{id}/cancellation`."""
    event_id = event_id_of(event_id)
    request = parse(EventCancellationRequest, call.headers, call.body) if call.body else EventCancellationRequest()
    path = f"POST /events/{event_id}/cancellation"
    key = key_of(call.headers, call.caller, path, request.model_dump_json())
    return told(await event_cancellation.begin(deps, event_id, request.reason, key, _answered))


async def show(deps: Deps, event_id: str) -> Answer:
    """`GET /events/{id}/cancellation`."""
    event_id = event_id_of(event_id)
    async with deps.reading() as conn:
        found = await event_cancellation.progress(conn, event_id)
    return shown(progress_fields(found))


def _answered(progress: Progress) -> Answered:
    return Answered(202, progress_fields(progress))
