"""The parameters that routes take: the call itself, ids in paths, filters in queries."""

from typing import Annotated

from fastapi import Depends, Path, Query, Request

from fullhouse.rules.refusals import ValidationFailed
from fullhouse.web.api.event_shapes import ListedState
from fullhouse.web.api.shapes import TEXT_PATTERN, Moment, has_control_characters
from fullhouse.web.call import Call


def current_call(request: Request) -> Call:
    """The call as the front door has read it."""
    call: Call = request.scope["fullhouse.call"]
    return call


def one_line(
    q: Annotated[
        str | None,
        Query(
            max_length=200,
            description="Text in the name or the venue.",
            json_schema_extra={"pattern": f"^{TEXT_PATTERN}*$"},
        ),
    ] = None,
) -> str | None:
    """Refuse what PostgreSQL's text can't hold."""
    if q is not None and has_control_characters(q):
        raise ValidationFailed("q: must not hold control characters.", field="q")
    return q


CurrentCall = Annotated[Call, Depends(current_call)]
EventId = Annotated[str, Path(description="The event's id.")]
BookingId = Annotated[str, Path(description="The booking's id.")]
Text = Annotated[str | None, Depends(one_line)]
Since = Annotated[Moment | None, Query(alias="from", description="Events that begin at this moment or later.")]
Until = Annotated[Moment | None, Query(alias="to", description="Events that begin before this moment.")]
Limit = Annotated[int, Query(ge=1, le=200, description="Events on a page.")]
State = Annotated[ListedState, Query(description="All states but `published` and `cancelled` need an API key.")]
Cursor = Annotated[str | None, Query(max_length=200, description="From the Link header of the page before.")]
