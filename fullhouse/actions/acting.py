"""Who acts in the call or job under way, and the audit log's entry for what he does.

The web and the worker say who acts and where; works say what it is about and how that was before. It travels beside the
arguments, in a context variable, so that a new write is in the log without knowing of it.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from contextvars import ContextVar
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from pydantic_core import to_json, to_jsonable_python

from fullhouse.actions.ids import new_id
from fullhouse.rules.actor import ActorKind, Who
from fullhouse.rules.audit_log import INSTALLATION, Entry
from fullhouse.rules.withheld import withheld
from fullhouse.store import audit_log, member
from fullhouse.store.db import WriteConn


class Place(NamedTuple):
    """Which act it is, and what its path names: an organizer, an event, and other things by the names of their ids."""

    act: str
    organizer_id: str | None = None
    event_id: str | None = None
    named: Mapping[str, str] = MappingProxyType({})


class _Acting:
    """What is known by now of the act under way."""

    __slots__ = ("address", "after", "before", "booking_numbers", "event_id", "organizer_id", "place", "who")

    def __init__(self, address: str | None, who: Who | None = None, place: Place | None = None) -> None:
        self.address = address
        self.who = who
        self.place = place
        self.organizer_id: str | None = None
        self.event_id: str | None = None
        self.booking_numbers: tuple[int, ...] = ()
        self.before: Any = None
        self.after: Any = None


_ACTING: ContextVar[_Acting | None] = ContextVar("acting", default=None)


class _Within:
    """A block in which somebody acts. A class, since a generator would cost every call several times as much."""

    __slots__ = ("_acting", "_token")

    def __init__(self, acting: _Acting) -> None:
        self._acting = acting

    def __enter__(self) -> None:
        self._token = _ACTING.set(self._acting)

    def __exit__(self, *_: object) -> None:
        _ACTING.reset(self._token)


def calling(address: str | None) -> AbstractContextManager[None]:
    """Let somebody act who calls from an address; who he is, and what he wants, is said by `known`."""
    return _Within(_Acting(address))


def acting_as(who: Who, act: str) -> AbstractContextManager[None]:
    """Let all that is done within be done by a job, or at the command line."""
    return _Within(_Acting(who.address, who, Place(act)))


def is_logged() -> bool:
    """Tell whether what is done now may be written down at all."""
    return _ACTING.get() is not None


def known(kind: ActorKind, actor_id: str | None, name: str, place: Place | None = None) -> None:
    """Say who calls, and for what unless that was said."""
    now = _ACTING.get()
    if now is not None:
        now.who = Who(kind, actor_id, name, now.address)
        now.place = place or now.place


def staff() -> Who | None:
    """Who acts, for what the engine writes down; None for the public, whose bookings speak for themselves."""
    now = _ACTING.get()
    return now.who if now is not None and now.who is not None and now.who.is_staff else None


def about(event_id: str, *booking_numbers: int) -> None:
    """Say which event the act is about, and which of its bookings."""
    now = _ACTING.get()
    if now is not None:
        now.event_id, now.booking_numbers = event_id, booking_numbers


def about_organizer(organizer_id: str) -> None:
    """Say which organizer the act is about, where the path names none."""
    now = _ACTING.get()
    if now is not None:
        now.organizer_id = organizer_id


def before(value: Any) -> None:  # noqa: ANN401 - whatever can be written as JSON
    """Say how it was before, in the shape in which it is told afterwards."""
    now = _ACTING.get()
    if now is not None:
        now.before = value


def after(value: Any) -> None:  # noqa: ANN401 - whatever can be written as JSON
    """Say how it is afterwards, where the answer says less."""
    now = _ACTING.get()
    if now is not None:
        now.after = value


def begin() -> None:
    """Forget what was said of an act that was not done after all."""
    before(None)
    after(None)


async def write_down(conn: WriteConn, answered: Any, now: datetime) -> None:  # noqa: ANN401 - any part of JSON
    """Write the act under way into the log, in its own transaction. Without anybody acting, nothing is written."""
    doing = _ACTING.get()
    if doing is not None and doing.place is not None:
        told = answered if doing.after is None else doing.after
        was = doing.before
        if was is None and told is None:
            # What is gone without a word is known by its ids at least.
            was = dict(doing.place.named) or None
        await record(conn, doing.place.act, now, before=was, after=told)


async def record(
    conn: WriteConn,
    act: str,
    now: datetime,
    *,
    before: Any = None,  # noqa: ANN401 - any part of JSON
    after: Any = None,  # noqa: ANN401 - any part of JSON
    of: tuple[str, Sequence[int]] | None = None,
    organizer_id: str | None = None,
) -> None:
    """Write an act with a name of its own into the log; `of` is the event and the numbers of its bookings."""
    doing = _ACTING.get()
    if doing is None or doing.who is None:
        return
    place = doing.place or Place(act)
    event_id, numbers = of or (doing.event_id or place.event_id, doing.booking_numbers)
    owner_id = organizer_id or doing.organizer_id or place.organizer_id
    told = _json(before), _json(after)
    for one_id in [owner_id] if owner_id or event_id else await _organizers_of(conn, doing.who):
        at = new_id(now), one_id or INSTALLATION, now
        await audit_log.add(conn, Entry(*at, doing.who, act, event_id, tuple(numbers), *told))


async def _organizers_of(conn: WriteConn, who: Who) -> list[str | None]:
    """Whose log has what a person does for himself, as signing in: that of each organizer that he works for."""
    if who.kind != "member" or who.id is None:
        return [None]
    return [one.organizer_id for one in await member.of_person(conn, who.id)] or [None]


def _json(value: Any) -> str | None:  # noqa: ANN401 - whatever can be written as JSON
    return None if value is None else to_json(withheld(to_jsonable_python(value))).decode()
