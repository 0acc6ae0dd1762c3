"""The gate, before every call: whose is the thing that the call is about, and may the caller do that with it?

Each route has an entry in `api/permissions.py`. To who has nothing to do with an organizer, what belongs to it is not
there: he is refused in the very words in which he would be if it did not exist.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from fullhouse.actions import booking, organizer
from fullhouse.actions.deps import Deps
from fullhouse.rules.event import EVERYBODYS, OwnEvents
from fullhouse.rules.people_refusals import NotPermitted, OrganizerNotFound, OrganizerRequired, SignInRequired
from fullhouse.rules.permission import Permission
from fullhouse.rules.refusals import ApiKeyRequired, BookingNotFound, EventNotFound, Refusal, SeriesNotFound
from fullhouse.web.api.ids import event_id_of, id_of
from fullhouse.web.api.permissions import PERMISSIONS
from fullhouse.web.auth import Caller
from fullhouse.web.call import Call
from fullhouse.web.http import Headers

ORGANIZER_HEADER = b"fullhouse-organizer"

NO_EVENT = EventNotFound("There is no such event.")
NO_BOOKING = BookingNotFound("There is no such booking.")
NO_SERIES = SeriesNotFound("There is no such series.")
NO_ORGANIZER = OrganizerNotFound("There is no such organizer.")

STRANGERS = (EventNotFound, BookingNotFound, SeriesNotFound, OrganizerNotFound)

At: TypeAlias = Callable[[Deps, Caller, str], Awaitable[Caller]]


async def let_in(deps: Deps, call: Call, method: str, template: str, ids: Mapping[str, str]) -> Call:
    """The call, its caller with what he may do with the thing that the path names, by its template and its ids.

    Raises ApiKeyRequired or SignInRequired when nobody calls, what the thing's absence raises for a stranger, and
    NotPermitted for a colleague; OrganizerRequired and OrganizerNotFound where the caller has to say for whom.
    """
    need = PERMISSIONS[method, template]
    caller = call.caller
    if need == "public":
        return call if caller.kind in {"nobody", "playground"} else await _known(deps, call, ids)
    if need == "signed_in":
        if caller.kind == "nobody":
            raise SignInRequired("Sign in first: POST /sessions.")
        if caller.kind == "key":
            raise NotPermitted("This is for people who are signed in, not for API keys.", permission="signed_in")
        return call
    if caller.kind == "nobody":
        raise api_key_required()
    named = next((name for name in THINGS if name in ids), None)
    at = await (_at_his_own(deps, call) if named is None else THINGS[named](deps, caller, ids[named]))
    permitted(at, need)
    return call if at is caller else call._replace(caller=at)


async def _known(deps: Deps, call: Call, ids: Mapping[str, str]) -> Call:
    """A public call: who has no standing with the thing, or names none, calls as anybody does."""
    for name, at in THINGS.items():
        if name in ids:
            try:
                return call._replace(caller=await at(deps, call.caller, ids[name]))
            except STRANGERS:
                break
    return call


def permitted(caller: Caller, permission: Permission) -> Caller:
    """The caller, if he may do this. Raises NotPermitted."""
    if not caller.may(permission):
        raise NotPermitted(
            f"This needs the permission '{permission}', which you don't have here.", permission=permission
        )
    return caller


def require(caller: Caller, permission: Permission, missing: Refusal) -> None:
    """Let only those of the organizer ask for this in a call that is public otherwise.

    Raises ApiKeyRequired when nobody calls, `missing` for a stranger, and NotPermitted for a colleague.
    """
    if caller.kind == "nobody":
        raise api_key_required()
    if caller.kind != "playground" and caller.organizer_id is None:
        raise missing
    permitted(caller, permission)


def require_unlimited(caller: Caller) -> None:
    """Refuse a key that is limited to some events what goes beyond these. Raises NotPermitted."""
    if caller.event_ids is not None:
        raise NotPermitted("This API key is limited to some events, and this goes beyond them.", permission="manage")


def own_events(caller: Caller, *, drafts_wanted: bool) -> OwnEvents:
    """The events that a list shows the caller as their organizers see them. Raises ApiKeyRequired and NotPermitted."""
    if caller.kind == "playground":
        return EVERYBODYS
    if drafts_wanted and caller.kind == "nobody":
        raise api_key_required()
    organizer_ids = tuple(one for one, permissions in caller.standings.items() if "read" in permissions)
    if drafts_wanted and not organizer_ids:
        raise NotPermitted("This needs the permission 'read', which you don't have.", permission="read")
    return OwnEvents(organizer_ids, caller.event_ids)


def api_key_required() -> ApiKeyRequired:
    """Nobody calls, and somebody has to."""
    return ApiKeyRequired(
        "This call needs an API key: make one with 'fullhouse key create NAME' and send it as "
        "Authorization: Bearer KEY."
    )


async def at_event(deps: Deps, caller: Caller, text: str) -> Caller:
    """The caller with what he may do with an event. Raises EventNotFound for a stranger."""
    if caller.kind in {"nobody", "playground"}:
        return caller
    event_id = event_id_of(text)
    if caller.event_ids is not None and event_id not in caller.event_ids:
        raise NO_EVENT
    return _standing(caller, await organizer.of_event(deps, event_id), NO_EVENT)


async def at_booking(deps: Deps, caller: Caller, text: str) -> Caller:
    """The caller with what he may do with a booking. Raises BookingNotFound for a stranger."""
    if caller.kind == "playground":
        return caller
    event_id = await booking.event_of(deps, id_of(text, NO_BOOKING))
    try:
        return await at_event(deps, caller, event_id)
    except EventNotFound:
        raise NO_BOOKING from None


async def at_series(deps: Deps, caller: Caller, text: str) -> Caller:
    """The caller with what he may do with all of a series. Raises SeriesNotFound for a stranger."""
    if caller.kind == "playground":
        return caller
    series_id = id_of(text, NO_SERIES)
    if caller.event_ids is not None:
        raise NO_SERIES
    return _standing(caller, await organizer.of_series(deps, series_id), NO_SERIES)


def organizer_id_of(text: str) -> str:
    """The canonical form of an organizer's id. Raises OrganizerNotFound."""
    return id_of(text, NO_ORGANIZER)


async def at_organizer(_: Deps, caller: Caller, text: str) -> Caller:
    """The caller with what he may do with an organizer. Raises OrganizerNotFound for a stranger.

    In the playground it may be that of nobody; then whoever looks for it finds out.
    """
    organizer_id = organizer_id_of(text)
    if caller.kind == "playground":
        return caller._replace(organizer_id=organizer_id)
    at = _standing(caller, organizer_id, NO_ORGANIZER)
    # A key that is good for some events alone is of the house, but has no say in what is beyond them.
    return at if caller.event_ids is None else at._replace(permissions=frozenset())


THINGS: dict[str, At] = {
    "organizer_id": at_organizer,
    "event_id": at_event,
    "series_id": at_series,
    "booking_id": at_booking,
}
"""By the name of its id in a path. A path with several is about the first of these."""


def _standing(caller: Caller, organizer_id: str | None, missing: Refusal) -> Caller:
    if organizer_id is None or organizer_id not in caller.standings:
        raise missing
    return caller._replace(organizer_id=organizer_id, permissions=caller.standings[organizer_id])


async def _at_his_own(deps: Deps, call: Call) -> Caller:
    """The caller at the organizer for whom he calls, where the path names nothing.

    A key has one; who has several, or all as in the playground, says which.
    """
    caller = call.caller
    named = _named(call.headers)
    if caller.kind == "playground":
        if named is not None and not await organizer.exists(deps, named):
            raise NO_ORGANIZER
        return caller._replace(organizer_id=named or organizer.DEFAULT_ID)
    if named is None:
        if len(caller.standings) != 1:
            raise OrganizerRequired(
                "Say for which organizer, in the header Fullhouse-Organizer: ID.", field="Fullhouse-Organizer"
            )
        (named,) = caller.standings
    return await at_organizer(deps, caller, named)


def _named(headers: Headers) -> str | None:
    sent = headers.get(ORGANIZER_HEADER)
    return None if sent is None else organizer_id_of(sent.strip().decode("latin-1"))
