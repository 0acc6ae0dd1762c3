"""The audit log of an organizer: filtered, paged, with what each act changed; and whether its seals are right."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response

from fullhouse.actions import audit_log
from fullhouse.actions.deps import Deps
from fullhouse.rules.audit_log import Sealed
from fullhouse.rules.comparison import Difference, compared
from fullhouse.store import audit_log as stored
from fullhouse.store.audit_log import AuditFilter, AuditPosition
from fullhouse.web.api.audit_logs import cursor_after, position_of
from fullhouse.web.api.shapes import has_control_characters, moment_text, uuid_or_none
from fullhouse.web.console.house import CURSOR_LENGTH_MAX, house_page
from fullhouse.web.gate import organizer_id_of
from fullhouse.web.pages.forms import empty
from fullhouse.web.pages.visitor import CurrentVisitor, Visitor

AUDIT_LOG = "/console/organizers/{organizer_id}/audit-log"
ENTRIES_A_PAGE = 50
FAULTS_MAX = 20

Typed = Annotated[str, Query(max_length=CURSOR_LENGTH_MAX)]


class Shown(NamedTuple):
    """An entry with what is different since."""

    sealed: Sealed
    differences: list[Difference]


def add(router: APIRouter, deps: Deps) -> None:
    """Add the pages."""

    @router.get(AUDIT_LOG)
    async def show_audit_log(
        organizer_id: str,
        visitor: CurrentVisitor,
        since: Annotated[str, Query(alias="from", max_length=CURSOR_LENGTH_MAX)] = "",
        until: Annotated[str, Query(alias="to", max_length=CURSOR_LENGTH_MAX)] = "",
        actor: Typed = "",
        act: Typed = "",
        event: Typed = "",
        cursor: Typed = "",
    ) -> Response:
        typed = {"from": since, "to": until, "actor": actor, "act": act, "event": event}
        after = position_of(cursor) if cursor else None
        return await _listed(deps, visitor, organizer_id_of(organizer_id), typed, after)

    @router.get(f"{AUDIT_LOG}/check")
    async def check_audit_log(organizer_id: str, visitor: CurrentVisitor) -> Response:
        canonical = organizer_id_of(organizer_id)
        return await house_page(
            *(deps, visitor, canonical, "console/audit_check.html"),
            path=AUDIT_LOG.format(organizer_id=canonical),
            checked=await audit_log.check(deps, canonical, FAULTS_MAX),
            now=deps.clock(),
        )


async def _listed(
    deps: Deps, visitor: Visitor, organizer_id: str, typed: dict[str, str], after: AuditPosition | None
) -> Response:
    """The newest entries first. A filter's form sends empty fields too, so what is no value filters nothing."""
    chosen = AuditFilter(
        _midnight(typed["from"]),
        _midnight(typed["to"], days=1),
        _line(typed["actor"]),
        _line(typed["act"]),
        uuid_or_none(typed["event"]),
    )
    async with deps.reading() as conn:
        found = await stored.page(conn, organizer_id, chosen, after, ENTRIES_A_PAGE + 1)
    path = AUDIT_LOG.format(organizer_id=organizer_id)
    given = {name: value for name, value in typed.items() if value}
    next_path = None
    if len(found) > ENTRIES_A_PAGE:
        next_path = f"{path}?{urlencode({**given, 'cursor': cursor_after(found[ENTRIES_A_PAGE - 1])})}"
    return await house_page(
        *(deps, visitor, organizer_id, "console/audit_log.html"),
        entries=[Shown(one, compared(one.entry.before, one.entry.after)) for one in found[:ENTRIES_A_PAGE]],
        path=path,
        file_path=_file_path(organizer_id, chosen),
        next_path=next_path,
        form=empty(**typed),
        is_filtered=bool(given),
        log_end=await audit_log.end(deps, organizer_id),
    )


def _file_path(organizer_id: str, chosen: AuditFilter) -> str:
    """Where the same entries are to be had as CSV."""
    moments = {"from": chosen.since, "to": chosen.until}
    query = {name: moment_text(value) for name, value in moments.items() if value is not None}
    named = {"actor": chosen.actor, "act": chosen.act, "event": chosen.event_id}
    query |= {name: value for name, value in named.items() if value is not None}
    return f"/organizers/{organizer_id}/audit-log/export.csv" + (f"?{urlencode(query)}" if query else "")


def _midnight(text: str, days: int = 0) -> datetime | None:
    """The beginning of a day in UTC, or so many days later; None for what is no day."""
    try:
        return datetime.combine(date.fromisoformat(text) + timedelta(days=days), time(), UTC)
    except (ValueError, OverflowError):
        return None


def _line(text: str) -> str | None:
    return None if not text.strip() or has_control_characters(text) else text.strip()
