"""The routes of the audit log, for the owner."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response, params
from fastapi.responses import StreamingResponse

from fullhouse.actions.deps import Deps
from fullhouse.rules.refusals import ValidationFailed
from fullhouse.store.audit_log import AuditFilter
from fullhouse.web.api import audit_logs
from fullhouse.web.api.audit_log_shapes import AuditEntryShape, AuditSealShape
from fullhouse.web.api.documents import MANAGEMENT, NEXT_LINK, problems
from fullhouse.web.api.parameters import Cursor, OrganizerId
from fullhouse.web.api.shapes import TEXT_PATTERN, Id, Moment, has_control_characters
from fullhouse.web.respond import response_of

LINE = {"pattern": f"^{TEXT_PATTERN}*$"}
REFUSALS = ("organizer_not_found", *MANAGEMENT)


def chosen(
    since: Annotated[Moment | None, Query(alias="from", description="Entries from this moment on.")] = None,
    until: Annotated[Moment | None, Query(alias="to", description="Entries before this moment.")] = None,
    actor: Annotated[
        str | None, Query(max_length=200, description="Id, name or kind of who acted.", json_schema_extra=LINE)
    ] = None,
    act: Annotated[
        str | None,
        Query(max_length=200, description="`PATCH /events/{event_id}` for instance.", json_schema_extra=LINE),
    ] = None,
    event: Annotated[Id | None, Query(description="The id of the event that it was about.")] = None,
) -> AuditFilter:
    """Refuse what PostgreSQL's text can't hold."""
    for name, value in (("actor", actor), ("act", act)):
        if value is not None and has_control_characters(value):
            raise ValidationFailed(f"{name}: must not hold control characters.", field=name)
    return AuditFilter(since, until, actor, act, event)


Chosen = Annotated[AuditFilter, Depends(chosen)]
Limit = Annotated[int, Query(ge=1, le=200, description="Entries on a page.")]


def add(router: APIRouter, deps: Deps, key: list[params.Depends]) -> None:
    """Reading the log; nobody can write it."""

    @router.get(
        "/organizers/{organizer_id}/audit-log",
        tags=["audit log"],
        dependencies=key,
        response_model=list[AuditEntryShape],
        responses={200: {"headers": NEXT_LINK}, **problems(*REFUSALS)},
    )
    async def list_audit_log(
        organizer_id: OrganizerId, chosen: Chosen, limit: Limit = 50, cursor: Cursor = None
    ) -> Response:
        """Show who did what, the newest first."""
        return response_of(await audit_logs.index(deps, organizer_id, chosen, limit, cursor))

    @router.get(
        "/organizers/{organizer_id}/audit-log/seal",
        tags=["audit log"],
        dependencies=key,
        response_model=AuditSealShape,
        responses=problems(*REFUSALS),
    )
    async def show_audit_seal(organizer_id: OrganizerId) -> Response:
        """Show the last seal of the log, to be kept elsewhere: `fullhouse audit --seal` then finds any change."""
        return response_of(await audit_logs.seal(deps, organizer_id))

    @router.get(
        "/organizers/{organizer_id}/audit-log/export.csv",
        tags=["audit log"],
        dependencies=key,
        response_class=Response,
        responses={
            200: {"description": "The log, a line an entry.", "content": {"text/csv": {"schema": {"type": "string"}}}},
            **problems(*REFUSALS),
        },
    )
    async def export_audit_log(organizer_id: OrganizerId, chosen: Chosen) -> Response:
        """Send all chosen entries as CSV, the newest first. Before what a spreadsheet would compute stands a `'`."""
        pieces = await audit_logs.export(deps, organizer_id, chosen)
        disposition = {"content-disposition": 'attachment; filename="audit-log.csv"'}
        return StreamingResponse(pieces, media_type="text/csv; charset=utf-8", headers=disposition)
