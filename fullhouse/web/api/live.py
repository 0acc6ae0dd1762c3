"""What is left of an event, shown as long as somebody looks."""

from functools import partial

from fullhouse.actions import live
from fullhouse.actions.deps import Deps
from fullhouse.web.api.ids import event_id_of
from fullhouse.web.call import Call
from fullhouse.web.event_stream import EventStream


async def show(deps: Deps, call: Call, event_id: str) -> EventStream:
    """`GET /events/{id}/live`."""
    stream = await live.watch(deps, event_id_of(event_id), call.address, drafts=call.caller.may("read"))
    last_id = call.headers.get(b"last-event-id")
    return EventStream(
        stream, partial(live.leave, deps, call.address), None if last_id is None else last_id.decode("latin-1")
    )
