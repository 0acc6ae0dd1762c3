"""The parameters that routes take: the call itself, ids in paths, filters in queries."""

from typing import Annotated, NamedTuple

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


class ChangesWanted(NamedTuple):
    """Which changes are wanted."""

    cursor: str | None
    types: str | None
    wait: int
    limit: int


def changes_wanted(
    cursor: Annotated[str | None, Query(max_length=100, description="`next_cursor` of the answer before.")] = None,
    types: Annotated[
        str | None,
        Query(
            max_length=300,
            description="Only types that begin so; several are separated by commas: `booking.,event.cancelled`.",
            json_schema_extra={"pattern": r"^[a-z.]+(,[a-z.]+)*$"},
        ),
    ] = None,
    wait: Annotated[
        int, Query(ge=0, le=25, description="Seconds to wait for something new when there is nothing.")
    ] = 0,
    limit: Annotated[int, Query(ge=1, le=1_000, description="Changes of an answer.")] = 100,
) -> ChangesWanted:
    """The query of a call for changes."""
    return ChangesWanted(cursor, types, wait, limit)


ChangesQuery = Annotated[ChangesWanted, Depends(changes_wanted)]
CurrentCall = Annotated[Call, Depends(current_call)]
EventId = Annotated[str, Path(description="The event's id.")]
OrganizerId = Annotated[str, Path(description="The organizer's id.")]
BookingId = Annotated[str, Path(description="The booking's id.")]
Text = Annotated[str | None, Depends(one_line)]
Since = Annotated[Moment | None, Query(alias="from", description="Events that begin at this moment or later.")]
Until = Annotated[Moment | None, Query(alias="to", description="Events that begin before this moment.")]
Limit = Annotated[int, Query(ge=1, le=200, description="Events on a page.")]
State = Annotated[
    ListedState, Query(description="`draft` and `all` need an API key, and show drafts of one's own organizers.")
]
Cursor = Annotated[str | None, Query(max_length=200, description="From the Link header of the page before.")]
