"""Organizers: made, shown and changed; whose an event is; and the organizer for the tests of another."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from fullhouse.actions import acting, answer
from fullhouse.actions.deps import Deps
from fullhouse.actions.ids import new_id
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import IdempotencyKey
from fullhouse.rules.organizer import Language, Organizer
from fullhouse.rules.people_refusals import OrganizerNotFound
from fullhouse.store import member, organizer
from fullhouse.store.db import Database, ReadConn, WriteConn

DEFAULT_ID = organizer.DEFAULT_ID
NAME_LENGTH_MAX = 200


async def create(
    deps: Deps,
    values: Mapping[str, Any],
    owner_id: str | None,
    key: IdempotencyKey | None,
    told: Callable[[Organizer], Answered],
) -> Answered:
    """Make an organizer of its name, language and `reply_to`, and that person its owner.

    Raises what `answer.once` raises.
    """

    async def work(conn: WriteConn, now: datetime) -> Answered:
        made = Organizer(new_id(now), **values, test_of=None, created_at=now)
        await organizer.create(conn, made)
        if owner_id is not None:
            await member.put(conn, made.id, owner_id, "owner", now)
        acting.about_organizer(made.id)
        return told(made)

    return await answer.once(deps, key, work)


async def create_at(database: Database, name: str, language: Language, now: datetime) -> Organizer:
    """Do the same from the command line."""
    made = Organizer(new_id(now), name, language, None, None, now)
    async with database.write() as conn:
        await organizer.create(conn, made)
        await acting.record(conn, "organizer.creation", now, after=made._asdict(), organizer_id=made.id)
    return made


async def change(
    deps: Deps,
    organizer_id: str,
    given: Mapping[str, Any],
    key: IdempotencyKey | None,
    told: Callable[[Organizer], Answered],
) -> Answered:
    """Give some fields of an organizer other values. Raises OrganizerNotFound, and what `answer.once` raises."""

    async def work(conn: WriteConn, _: datetime) -> Answered:
        before = await locked(conn, organizer_id)
        acting.before(told(before).body)
        after = before._replace(**given)
        await organizer.change(conn, after)
        return told(after)

    return await answer.once(deps, key, work)


async def find(conn: ReadConn, organizer_id: str) -> Organizer:
    """Look an organizer up. Raises OrganizerNotFound."""
    return _found(await organizer.find(conn, organizer_id))


async def locked(conn: WriteConn, organizer_id: str) -> Organizer:
    """Look an organizer up to change it. Raises OrganizerNotFound."""
    return _found(await organizer.lock(conn, organizer_id))


async def everything(database: Database) -> Sequence[Organizer]:
    """All organizers, each before the one for its tests."""
    async with database.read() as conn:
        return await organizer.everything(conn)


async def for_tests(conn: WriteConn, organizer_id: str, now: datetime) -> str:
    """The id of the organizer for the tests of another, which is made when it is first asked for.

    One that is for tests has none but itself. Raises OrganizerNotFound.
    """
    found = await locked(conn, organizer_id)
    if found.test_of is not None:
        return found.id
    test_id = await organizer.for_tests_of(conn, organizer_id)
    if test_id is None:
        test_id = new_id(now)
        await organizer.create(conn, found._replace(id=test_id, test_of=organizer_id, created_at=now))
    return test_id


async def is_for_tests(deps: Deps, event_id: str) -> bool:
    """Tell whether an event is one of a test organizer. Raises Busy."""
    organizer_id = await of_event(deps, event_id)
    async with deps.reading() as conn:
        found = None if organizer_id is None else await organizer.find(conn, organizer_id)
    return found is not None and found.test_of is not None


async def of_event(deps: Deps, event_id: str) -> str | None:
    """Whose an event is, also a draft; None when there is no such event. That never changes, so it is remembered."""
    organizer_id = deps.organizer_memory.find(event_id)
    if organizer_id is None:
        organizer_id = await deps.event_organizers.find(event_id)
        if organizer_id is not None:
            deps.organizer_memory.remember(event_id, organizer_id)
    return organizer_id


async def of_series(deps: Deps, series_id: str) -> str | None:
    """Whose a series is; None when there is no such series. Raises Busy."""
    async with deps.reading() as conn:
        return await organizer.of_series(conn, series_id)


async def exists(deps: Deps, organizer_id: str) -> bool:
    """Tell whether there is such an organizer. Raises Busy."""
    async with deps.reading() as conn:
        return await organizer.exists(conn, organizer_id)


def _found(found: Organizer | None) -> Organizer:
    if found is None:
        raise OrganizerNotFound("There is no such organizer.")
    return found
