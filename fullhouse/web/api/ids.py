"""Ids in paths: brought to their canonical form; what is none is the id of nothing."""

from fullhouse.rules.refusals import EventNotFound, Refusal
from fullhouse.web.api.shapes import uuid_or_none


def event_id_of(text: str) -> str:
    """The canonical form of an event's id. Raises EventNotFound."""
    return id_of(text, EventNotFound("There is no such event."))


def id_of(text: str, refusal: Refusal) -> str:
    """The canonical form of an id. Raises `refusal`."""
    canonical = uuid_or_none(text)
    if canonical is None:
        raise refusal
    return canonical
