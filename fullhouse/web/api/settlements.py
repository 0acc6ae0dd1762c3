"""Settlements: as JSON, and as files."""

from fastapi import Response

from fullhouse.actions import settlement
from fullhouse.actions.deps import Deps
from fullhouse.actions.export import MEDIA_TYPES, Format, Scope
from fullhouse.rules.settlement import Period
from fullhouse.web.api.answers import shown
from fullhouse.web.api.settlement_shapes import settled_fields
from fullhouse.web.http import Answer
from fullhouse.web.streaming import StreamedFile


async def show(deps: Deps, scope: Scope, period: Period) -> Answer:
    """`GET .../settlement`."""
    return shown(settled_fields(await settlement.run(deps, scope, period)))


def file(deps: Deps, scope: Scope, period: Period, file_format: Format) -> Response:
    """`GET .../settlement.{format}`."""
    parts = settlement.table(deps, scope, period, file_format)
    return StreamedFile(parts, f"settlement.{file_format}", MEDIA_TYPES[file_format], deps.export_seconds_max)
