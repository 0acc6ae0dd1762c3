"""Privacy: what organizers do with what they know of people."""

from fullhouse.actions import privacy
from fullhouse.actions.deps import Deps
from fullhouse.actions.privacy import Erasure
from fullhouse.rules.answer import Answered
from fullhouse.web.api.answers import shown, told
from fullhouse.web.api.privacy_shapes import (
    ErasureRequest,
    RetentionShape,
    erasure_fields,
    person_fields,
    preview_fields,
)
from fullhouse.web.call import Call
from fullhouse.web.gate import organizer_id_of
from fullhouse.web.http import Answer, parse
from fullhouse.web.idempotency import key_of


async def show_person(deps: Deps, organizer_id: str, email: str) -> Answer:
    """`GET /organizers/{id}/people`."""
    return shown(person_fields(await privacy.about(deps, organizer_id_of(organizer_id), email)))


async def erase(deps: Deps, call: Call, organizer_id: str) -> Answer:
    """`POST /organizers/{id}/erasures`."""
    request = parse(ErasureRequest, call.headers, call.body)
    canonical = organizer_id_of(organizer_id)
    key = key_of(call.headers, call.caller, f"POST /organizers/{canonical}/erasures", request.model_dump_json())
    if request.dry_run:
        return shown(erasure_fields(await privacy.preview_erasure(deps, canonical, request.email), dry_run=True))
    return told(await privacy.erase(deps, canonical, request.email, key, _erased))


def _erased(erasure: Erasure) -> Answered:
    return Answered(200, erasure_fields(erasure, dry_run=False))


async def show_retention(deps: Deps, organizer_id: str) -> Answer:
    """`GET /organizers/{id}/retention`."""
    return shown({"days": await privacy.days_kept(deps, organizer_id_of(organizer_id))})


async def change_retention(deps: Deps, call: Call, organizer_id: str) -> Answer:
    """`PUT /organizers/{id}/retention`."""
    request = parse(RetentionShape, call.headers, call.body)
    canonical = organizer_id_of(organizer_id)
    key = key_of(call.headers, call.caller, f"PUT /organizers/{canonical}/retention", request.model_dump_json())
    return told(await privacy.keep_for(deps, canonical, request.days, key, _kept))


def _kept(days: int | None) -> Answered:
    return Answered(200, {"days": days})


async def preview_retention(deps: Deps, organizer_id: str, days: int | None) -> Answer:
    """`GET /organizers/{id}/retention/preview`."""
    found = await privacy.preview_retention(deps, organizer_id_of(organizer_id), days)
    return shown([preview_fields(one) for one in found])
