"""What the page of one's own account shows, whichever of its forms was sent."""

from collections.abc import Sequence

from fastapi import Response
from markupsafe import Markup

from fullhouse.actions import factor_change, person, session
from fullhouse.actions.deps import Deps
from fullhouse.actions.factor_change import NewTotp
from fullhouse.printing.qr_inline import qr_inline
from fullhouse.rules.factor_refusals import SignInAgain
from fullhouse.rules.refusals import Refusal
from fullhouse.web.auth import require_person
from fullhouse.web.pages.forms import Form, empty, refused, status_of_again
from fullhouse.web.pages.page import page
from fullhouse.web.pages.visitor import Visitor

ACCOUNT = "/console/account"


async def account(
    deps: Deps,
    visitor: Visitor,
    form: Form | None = None,
    *,
    totp: NewTotp | None = None,
    recovery_codes: Sequence[str] = (),
    is_old: bool = False,
    done: str = "",
) -> Response:
    """The page of who is signed in.

    `totp` waits for its first code, `recovery_codes` are shown this once; `is_old` asks for a sign-in that is younger.
    """
    person_id = require_person(visitor.call.caller)
    found, memberships = await person.with_memberships(deps, person_id)
    form = form or empty()
    if "name" not in form.typed:
        form = form._replace(typed={**form.typed, "name": [found.name]})
    return page(
        visitor,
        "console/account.html",
        status=status_of_again(form),
        person=found,
        memberships=memberships,
        sessions=await session.of_person(deps, person_id),
        factors=await factor_change.factors(deps, person_id),
        passkeys=await factor_change.passkeys(deps, person_id),
        form=form,
        totp=totp,
        # A drawing of our own, with nothing in it that was typed.
        totp_code=Markup(qr_inline(totp.uri)) if totp else None,  # noqa: S704 - it is an SVG of squares
        recovery_codes=recovery_codes,
        is_old=is_old,
        done=done,
    )


async def refused_account(deps: Deps, visitor: Visitor, refusal: Refusal, totp: NewTotp | None = None) -> Response:
    """The page with a refusal above it, and with a button to sign in again where that would help."""
    form = refused(empty(), refusal, visitor)
    return await account(deps, visitor, form, totp=totp, is_old=isinstance(refusal, SignInAgain))
