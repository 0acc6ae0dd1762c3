"""The calls whose body may be larger than others: pictures that are uploaded."""

from typing import NamedTuple


class Upload(NamedTuple):
    """A call that uploads something, by its template and the ids in its path."""

    template: str
    ids: dict[str, str]


TEMPLATES: dict[str, tuple[str, ...]] = {
    "PUT": ("/events/{event_id}/image", "/organizers/{organizer_id}/logo"),
    "POST": ("/console/events/{event_id}/image", "/console/organizers/{organizer_id}/logo"),
}


def upload_of(method: str, path: str) -> Upload | None:
    """The upload that a call is; None for any other call."""
    for template in TEMPLATES.get(method, ()):
        head, _, rest = template.partition("{")
        name, _, tail = rest.partition("}")
        if path.startswith(head) and path.endswith(tail):
            one_id = path[len(head) : -len(tail)]
            if one_id and "/" not in one_id:
                return Upload(template, {name: one_id})
    return None
