"""The routes of what an event offers, with their description: pools, ticket types, fees."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response, Security, params

from fullhouse.actions.deps import Deps
from fullhouse.web.api import fees, pools, ticket_types
from fullhouse.web.api.documents import MANAGEMENT, changing, deleting, making, problems
from fullhouse.web.api.offer_shapes import (
    FeeChanges,
    FeeRequest,
    FeeShape,
    PoolChanges,
    PoolRequest,
    PoolShape,
    TicketTypeChanges,
    TicketTypeRequest,
    TicketTypeShape,
)
from fullhouse.web.api.parameters import CurrentCall, EventId
from fullhouse.web.api.routes import API_KEY
from fullhouse.web.respond import response_of

PoolId = Annotated[str, Path(description="The pool's id; the event's own id means its house.")]
TicketTypeId = Annotated[str, Path(description="The ticket type's id.")]
FeeId = Annotated[str, Path(description="The fee's id.")]

POOLS = "/events/{event_id}/pools"
POOL = POOLS + "/{pool_id}"
TICKET_TYPES = "/events/{event_id}/ticket-types"
TICKET_TYPE = TICKET_TYPES + "/{ticket_type_id}"
FEES = "/events/{event_id}/fees"
FEE = FEES + "/{fee_id}"


def build(deps: Deps, *, is_open: bool) -> APIRouter:
    """All calls on the offer. In the open playground none of them asks for a key, and the document says so."""
    router = APIRouter()
    key = [] if is_open else [Security(API_KEY)]
    _read_pools(router, deps, key)
    _write_pools(router, deps, key)
    _read_ticket_types(router, deps, {} if is_open else {"security": [{}, {API_KEY.scheme_name: []}]})
    _write_ticket_types(router, deps, key)
    _read_fees(router, deps, key)
    _write_fees(router, deps, key)
    return router


def _read_pools(router: APIRouter, deps: Deps, key: list[params.Security]) -> None:
    @router.get(
        POOLS,
        tags=["pools"],
        dependencies=key,
        response_model=list[PoolShape],
        responses=problems("event_not_found", *MANAGEMENT),
    )
    async def list_pools(event_id: EventId) -> Response:
        """List the pools of an event, the house first. Needs an API key, except in the open playground."""
        return response_of(await pools.index(deps, event_id))

    @router.get(
        POOL,
        tags=["pools"],
        dependencies=key,
        response_model=PoolShape,
        responses=problems("event_not_found", "pool_not_found", *MANAGEMENT),
    )
    async def show_pool(event_id: EventId, pool_id: PoolId) -> Response:
        """Show a pool with what is left of it. Needs an API key, except in the open playground."""
        return response_of(await pools.show(deps, event_id, pool_id))


def _write_pools(router: APIRouter, deps: Deps, key: list[params.Security]) -> None:
    @router.post(
        POOLS, tags=["pools"], dependencies=key, **making(PoolRequest, PoolShape, "name_taken", "limit_reached")
    )
    async def create_pool(event_id: EventId, call: CurrentCall) -> Response:
        """Make a pool, which ticket types can draw on. Needs an API key, except in the open playground."""
        return response_of(await pools.create(deps, call, event_id))

    @router.patch(
        POOL,
        tags=["pools"],
        dependencies=key,
        **changing(PoolChanges, PoolShape, "pool_not_found", "pool_in_use", "name_taken"),
    )
    async def change_pool(event_id: EventId, pool_id: PoolId, call: CurrentCall) -> Response:
        """Change a pool, never below what is taken and held back. Needs an API key, except in the open playground."""
        return response_of(await pools.change(deps, call, event_id, pool_id))

    @router.delete(POOL, tags=["pools"], dependencies=key, **deleting("pool_not_found", "pool_in_use"))
    async def delete_pool(event_id: EventId, pool_id: PoolId, call: CurrentCall) -> Response:
        """Delete a pool that nothing draws on. Needs an API key, except in the open playground."""
        return response_of(await pools.delete(deps, call, event_id, pool_id))


def _read_ticket_types(router: APIRouter, deps: Deps, extra: dict[str, Any]) -> None:
    @router.get(
        TICKET_TYPES,
        tags=["ticket types"],
        response_model=list[TicketTypeShape],
        responses=problems("event_not_found"),
        openapi_extra=extra,
    )
    async def list_ticket_types(event_id: EventId, call: CurrentCall) -> Response:
        """List the ticket types of an event: the public ones; with an API key all of them."""
        return response_of(await ticket_types.index(deps, call, event_id))

    @router.get(
        TICKET_TYPE,
        tags=["ticket types"],
        response_model=TicketTypeShape,
        responses=problems("event_not_found", "ticket_type_not_found"),
        openapi_extra=extra,
    )
    async def show_ticket_type(event_id: EventId, ticket_type_id: TicketTypeId, call: CurrentCall) -> Response:
        """Show a ticket type. One that is not public is there only for who has an API key."""
        return response_of(await ticket_types.show(deps, call, event_id, ticket_type_id))


def _write_ticket_types(router: APIRouter, deps: Deps, key: list[params.Security]) -> None:
    @router.post(
        TICKET_TYPES,
        tags=["ticket types"],
        dependencies=key,
        **making(TicketTypeRequest, TicketTypeShape, "limit_reached"),
    )
    async def create_ticket_type(event_id: EventId, call: CurrentCall) -> Response:
        """Offer a ticket type. Needs an API key, except in the open playground."""
        return response_of(await ticket_types.create(deps, call, event_id))

    @router.patch(
        TICKET_TYPE,
        tags=["ticket types"],
        dependencies=key,
        **changing(TicketTypeChanges, TicketTypeShape, "ticket_type_not_found"),
    )
    async def change_ticket_type(event_id: EventId, ticket_type_id: TicketTypeId, call: CurrentCall) -> Response:
        """Change a ticket type; what was sold stays as it was sold. Needs an API key, except in the open playground."""
        return response_of(await ticket_types.change(deps, call, event_id, ticket_type_id))

    @router.delete(
        TICKET_TYPE,
        tags=["ticket types"],
        dependencies=key,
        **deleting("ticket_type_not_found", "ticket_type_in_use"),
    )
    async def delete_ticket_type(event_id: EventId, ticket_type_id: TicketTypeId, call: CurrentCall) -> Response:
        """Delete a ticket type that was never sold. Needs an API key, except in the open playground."""
        return response_of(await ticket_types.delete(deps, call, event_id, ticket_type_id))


def _read_fees(router: APIRouter, deps: Deps, key: list[params.Security]) -> None:
    @router.get(
        FEES,
        tags=["fees"],
        dependencies=key,
        response_model=list[FeeShape],
        responses=problems("event_not_found", *MANAGEMENT),
    )
    async def list_fees(event_id: EventId) -> Response:
        """List the fees of an event. Needs an API key, except in the open playground."""
        return response_of(await fees.index(deps, event_id))

    @router.get(
        FEE,
        tags=["fees"],
        dependencies=key,
        response_model=FeeShape,
        responses=problems("event_not_found", "fee_not_found", *MANAGEMENT),
    )
    async def show_fee(event_id: EventId, fee_id: FeeId) -> Response:
        """Show a fee. Needs an API key, except in the open playground."""
        return response_of(await fees.show(deps, event_id, fee_id))


def _write_fees(router: APIRouter, deps: Deps, key: list[params.Security]) -> None:
    @router.post(FEES, tags=["fees"], dependencies=key, **making(FeeRequest, FeeShape, "limit_reached"))
    async def create_fee(event_id: EventId, call: CurrentCall) -> Response:
        """Add a fee to the face value. Needs an API key, except in the open playground."""
        return response_of(await fees.create(deps, call, event_id))

    @router.patch(FEE, tags=["fees"], dependencies=key, **changing(FeeChanges, FeeShape, "fee_not_found"))
    async def change_fee(event_id: EventId, fee_id: FeeId, call: CurrentCall) -> Response:
        """Change a fee; what was sold keeps the old one. Needs an API key, except in the open playground."""
        return response_of(await fees.change(deps, call, event_id, fee_id))

    @router.delete(FEE, tags=["fees"], dependencies=key, **deleting("fee_not_found"))
    async def delete_fee(event_id: EventId, fee_id: FeeId, call: CurrentCall) -> Response:
        """Delete a fee. Needs an API key, except in the open playground."""
        return response_of(await fees.delete(deps, call, event_id, fee_id))
