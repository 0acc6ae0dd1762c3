"""Exports: the files, and what they are called."""

from fastapi import Response

from fullhouse.actions import export
from fullhouse.actions.deps import Deps
from fullhouse.actions.export import Format, Scope
from fullhouse.rules.booking_filter import BookingFilter
from fullhouse.rules.export import ExportKind
from fullhouse.web.api.ids import event_id_of
from fullhouse.web.gate import organizer_id_of
from fullhouse.web.streaming import StreamedFile


def of_event(deps: Deps, event_id: str, kind: ExportKind, file_format: Format, chosen: BookingFilter) -> Response:
    """`GET /events/{id}/exports/{kind}.{format}`."""
    scope = Scope(event_id=event_id_of(event_id))
    return _file(deps, scope, kind, file_format, chosen)


def of_organizer(
    deps: Deps, organizer_id: str, kind: ExportKind, file_format: Format, chosen: BookingFilter
) -> Response:
    """`GET /organizers/{id}/exports/{kind}.{format}`."""
    return _file(deps, Scope(organizer_id=organizer_id_of(organizer_id)), kind, file_format, chosen)


def _file(deps: Deps, scope: Scope, kind: ExportKind, file_format: Format, chosen: BookingFilter) -> Response:
    parts = export.run(deps, scope, kind, file_format, chosen)
    return StreamedFile(parts, f"{kind}.{file_format}", export.MEDIA_TYPES[file_format], deps.export_seconds_max)
