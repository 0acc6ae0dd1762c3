"""An organizer's own wording of mails: shown, changed, taken away, tried out; for management alone."""

from fullhouse.actions import wording
from fullhouse.actions.deps import Deps
from fullhouse.rules.answer import Answered
from fullhouse.rules.mail import Language, MailKind
from fullhouse.rules.wording import Wording
from fullhouse.web.api.answers import shown, told
from fullhouse.web.api.mail_shapes import WordingRequest, WordingTestRequest, rendered_fields, wording_fields
from fullhouse.web.api.offer import asked_to_delete
from fullhouse.web.call import Call
from fullhouse.web.gate import organizer_id_of
from fullhouse.web.http import Answer, parse
from fullhouse.web.idempotency import key_of


async def show(deps: Deps, organizer_id: str, kind: MailKind, language: Language) -> Answer:
    """`GET /organizers/{id}/wording/{kind}/{language}`."""
    return shown(wording_fields(await wording.find(deps, organizer_id_of(organizer_id), kind, language)))


async def change(deps: Deps, call: Call, organizer_id: str, kind: MailKind, language: Language) -> Answer:
    """`PUT /organizers/{id}/wording/{kind}/{language}`."""
    organizer_id = organizer_id_of(organizer_id)
    request = parse(WordingRequest, call.headers, call.body)
    wanted = Wording(organizer_id, kind, language, request.subject, request.opening)
    key = key_of(call.headers, call.caller, f"PUT {_path(wanted)}", request.model_dump_json())
    return told(await wording.change(deps, wanted, key, _changed))


async def delete(deps: Deps, call: Call, organizer_id: str, kind: MailKind, language: Language) -> Answer:
    """`DELETE /organizers/{id}/wording/{kind}/{language}`."""
    organizer_id = organizer_id_of(organizer_id)
    key = asked_to_delete(call, _path(Wording(organizer_id, kind, language, None, None)))
    return told(await wording.forget(deps, organizer_id, kind, language, key))


async def preview(deps: Deps, call: Call, organizer_id: str, kind: MailKind, language: Language) -> Answer:
    """`POST /organizers/{id}/wording/{kind}/{language}/preview`: nothing is written."""
    request = parse(WordingRequest, call.headers, call.body)
    wanted = Wording(organizer_id_of(organizer_id), kind, language, request.subject, request.opening)
    return shown(rendered_fields(await wording.preview(deps, wanted)) or {})


async def send_test(deps: Deps, call: Call, organizer_id: str, kind: MailKind, language: Language) -> Answer:
    """`POST /organizers/{id}/wording/{kind}/{language}/test`."""
    organizer_id = organizer_id_of(organizer_id)
    request = parse(WordingTestRequest, call.headers, call.body)
    path = f"POST {_path(Wording(organizer_id, kind, language, None, None))}/test"
    key = key_of(call.headers, call.caller, path, request.email)
    return told(await wording.send_test(deps, organizer_id, kind, language, request.email, key))


def _path(one: Wording) -> str:
    return f"/organizers/{one.organizer_id}/wording/{one.kind}/{one.language}"


def _changed(one: Wording) -> Answered:
    return Answered(200, wording_fields(one))
