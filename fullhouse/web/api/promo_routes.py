"""The routes of promo codes, with their description."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response, Security, params

from fullhouse.actions.deps import Deps
from fullhouse.web.api import promo_codes
from fullhouse.web.api.documents import MANAGEMENT, NEXT_LINK, changing, deleting, making, problems
from fullhouse.web.api.parameters import CurrentCall, EventId
from fullhouse.web.api.promo_shapes import PromoCodeChanges, PromoCodeRequest, PromoCodeShape
from fullhouse.web.api.routes import API_KEY
from fullhouse.web.respond import response_of

PromoCodeId = Annotated[str, Path(description="The promo code's id, not the code itself.")]
Limit = Annotated[int, Query(ge=1, le=200, description="Promo codes on a page.")]
# A code of the greatest length may have four bytes in each character, and base64 makes four of three.
Cursor = Annotated[str | None, Query(max_length=300, description="From the Link header of the page before.")]

PROMO_CODES = "/events/{event_id}/promo-codes"
PROMO_CODE = PROMO_CODES + "/{promo_code_id}"


def build(deps: Deps, *, is_open: bool) -> APIRouter:
    """All calls on promo codes. In the open playground none of them asks for a key, and the document says so."""
    router = APIRouter(tags=["promo codes"])
    key = [] if is_open else [Security(API_KEY)]
    _read(router, deps, key)
    _write(router, deps, key)
    return router


def _read(router: APIRouter, deps: Deps, key: list[params.Security]) -> None:
    @router.get(
        PROMO_CODES,
        dependencies=key,
        response_model=list[PromoCodeShape],
        responses={200: {"headers": NEXT_LINK}, **problems("event_not_found", *MANAGEMENT)},
    )
    async def list_promo_codes(event_id: EventId, limit: Limit = 50, cursor: Cursor = None) -> Response:
        """List the promo codes of an event in order of code. Needs an API key, except in the open playground."""
        return response_of(await promo_codes.index(deps, event_id, limit, cursor))

    @router.get(
        PROMO_CODE,
        dependencies=key,
        response_model=PromoCodeShape,
        responses=problems("event_not_found", "promo_code_not_found", *MANAGEMENT),
    )
    async def show_promo_code(event_id: EventId, promo_code_id: PromoCodeId) -> Response:
        """Show a promo code with what is used of it. Needs an API key, except in the open playground."""
        return response_of(await promo_codes.show(deps, event_id, promo_code_id))


def _write(router: APIRouter, deps: Deps, key: list[params.Security]) -> None:
    @router.post(
        PROMO_CODES,
        dependencies=key,
        **making(PromoCodeRequest, PromoCodeShape, "name_taken", "limit_reached"),
    )
    async def create_promo_code(event_id: EventId, call: CurrentCall) -> Response:
        """Make a promo code. Needs an API key, except in the open playground."""
        return response_of(await promo_codes.create(deps, call, event_id))

    @router.patch(
        PROMO_CODE,
        dependencies=key,
        **changing(PromoCodeChanges, PromoCodeShape, "promo_code_not_found", "promo_code_in_use", "name_taken"),
    )
    async def change_promo_code(event_id: EventId, promo_code_id: PromoCodeId, call: CurrentCall) -> Response:
        """Change a promo code, never below what is used of it. Needs an API key, except in the open playground."""
        return response_of(await promo_codes.change(deps, call, event_id, promo_code_id))

    @router.delete(PROMO_CODE, dependencies=key, **deleting("promo_code_not_found", "promo_code_in_use"))
    async def delete_promo_code(event_id: EventId, promo_code_id: PromoCodeId, call: CurrentCall) -> Response:
        """Delete a promo code that no booking has. Needs an API key, except in the open playground."""
        return response_of(await promo_codes.delete(deps, call, event_id, promo_code_id))
