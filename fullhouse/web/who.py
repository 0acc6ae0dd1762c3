"""Who acts in a call, and which act it is, as the audit log writes it down."""

from collections.abc import Mapping

from fullhouse.actions import acting
from fullhouse.actions.acting import Place
from fullhouse.web.api.permissions import PERMISSIONS
from fullhouse.web.api.shapes import uuid_or_none
from fullhouse.web.auth import Caller
from fullhouse.web.console.acts import ACTS
from fullhouse.web.http import Scope

SIGNS_IN = "/sessions/oidc/callback"
"""A GET, because the browser is sent there by the OpenID provider."""

SAID_APART = frozenset({"organizer_id", "event_id", "booking_id"})


def is_logged(scope: Scope, body: bytes) -> bool:
    """Tell whether a call may write to the audit log: a read only at a sign-in, a booking only as a sale at the desk.

    That one says how it was paid. In JSON a letter may be written as an escape, so that counts as said, too.
    """
    if scope["method"] == "GET":
        return bool(scope["path"] == SIGNS_IN)
    return scope["path"] != "/bookings" or b"paid_by" in body or b"\\" in body


def acts(caller: Caller, method: str, template: str, ids: Mapping[str, str]) -> None:
    """Tell the audit log who was let in, and for which operation. Who has no standing with a booking is its buyer."""
    if not acting.is_logged():
        return
    organizer_id = caller.organizer_id or uuid_or_none(ids.get("organizer_id", ""))
    named = {name: value for name, value in ids.items() if name not in SAID_APART}
    act = ACTS.get((method, template), f"{method} {template}")
    place = Place(act, organizer_id, uuid_or_none(ids.get("event_id", "")), named)
    is_stranger = bool(ids) and caller.organizer_id is None and PERMISSIONS[method, template] == "public"
    if caller.kind == "playground":
        acting.known("playground", None, caller.name, place)
    elif caller.kind == "nobody" or is_stranger:
        acting.known("buyer", None, "", place)
    else:
        acting.known(caller.kind, caller.person_id or caller.id, caller.name, place)
