"""Persons as they see themselves."""

from fullhouse.actions import acting
from fullhouse.actions.answer import transaction
from fullhouse.actions.deps import Deps
from fullhouse.rules.member import Membership
from fullhouse.rules.people_refusals import SignInRequired
from fullhouse.rules.person import Person
from fullhouse.store import member, person


async def with_memberships(deps: Deps, person_id: str) -> tuple[Person, list[Membership]]:
    """A person, and what he is for which organizer. Raises SignInRequired when there is no such person any more."""
    async with deps.reading() as conn:
        account = await person.find(conn, person_id)
        memberships = await member.of_person(conn, person_id)
    if account is None:
        raise SignInRequired("There is no such person any more.")
    return account.person, memberships


async def rename(deps: Deps, person_id: str, name: str) -> None:
    """Let a person be called otherwise. Raises SignInRequired, Busy and OutcomeUnknown."""
    async with transaction(deps.database) as conn:
        account = await person.lock(conn, person_id)
        if account is None:
            raise SignInRequired("There is no such person any more.")
        await person.rename(conn, person_id, name)
        before, after = {"name": account.person.name}, {"name": name}
        await acting.record(conn, "person.renaming", deps.clock(), before=before, after=after)
