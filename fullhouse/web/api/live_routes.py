"""The route of what is left of an event, live."""

from typing import Any

from fastapi import APIRouter, Response

from fullhouse.actions.deps import Deps
from fullhouse.rules.live import Left, TypeLeft
from fullhouse.web.api import live
from fullhouse.web.api.documents import body_of, problems
from fullhouse.web.api.live_shapes import KIND, LiveShape, frame_of
from fullhouse.web.api.parameters import CurrentCall, EventId

EXAMPLE = Left(
    "01900000-0000-7000-8000-000000000000",
    "on_sale",
    300,
    4,
    (TypeLeft("01900000-0000-7000-8000-000000000001", "few", 4),),
)
STREAM: dict[str, Any] = {
    "description": "Server-sent events (WHATWG HTML, section 9.2), one at once and one for each change; "
    f"the `data` of an event `{KIND}` is JSON of this form.",
    "content": {
        "text/event-stream": {
            "schema": {
                "type": "string",
                "contentMediaType": "application/json",
                "contentSchema": body_of(LiveShape)["content"]["application/json"]["schema"],
            },
            "example": "retry: 4000\n" + frame_of(EXAMPLE).encoded.decode(),
        }
    },
}
LAST_EVENT_ID = {
    "name": "Last-Event-ID",
    "in": "header",
    "required": False,
    "description": "Sent by browsers that come back. What they have seen already they are not sent again.",
    "schema": {"type": "string"},
}


def add(router: APIRouter, deps: Deps) -> None:
    """Add the stream."""

    @router.get(
        "/events/{event_id}/live",
        tags=["events"],
        response_class=Response,
        responses={200: STREAM, **problems("event_not_found", "too_much_at_once")},
        openapi_extra={"parameters": [LAST_EVENT_ID]},
    )
    async def follow_availability(event_id: EventId, call: CurrentCall) -> Response:
        """Show what is left of an event at once, and again whenever it changes, until you hang up.

        Of a ticket type it is told how many are left when they are few, and otherwise only that there are some. When
        there are too many streams, the answer is 503, and 429 when too many of them come from your address; ask for the
        availability then.
        """
        return await live.show(deps, call, event_id)
