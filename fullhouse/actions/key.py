"""API keys: made once, shown once, kept as a hash."""

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from fullhouse.actions import acting, answer, organizer
from fullhouse.actions.deps import Deps
from fullhouse.actions.ids import new_id
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import IdempotencyKey
from fullhouse.rules.people_refusals import KeyNotFound
from fullhouse.rules.permission import Scope
from fullhouse.rules.refusals import ApiKeyRequired, ValidationFailed
from fullhouse.store import key
from fullhouse.store import organizer as organizers
from fullhouse.store.db import Database, ReadConn, WriteConn
from fullhouse.store.key import ApiKey, LiveKey

PREFIX = "fh_"
TEST_PREFIX = "fh_test_"
NAME_LENGTH_MAX = 200


class KeyTerms(NamedTuple):
    """What a new key is to be good for; one for tests acts for the organizer for tests, which has data of its own."""

    scopes: tuple[Scope, ...] = ("read", "sell", "manage")
    event_ids: tuple[str, ...] | None = None
    expires_at: datetime | None = None
    is_test: bool = False


ALL_EVENTS = KeyTerms()
"""For good, for all events, for all that a key can do but admit at the door."""


async def live(deps: Deps, text: str) -> LiveKey:
    """The key that a text is. Raises ApiKeyRequired for one that is unknown, revoked or expired."""
    found = await deps.api_keys.find(hash_of(text))
    now = deps.clock()
    if found is None:
        raise ApiKeyRequired("The API key is not known, or it was revoked.")
    if found.expires_at is not None and found.expires_at <= now:
        raise ApiKeyRequired("The API key has expired.")
    deps.key_use.note(found.id, now)
    return found


async def create(
    database: Database,
    name: str,
    now: datetime,
    terms: KeyTerms = ALL_EVENTS,
    organizer_id: str = organizer.DEFAULT_ID,
) -> str:
    """Make a key and return it; afterwards only its hash is known. Raises as `issue` does."""
    async with database.write() as conn:
        text, made = await _make(conn, name, now, terms, organizer_id)
        await acting.record(conn, "key.creation", now, after=made._asdict(), organizer_id=made.organizer_id)
    return text


async def issue(
    deps: Deps,
    organizer_id: str,
    name: str,
    terms: KeyTerms,
    asked: IdempotencyKey | None,
    told: Callable[[ApiKey], Answered],
) -> Answered:
    """Make a key; the answer has it as `key`. Told again it has not: the key itself is stored nowhere.

    Raises OrganizerNotFound, ValidationFailed, and what `answer.once` raises.
    """
    texts = []

    async def work(conn: WriteConn, now: datetime) -> Answered:
        text, made = await _make(conn, name, now, terms, organizer_id)
        texts.append(text)
        return told(made)

    answered = await answer.once(deps, asked, work)
    return answered if answered.replayed else answered._replace(body={**answered.body, "key": texts[-1]})


async def _make(conn: WriteConn, name: str, now: datetime, terms: KeyTerms, organizer_id: str) -> tuple[str, ApiKey]:
    """Make a key with 256 random bits."""
    found = await organizer.find(conn, organizer_id)
    is_test = terms.is_test or found.test_of is not None
    if is_test:
        organizer_id = await organizer.for_tests(conn, organizer_id, now)
    if terms.expires_at is not None and terms.expires_at <= now:
        raise ValidationFailed("expires_at: must be in the future.", field="expires_at")
    if terms.event_ids is not None:
        owners = await organizers.of_events(conn, terms.event_ids)
        if any(owners.get(event_id) != organizer_id for event_id in terms.event_ids):
            raise ValidationFailed("event_ids: the organizer has no such event.", field="event_ids")
    text = (TEST_PREFIX if is_test else PREFIX) + secrets.token_urlsafe(32)
    made = ApiKey(
        *(new_id(now), organizer_id, name, terms.scopes, terms.event_ids, is_test, now),
        *(terms.expires_at, None, None),
    )
    await key.create(conn, made, hash_of(text))
    return text, made


def hash_of(text: str) -> bytes:
    """A plain SHA-256 is enough for a key of 256 random bits: there is nothing to guess from."""
    return sha256(text.encode("utf-8", "surrogateescape")).digest()


async def page(conn: ReadConn, organizer_id: str, after: str | None, limit: int) -> Sequence[ApiKey]:
    """Keys of an organizer, also those for tests, from behind `after`, the oldest first. Raises OrganizerNotFound."""
    await organizer.find(conn, organizer_id)
    return await key.page(conn, organizer_id, after, limit)


async def everything(database: Database) -> Sequence[ApiKey]:
    """All keys of all organizers, live and revoked, the oldest first."""
    async with database.read() as conn:
        return await key.page(conn, None, None, None)


async def end(deps: Deps, organizer_id: str, key_id: str, asked: IdempotencyKey | None) -> Answered:
    """End a key of an organizer for good. Raises KeyNotFound, and what `answer.once` raises."""

    async def work(conn: WriteConn, now: datetime) -> Answered:
        if not await key.revoke(conn, key_id, now, organizer_id):
            raise KeyNotFound("The organizer has no such live API key.")
        return Answered(204, None)

    return await answer.once(deps, asked, work)


async def revoke(database: Database, key_id: str, now: datetime) -> bool:
    """End a key of whatever organizer for good; False when there is no such live key."""
    try:
        canonical = str(UUID(key_id))
    except ValueError:
        return False
    async with database.write() as conn:
        is_ended = await key.revoke(conn, canonical, now)
        if is_ended:
            (found,) = [one for one in await key.page(conn, None, None, None) if one.id == canonical]
            told = {"id": canonical, "name": found.name}
            await acting.record(conn, "key.revocation", now, after=told, organizer_id=found.organizer_id)
    return is_ended
