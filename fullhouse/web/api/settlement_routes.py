"""The routes of settlements, with their description."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response, params

from fullhouse.actions.deps import Deps
from fullhouse.actions.export import Scope
from fullhouse.rules.settlement import Period
from fullhouse.web.api import settlements
from fullhouse.web.api.documents import MANAGEMENT, problems
from fullhouse.web.api.export_routes import FILE, OrganizerId
from fullhouse.web.api.ids import event_id_of
from fullhouse.web.api.parameters import EventId
from fullhouse.web.api.settlement_shapes import SettlementShape
from fullhouse.web.api.shapes import Moment
from fullhouse.web.gate import organizer_id_of
from fullhouse.web.respond import response_of

From = Annotated[Moment | None, Query(alias="from", description="Postings of this moment or later.")]
To = Annotated[Moment | None, Query(alias="to", description="Postings before this moment; what is owed is as of it.")]
FileFormat = Annotated[Literal["csv", "xlsx"], Path(description="The kind of file.")]
OF_EVENT = ("event_not_found", *MANAGEMENT)
OF_ORGANIZER = ("organizer_not_found", *MANAGEMENT)


def add(router: APIRouter, deps: Deps, key: list[params.Security]) -> None:
    """Add them; `key` documents that a call needs an API key."""
    _add_shown(router, deps, key)
    _add_files(router, deps, key)


def _add_shown(router: APIRouter, deps: Deps, key: list[params.Security]) -> None:
    @router.get(
        "/events/{event_id}/settlement",
        tags=["exports"],
        dependencies=key,
        response_model=SettlementShape,
        responses=problems(*OF_EVENT),
    )
    async def settle_event(event_id: EventId, since: From = None, until: To = None) -> Response:
        """Settle an event: gross, fees, tax, refunds, by way of payment and by ticket type, by the ledger."""
        scope = Scope(event_id=event_id_of(event_id))
        return response_of(await settlements.show(deps, scope, Period(since, until)))

    @router.get(
        "/organizers/{organizer_id}/settlement",
        tags=["exports"],
        dependencies=key,
        response_model=SettlementShape,
        responses=problems(*OF_ORGANIZER),
    )
    async def settle_organizer(organizer_id: OrganizerId, since: From = None, until: To = None) -> Response:
        """Settle all events of an organizer that sold anything, all as of the same moment."""
        scope = Scope(organizer_id=organizer_id_of(organizer_id))
        return response_of(await settlements.show(deps, scope, Period(since, until)))


def _add_files(router: APIRouter, deps: Deps, key: list[params.Security]) -> None:
    @router.get(
        "/events/{event_id}/settlement.{file_format}",
        tags=["exports"],
        dependencies=key,
        response_class=Response,
        responses={**FILE, **problems(*OF_EVENT)},
    )
    async def export_event_settlement(
        event_id: EventId, file_format: FileFormat, since: From = None, until: To = None
    ) -> Response:
        """The settlement of an event as a table."""
        scope = Scope(event_id=event_id_of(event_id))
        return settlements.file(deps, scope, Period(since, until), file_format)

    @router.get(
        "/organizers/{organizer_id}/settlement.{file_format}",
        tags=["exports"],
        dependencies=key,
        response_class=Response,
        responses={**FILE, **problems(*OF_ORGANIZER)},
    )
    async def export_organizer_settlement(
        organizer_id: OrganizerId, file_format: FileFormat, since: From = None, until: To = None
    ) -> Response:
        """The settlements of all events of an organizer as one table."""
        scope = Scope(organizer_id=organizer_id_of(organizer_id))
        return settlements.file(deps, scope, Period(since, until), file_format)
