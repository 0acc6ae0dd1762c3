"""The parts of an event's offer as the console knows them: their forms, their actions, and how one is found."""

from collections.abc import Awaitable, Callable
from types import ModuleType
from typing import Any, NamedTuple

from fullhouse.actions import fee, pool, promo_code, ticket_type
from fullhouse.rules import fee as fee_rules
from fullhouse.rules import pool as pool_rules
from fullhouse.rules.refusals import FeeNotFound, PoolNotFound, PromoCodeNotFound, Refusal, TicketTypeNotFound
from fullhouse.store import pool as stored_pools
from fullhouse.store.db import ReadConn
from fullhouse.web.api.offer_shapes import fee_fields, pool_fields, ticket_type_fields
from fullhouse.web.api.promo_shapes import promo_code_fields
from fullhouse.web.console.offer_forms import (
    FeeForm,
    PartForm,
    PoolForm,
    PromoCodeForm,
    Setting,
    TicketTypeForm,
    typed_fee,
    typed_pool,
    typed_promo_code,
    typed_ticket_type,
)
from fullhouse.web.pages.forms import Form
from fullhouse.web.pages.language import N_


class Part(NamedTuple):
    """A kind of part. `actions` has create, change and delete, which take their arguments alike."""

    kind: str
    id_name: str
    new_title: str
    form: type[PartForm]
    typed: Callable[[Any, Setting], Form]
    actions: ModuleType
    find: Callable[[ReadConn, str, str], Awaitable[Any]]
    missing: Refusal
    fields: Callable[[str, Any], dict[str, Any]]

    @property
    def template(self) -> str:
        """The template with the fields of its form."""
        return f"console/offer/{self.kind.replace('-', '_')}.html"


async def _pool(conn: ReadConn, event_id: str, pool_id: str) -> Any:  # noqa: ANN401 - as `find` of any part
    return pool_rules.found(await stored_pools.everything(conn, event_id), pool_id)


async def _fee(conn: ReadConn, event_id: str, fee_id: str) -> Any:  # noqa: ANN401 - as `find` of any part
    return fee_rules.found(await fee.everything(conn, event_id), fee_id)


PARTS = (
    Part(
        "ticket-types",
        "ticket_type_id",
        N_("New ticket type"),
        TicketTypeForm,
        typed_ticket_type,
        ticket_type,
        ticket_type.find,
        TicketTypeNotFound("The event has no such ticket type."),
        lambda _, one: ticket_type_fields(one),
    ),
    Part(
        "pools",
        "pool_id",
        N_("New pool"),
        PoolForm,
        typed_pool,
        pool,
        _pool,
        PoolNotFound("The event has no such pool."),
        lambda _, one: pool_fields(one),
    ),
    Part(
        "fees",
        "fee_id",
        N_("New fee"),
        FeeForm,
        typed_fee,
        fee,
        _fee,
        FeeNotFound("The event has no such fee."),
        fee_fields,
    ),
    Part(
        "promo-codes",
        "promo_code_id",
        N_("New promo code"),
        PromoCodeForm,
        typed_promo_code,
        promo_code,
        promo_code.find,
        PromoCodeNotFound("The event has no such promo code."),
        promo_code_fields,
    ),
)
