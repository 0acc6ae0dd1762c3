"""The navigation of the console: the pages of an organizer, and those of an event, that somebody may open."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from fullhouse.rules.permission import Permission
from fullhouse.web.api.permissions import PERMISSIONS
from fullhouse.web.pages.language import N_
from fullhouse.web.pages.visitor import Visitor

ORGANIZER = "/console/organizers/{organizer_id}"
EVENT = "/console/events/{event_id}"

ORGANIZER_PAGES = (
    (ORGANIZER, N_("Dashboard")),
    (f"{ORGANIZER}/events", N_("Events")),
    (f"{ORGANIZER}/bookings", N_("Bookings")),
    (f"{ORGANIZER}/team", N_("Team")),
    (f"{ORGANIZER}/keys", N_("Keys")),
    (f"{ORGANIZER}/webhooks", N_("Webhooks")),
    (f"{ORGANIZER}/mails", N_("Mails")),
    (f"{ORGANIZER}/privacy", N_("Privacy")),
    (f"{ORGANIZER}/audit-log", N_("Audit log")),
    (f"{ORGANIZER}/settings", N_("Settings")),
)
EVENT_PAGES = (
    (EVENT, N_("Overview")),
    (f"{EVENT}/bookings", N_("Bookings")),
    (f"{EVENT}/offer", N_("Offer")),
    (f"{EVENT}/image", N_("Picture")),
    (f"{EVENT}/sale", N_("Box office")),
    (f"{EVENT}/messages", N_("Messages")),
    (f"{EVENT}/settings", N_("Settings")),
)
ALL_EVENTS = (f"{ORGANIZER}/events", N_("All events"))


class Entry(NamedTuple):
    """A page that the navigation leads to. `name` is translated where it is shown."""

    path: str
    name: str
    is_here: bool = False


def of_organizer(visitor: Visitor, organizer_id: str) -> list[Entry]:
    """The pages of an organizer that the visitor may open there, where the gate has let him in."""
    return _marked(visitor, open_pages(visitor.call.caller.permissions, organizer_id))


def of_event(visitor: Visitor, event_id: str) -> list[Entry]:
    """The pages of an event that the visitor may open, behind the way back to all events of its organizer."""
    caller = visitor.call.caller
    pages = _entries(caller.permissions, EVENT_PAGES, event_id=event_id)
    if caller.organizer_id is None:
        return _marked(visitor, pages)
    back = _entries(caller.permissions, (ALL_EVENTS,), organizer_id=caller.organizer_id)
    return [*back, *_marked(visitor, pages)]


def open_pages(permissions: frozenset[Permission], organizer_id: str) -> list[Entry]:
    """The pages of an organizer that these permissions open."""
    return _entries(permissions, ORGANIZER_PAGES, organizer_id=organizer_id)


def _entries(permissions: frozenset[Permission], pages: Iterable[tuple[str, str]], **ids: str) -> list[Entry]:
    """The pages that there are, and that these permissions open: a link must not lead to a refusal."""
    found = []
    for template, name in pages:
        need = PERMISSIONS.get(("GET", template))
        if need is not None and (need in {"public", "signed_in"} or need in permissions):
            found.append(Entry(template.format(**ids), name))
    return found


def _marked(visitor: Visitor, entries: Sequence[Entry]) -> list[Entry]:
    """The entries, the one marked that the visitor's page belongs to: the most particular one that it is below."""
    here = [one.path for one in entries if f"{visitor.path}/".startswith(f"{one.path}/")]
    nearest = max(here, key=len, default="")
    return [one._replace(is_here=one.path == nearest) for one in entries]
