"""Cursors of lists: where a page ends, as text that says nothing to who reads it."""

import base64
from datetime import datetime

from fullhouse.rules.refusals import ValidationFailed
from fullhouse.web.api.shapes import uuid_or_none


def cursor_of(end: str) -> str:
    """The cursor that stands for the end of a page."""
    return base64.urlsafe_b64encode(end.encode()).decode()


def end_of(cursor: str) -> str:
    """What a cursor stands for. Raises ValidationFailed."""
    try:
        return base64.b64decode(cursor, altchars=b"-_", validate=True).decode()
    except ValueError:
        raise unknown() from None


def moment_and_id(end: str) -> tuple[datetime, str]:
    """The end of a page of a list that is in order of a moment, then of an id. Raises ValidationFailed."""
    moment, _, one_id = end.partition(" ")
    return moment_in(moment), id_in(one_id)


def moment_in(text: str) -> datetime:
    """A moment in the end of a page. Raises ValidationFailed."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise unknown() from None
    if moment.tzinfo is None:
        raise unknown()
    return moment


def id_in(text: str) -> str:
    """An id in the end of a page, or one that is a cursor as it stands. Raises ValidationFailed."""
    canonical = uuid_or_none(text)
    if canonical is None:
        raise unknown()
    return canonical


def unknown() -> ValidationFailed:
    """A cursor that was not given by us."""
    return ValidationFailed("cursor: take it from the Link header of the page before.", field="cursor")
