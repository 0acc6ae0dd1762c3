"""Members of an organizer: listed, given other roles, let go. An owner always remains."""

from collections.abc import Callable, Sequence
from datetime import datetime

from fullhouse.actions import acting
from fullhouse.actions import organizer as organizers
from fullhouse.actions.answer import once
from fullhouse.actions.deps import Deps
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import IdempotencyKey
from fullhouse.rules.member import Member, require_owner_left
from fullhouse.rules.people_refusals import MemberNotFound
from fullhouse.rules.permission import Role
from fullhouse.store import member, organizer
from fullhouse.store.db import WriteConn


async def of_organizer(deps: Deps, organizer_id: str) -> Sequence[Member]:
    """All members, the oldest first. Raises OrganizerNotFound."""
    async with deps.reading() as conn:
        await organizers.find(conn, organizer_id)
        return await member.of_organizer(conn, organizer_id)


async def change_role(
    deps: Deps,
    organizer_id: str,
    person_id: str,
    role: Role,
    key: IdempotencyKey | None,
    told: Callable[[Member], Answered],
) -> Answered:
    """Give a member another role, which counts from his next call on.

    Raises MemberNotFound, LastOwner, IdempotencyKeyReused, Busy and OutcomeUnknown.
    """

    async def work(conn: WriteConn, _: datetime) -> Answered:
        before = await _locked(conn, organizer_id, person_id)
        acting.before(told(before).body)
        await member.put(conn, organizer_id, person_id, role, before.created_at)
        require_owner_left(before.role, await member.owners(conn, organizer_id))
        return told(before._replace(role=role))

    return await once(deps, key, work)


async def remove(deps: Deps, organizer_id: str, person_id: str, key: IdempotencyKey | None) -> Answered:
    """Let a member go, or let him leave; his sessions stay, and open nothing of the organizer any more.

    Raises MemberNotFound, LastOwner, IdempotencyKeyReused, Busy and OutcomeUnknown.
    """

    async def work(conn: WriteConn, _: datetime) -> Answered:
        before = await _locked(conn, organizer_id, person_id)
        acting.before(before._asdict())
        await member.remove(conn, organizer_id, person_id)
        require_owner_left(before.role, await member.owners(conn, organizer_id))
        return Answered(204, None)

    return await once(deps, key, work)


async def _locked(conn: WriteConn, organizer_id: str, person_id: str) -> Member:
    # Two owners who leave at once take turns here, and the second is the last one.
    await organizer.lock(conn, organizer_id)
    found = await member.find(conn, organizer_id, person_id)
    if found is None:
        raise MemberNotFound("The organizer has no such member.")
    return found
