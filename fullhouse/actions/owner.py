"""Owners made from the command line, by who runs the installation."""

from fullhouse.actions import acting
from fullhouse.actions import organizer as organizers
from fullhouse.actions import password as passwords
from fullhouse.actions.answer import transaction
from fullhouse.actions.deps import Deps
from fullhouse.actions.ids import new_id
from fullhouse.rules.person import Person
from fullhouse.store import member, person, second_factor, session, setup_link


async def create(deps: Deps, email: str, name: str, password: str, organizer_id: str) -> Person:
    """Make somebody an owner of an organizer.

    Who has an account keeps it, gets this password, loses all second factors, and is signed out everywhere: so the
    operator lets an owner in who has lost everything. Raises OrganizerNotFound, PasswordNotAllowed, Busy and
    OutcomeUnknown.
    """
    hash_ = await passwords.hash_of_new(deps, password, (email, name))
    async with transaction(deps.database) as conn:
        now = deps.clock()
        await organizers.find(conn, organizer_id)
        made = Person(new_id(now), email, name, "en")
        if not await person.add(conn, made, hash_, now):
            account = await person.by_email(conn, email)
            made = account.person if account else made
            await person.change_password(conn, made.id, hash_)
            await second_factor.delete_all(conn, made.id)
            await session.revoke_all(conn, made.id, now)
        await member.put(conn, organizer_id, made.id, "owner", now)
        await setup_link.forget_all(conn)
        told = {"person_id": made.id, "name": made.name}
        await acting.record(conn, "owner.creation", now, after=told, organizer_id=organizer_id)
        return made
