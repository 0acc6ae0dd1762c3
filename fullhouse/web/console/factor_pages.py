"""What somebody signs in with beside the password, on the page of his account: app, recovery codes, passkeys.

Answers with secrets are shown once, by the answer itself: they are under no idempotency key, as in the API.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Response
from pydantic import ValidationError

from fullhouse.actions import factor_change
from fullhouse.actions.deps import Deps
from fullhouse.actions.factor_change import Signed
from fullhouse.rules.factor_refusals import CodeNotValid, PasskeyNotFound
from fullhouse.rules.passkey import not_valid
from fullhouse.rules.refusals import Refusal
from fullhouse.web.api.factor_shapes import NewCredential, TotpCode
from fullhouse.web.api.ids import id_of
from fullhouse.web.api.shapes import Line
from fullhouse.web.auth import require_person
from fullhouse.web.console.house import key_of_button
from fullhouse.web.console.me import ACCOUNT, account, refused_account
from fullhouse.web.pages.forms import FormModel, filled
from fullhouse.web.pages.page import moved
from fullhouse.web.pages.refusal_texts import detail_of
from fullhouse.web.pages.visitor import CurrentVisitor, Visitor


class CodeForm(FormModel):
    """What an authenticator app shows."""

    code: TotpCode


class PasskeyForm(FormModel):
    """A new passkey: its name, and what the browser says of it, as JSON."""

    passkey_name: Line
    credential: str


def add(router: APIRouter, deps: Deps) -> None:
    """Add the forms."""
    _add_totp(router, deps)
    _add_passkeys(router, deps)

    @router.post(f"{ACCOUNT}/recovery-codes")
    async def renew_recovery_codes(visitor: CurrentVisitor) -> Response:
        async def renewed() -> Response:
            codes = await factor_change.renew_recovery_codes(deps, _signed(visitor))
            return await account(deps, visitor, recovery_codes=codes)

        return await _tried(deps, visitor, renewed)


def _add_totp(router: APIRouter, deps: Deps) -> None:
    @router.post(f"{ACCOUNT}/totp")
    async def begin_totp(visitor: CurrentVisitor) -> Response:
        async def begun() -> Response:
            return await account(deps, visitor, totp=await factor_change.begin_totp(deps, _signed(visitor)))

        return await _tried(deps, visitor, begun)

    @router.post(f"{ACCOUNT}/totp/confirmation")
    async def confirm_totp(visitor: CurrentVisitor) -> Response:
        return await _confirm(deps, visitor, require_person(visitor.call.caller))

    @router.post(f"{ACCOUNT}/totp/removal")
    async def remove_totp(visitor: CurrentVisitor) -> Response:
        async def removed() -> Response:
            await factor_change.remove_totp(deps, _signed(visitor), key_of_button(visitor))
            return moved(visitor, ACCOUNT)

        return await _tried(deps, visitor, removed)


def _add_passkeys(router: APIRouter, deps: Deps) -> None:
    @router.post(f"{ACCOUNT}/passkeys")
    async def add_passkey(visitor: CurrentVisitor) -> Response:
        return await _add_passkey(deps, visitor)

    @router.post(f"{ACCOUNT}/passkeys/{{passkey_id}}/removal")
    async def remove_passkey(passkey_id: str, visitor: CurrentVisitor) -> Response:
        canonical = id_of(passkey_id, PasskeyNotFound("You have no such passkey."))

        async def removed() -> Response:
            await factor_change.remove_passkey(deps, _signed(visitor), canonical, key_of_button(visitor))
            return moved(visitor, ACCOUNT)

        return await _tried(deps, visitor, removed)


async def _confirm(deps: Deps, visitor: Visitor, person_id: str) -> Response:
    wanted, form = filled(visitor, CodeForm)
    waiting = await factor_change.waiting_totp(deps, person_id)
    if wanted is None:
        return await account(deps, visitor, form, totp=waiting)
    try:
        codes = await factor_change.confirm_totp(deps, person_id, wanted.code)
    except CodeNotValid as refusal:
        faulty = form._replace(faults={"code": detail_of(refusal, visitor.language)})
        return await account(deps, visitor, faulty, totp=waiting)
    except Refusal as refusal:
        return await refused_account(deps, visitor, refusal, waiting)
    return await account(deps, visitor, recovery_codes=codes)


async def _add_passkey(deps: Deps, visitor: Visitor) -> Response:
    wanted, form = filled(visitor, PasskeyForm)
    if wanted is None:
        return await account(deps, visitor, form)

    async def added() -> Response:
        made = await factor_change.add_passkey(
            deps, _signed(visitor), wanted.passkey_name, _credential(wanted.credential)
        )
        if not made.recovery_codes:
            return moved(visitor, ACCOUNT)
        return await account(deps, visitor, recovery_codes=made.recovery_codes)

    return await _tried(deps, visitor, added)


def _credential(text: str) -> dict[str, Any]:
    """What the browser says of a new passkey. Raises PasskeyNotValid."""
    try:
        return NewCredential.model_validate(json.loads(text)).credential()
    except (ValidationError, ValueError, RecursionError):
        raise not_valid() from None


async def _tried(deps: Deps, visitor: Visitor, deed: Callable[[], Awaitable[Response]]) -> Response:
    """Do something for the visitor's account; a refusal stands above the page."""
    require_person(visitor.call.caller)
    try:
        return await deed()
    except Refusal as refusal:
        return await refused_account(deps, visitor, refusal)


def _signed(visitor: Visitor) -> Signed:
    caller = visitor.call.caller
    return Signed(require_person(caller), caller.session_id)
