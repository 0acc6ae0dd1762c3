"""The audit log of an organizer: a page of it, its last seal, and all of it as a file."""

from collections.abc import AsyncIterator
from urllib.parse import urlencode

from fullhouse.actions import audit_log, organizer
from fullhouse.actions.deps import Deps
from fullhouse.rules.audit_log import Sealed
from fullhouse.store import audit_log as stored
from fullhouse.store.audit_log import AuditFilter, AuditPosition
from fullhouse.web.api import audit_log_shapes
from fullhouse.web.api.answers import shown
from fullhouse.web.api.audit_log_shapes import entry_fields, seal_fields
from fullhouse.web.api.cursors import cursor_of, end_of, moment_and_id
from fullhouse.web.api.ids import id_of
from fullhouse.web.api.shapes import moment_text
from fullhouse.web.gate import NO_ORGANIZER
from fullhouse.web.http import Answer

LINES_AT_ONCE = 100
"""Lines that are sent in one piece."""


async def index(deps: Deps, text: str, chosen: AuditFilter, limit: int, cursor: str | None) -> Answer:
    """`GET /organizers/{id}/audit-log`: the newest first, and a link to the older ones while there are any."""
    organizer_id = await _existing(deps, text)
    after = None if cursor is None else position_of(cursor)
    async with deps.reading() as conn:
        found = await stored.page(conn, organizer_id, chosen, after, limit + 1)
    answer = shown([entry_fields(one) for one in found[:limit]])
    if len(found) > limit:
        answer.headers.append((b"link", _next_link(organizer_id, chosen, limit, found[limit - 1]).encode()))
    return answer


async def seal(deps: Deps, text: str) -> Answer:
    """`GET /organizers/{id}/audit-log/seal`."""
    return shown(seal_fields(await audit_log.end(deps, await _existing(deps, text))))


async def export(deps: Deps, text: str, chosen: AuditFilter) -> AsyncIterator[bytes]:
    """`GET /organizers/{id}/audit-log/export.csv`, in pieces. The organizer is looked up before the first of them."""
    return _pieces(audit_log.export(deps, await _existing(deps, text), chosen))


async def _pieces(entries: AsyncIterator[Sealed]) -> AsyncIterator[bytes]:
    lines = [audit_log_shapes.head()]
    async for one in entries:
        lines.append(audit_log_shapes.line(one))
        if len(lines) >= LINES_AT_ONCE:
            yield b"".join(lines)
            lines.clear()
    yield b"".join(lines)


async def _existing(deps: Deps, text: str) -> str:
    """The canonical form of an organizer's id. The gate lets the playground ask for any."""
    organizer_id = id_of(text, NO_ORGANIZER)
    if not await organizer.exists(deps, organizer_id):
        raise NO_ORGANIZER
    return organizer_id


def _next_link(organizer_id: str, chosen: AuditFilter, limit: int, last: Sealed) -> str:
    query: dict[str, str | int] = {"limit": limit, "cursor": cursor_after(last)}
    if chosen.since is not None:
        query["from"] = moment_text(chosen.since)
    if chosen.until is not None:
        query["to"] = moment_text(chosen.until)
    named = {"actor": chosen.actor, "act": chosen.act, "event": chosen.event_id}
    query |= {name: value for name, value in named.items() if value is not None}
    return f'</organizers/{organizer_id}/audit-log?{urlencode(query)}>; rel="next"'


def cursor_after(last: Sealed) -> str:
    """Where a page ends, for the address of the next one."""
    return cursor_of(f"{last.entry.at.isoformat()} {last.entry.id}")


def position_of(cursor: str) -> AuditPosition:
    """The same, read back. Raises ValidationFailed."""
    return AuditPosition(*moment_and_id(end_of(cursor)))
