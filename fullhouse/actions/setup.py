"""The first owner of a closed installation: a link that the first start prints, and what is done with it."""

from datetime import datetime

from fullhouse.actions import acting
from fullhouse.actions import password as passwords
from fullhouse.actions import session as sessions
from fullhouse.actions.answer import transaction
from fullhouse.actions.deps import Deps
from fullhouse.actions.ids import new_id
from fullhouse.actions.secret import hash_of, new_token
from fullhouse.actions.session import Begun
from fullhouse.rules.people_refusals import LinkNotValid
from fullhouse.rules.person import Person
from fullhouse.rules.session import Visit
from fullhouse.store import member, organizer, person, setup_link
from fullhouse.store.db import Database, ReadConn

PATH = "/console/setup"


async def new_link_token(database: Database, now: datetime) -> str | None:
    """The token of a new link, good until there is an owner; None when there is one already."""
    async with database.write() as conn:
        if await setup_link.owner_exists(conn):
            return None
        token = new_token()
        await setup_link.add(conn, hash_of(token), now)
    return token


async def complete(
    deps: Deps, token: str, made: tuple[str, str], password: str, organizer_name: str, visit: Visit
) -> Begun:
    """Make the first owner, of mail address and name in `made`; the default organizer gets a name. He is signed in.

    Raises LinkNotValid, PasswordNotAllowed, Busy and OutcomeUnknown.
    """
    email, name = made
    async with deps.reading() as conn:
        await _require_valid(conn, token)
    hash_ = await passwords.hash_of_new(deps, password, (email, name, organizer_name))
    async with transaction(deps.database) as conn:
        # Of two who come at once, the second finds an owner behind the lock.
        locked = await organizer.lock(conn, organizer.DEFAULT_ID)
        await _require_valid(conn, token)
        now = deps.clock()
        first = Person(new_id(now), email, name, "en")
        if locked is None or not await person.add(conn, first, hash_, now):
            # Without an owner there may be persons, whose organizers have no owner any more; none is taken over here.
            raise _not_valid()
        await organizer.change(conn, locked._replace(name=organizer_name))
        await member.put(conn, organizer.DEFAULT_ID, first.id, "owner", now)
        await setup_link.forget_all(conn)
        acting.known("member", first.id, first.name)
        told = {"person_id": first.id, "name": organizer_name}
        await acting.record(conn, "organizer.set_up", now, after=told, organizer_id=organizer.DEFAULT_ID)
        return await sessions.begin(conn, first, visit, deps.people.session, now)


async def _require_valid(conn: ReadConn, token: str) -> None:
    if not await setup_link.exists(conn, hash_of(token)) or await setup_link.owner_exists(conn):
        raise _not_valid()


def _not_valid() -> LinkNotValid:
    return LinkNotValid("This link can't be used, or not any more. A new start prints one as long as nobody owns this.")
