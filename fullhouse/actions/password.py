"""New passwords: looked at, made into a hash, and put into the place of the old one."""

from collections.abc import Iterable

from fullhouse.actions import acting, attempt
from fullhouse.actions.answer import transaction
from fullhouse.actions.attempt import subject
from fullhouse.actions.deps import Deps
from fullhouse.outside.breached import common_passwords
from fullhouse.rules.password import prepared, require_allowed
from fullhouse.rules.people_refusals import PasswordNotAllowed, PasswordWrong
from fullhouse.store import attempt as attempts
from fullhouse.store import person, session


async def hash_of_new(deps: Deps, password: str, own: Iterable[str]) -> str:
    """The hash of a new password; `own` are the person's name and mail address. Raises PasswordNotAllowed and Busy."""
    require_allowed(password, common_passwords(), own)
    if await deps.breached.has(prepared(password)):
        raise PasswordNotAllowed("This password is known from a breach. Choose another.")
    return await deps.passwords.of(password)


async def change(deps: Deps, person_id: str, session_id: str, old: str, new: str) -> None:
    """Give a person another password, who knows the old one; all his sessions end but this one.

    Raises PasswordWrong, PasswordNotAllowed, TooManyAttempts, Busy and OutcomeUnknown.
    """
    tried = subject("password", person_id)
    async with transaction(deps.database) as conn:
        account = await person.find(conn, person_id)
        await attempt.count(conn, {tried: deps.people.account_patience}, deps.clock())
    kept = account.password_hash if account else None
    if account is None or not await deps.passwords.is_right(kept, old):
        raise _wrong()
    fresh = await hash_of_new(deps, new, (account.person.email, account.person.name))
    async with transaction(deps.database) as conn:
        locked = await person.lock(conn, person_id)
        if locked is None or locked.password_hash != kept:
            raise _wrong()
        await person.change_password(conn, person_id, fresh)
        now = deps.clock()
        await session.revoke_all(conn, person_id, now, but=session_id)
        await acting.record(conn, "password.change", now)
        await attempts.forget(conn, [tried])


def _wrong() -> PasswordWrong:
    return PasswordWrong("The old password is wrong.")
