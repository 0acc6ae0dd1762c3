"""The page of who is signed in, about himself: name, password, sessions. Second factors are in `factor_pages.py`."""

from fastapi import APIRouter, Response

from fullhouse.actions import password, person, session
from fullhouse.actions.deps import Deps
from fullhouse.rules.people_refusals import PasswordNotAllowed, PasswordWrong, SessionNotFound
from fullhouse.rules.refusals import Refusal
from fullhouse.web import cookies
from fullhouse.web.api.ids import id_of
from fullhouse.web.api.session_shapes import GivenPassword, NewPassword
from fullhouse.web.api.shapes import Line
from fullhouse.web.auth import require_person
from fullhouse.web.console.me import ACCOUNT, account
from fullhouse.web.pages.forms import FormModel, filled, refused
from fullhouse.web.pages.page import moved, page
from fullhouse.web.pages.paths import SIGN_IN
from fullhouse.web.pages.refusal_texts import detail_of
from fullhouse.web.pages.visitor import CurrentVisitor, Visitor


class NameForm(FormModel):
    """Another name."""

    name: Line


class PasswordForm(FormModel):
    """The password that somebody has, and the one that he wants."""

    old_password: GivenPassword
    new_password: NewPassword


def add(router: APIRouter, deps: Deps) -> None:
    """Add the page and its forms."""

    @router.get(ACCOUNT)
    async def show_account(visitor: CurrentVisitor) -> Response:
        if visitor.call.caller.person_id is None:
            # In the open playground nobody is asked who he is, so there is no account.
            return page(visitor, "console/no_account.html")
        return await account(deps, visitor)

    @router.post(f"{ACCOUNT}/name")
    async def rename(visitor: CurrentVisitor) -> Response:
        return await _rename(deps, visitor, require_person(visitor.call.caller))

    @router.post(f"{ACCOUNT}/password")
    async def change_password(visitor: CurrentVisitor) -> Response:
        return await _change_password(deps, visitor, require_person(visitor.call.caller))

    @router.post(f"{ACCOUNT}/sessions/end")
    async def sign_out_everywhere(visitor: CurrentVisitor) -> Response:
        await session.end_all(deps, require_person(visitor.call.caller))
        return moved(visitor, SIGN_IN, cookies.taken(visitor.call.headers))

    @router.post(f"{ACCOUNT}/sessions/{{session_id}}/end")
    async def end_session(session_id: str, visitor: CurrentVisitor) -> Response:
        return await _end_session(deps, visitor, session_id)

    @router.post(f"{ACCOUNT}/fresh-sign-in")
    async def sign_in_again(visitor: CurrentVisitor) -> Response:
        person_id = require_person(visitor.call.caller)
        await session.end(deps, person_id, visitor.call.caller.session_id or "")
        return moved(visitor, f"{SIGN_IN}?next={ACCOUNT}", cookies.taken(visitor.call.headers))


async def _rename(deps: Deps, visitor: Visitor, person_id: str) -> Response:
    wanted, form = filled(visitor, NameForm)
    if wanted is None:
        return await account(deps, visitor, form)
    await person.rename(deps, person_id, wanted.name)
    return moved(visitor, ACCOUNT)


async def _change_password(deps: Deps, visitor: Visitor, person_id: str) -> Response:
    wanted, form = filled(visitor, PasswordForm)
    # What was typed is not sent back.
    form = form._replace(typed={})
    if wanted is None:
        return await account(deps, visitor, form)
    session_id = visitor.call.caller.session_id or ""
    try:
        await password.change(deps, person_id, session_id, wanted.old_password, wanted.new_password)
    except (PasswordWrong, PasswordNotAllowed) as refusal:
        field = "old_password" if isinstance(refusal, PasswordWrong) else "new_password"
        return await account(deps, visitor, form._replace(faults={field: detail_of(refusal, visitor.language)}))
    except Refusal as refusal:
        return await account(deps, visitor, refused(form, refusal, visitor))
    return await account(
        deps, visitor, done=visitor.language.text("The password is changed; other sessions have ended.")
    )


async def _end_session(deps: Deps, visitor: Visitor, text: str) -> Response:
    person_id = require_person(visitor.call.caller)
    session_id = id_of(text, SessionNotFound("You have no such session, or it has ended."))
    await session.end(deps, person_id, session_id)
    if session_id == visitor.call.caller.session_id:
        return moved(visitor, SIGN_IN, cookies.taken(visitor.call.headers))
    return moved(visitor, ACCOUNT)
