"""Messages to the buyers of an event, for management; and unsubscribing from them, for who has one."""

from fullhouse.actions import mailing, wording
from fullhouse.actions.deps import Deps
from fullhouse.actions.mailing import MessageDraft
from fullhouse.rules.answer import Answered
from fullhouse.rules.mail_refusals import MailNotFound
from fullhouse.rules.mailing import MailingProgress
from fullhouse.web.api.answers import shown, told
from fullhouse.web.api.ids import event_id_of, id_of
from fullhouse.web.api.mail_shapes import MessageRequest, audience_fields, message_fields
from fullhouse.web.call import Call
from fullhouse.web.http import Answer, parse
from fullhouse.web.idempotency import key_of


async def create(deps: Deps, call: Call, event_id: str) -> Answer:
    """`POST /events/{id}/messages`: sends nothing with `dry_run`."""
    event_id = event_id_of(event_id)
    request = parse(MessageRequest, call.headers, call.body)
    draft = MessageDraft(request.subject, request.text, request.ticket_type_id, request.per_minute)
    path = f"/events/{event_id}/messages"
    key = key_of(call.headers, call.caller, f"POST {path}", request.model_dump_json())
    if request.dry_run:
        return shown(audience_fields(*await mailing.rehearse(deps, event_id, draft)))

    def made(progress: MailingProgress) -> Answered:
        return Answered(201, message_fields(progress), location=f"{path}/{progress.mailing.id}")

    return told(await mailing.send(deps, event_id, draft, key, made))


async def index(deps: Deps, event_id: str) -> Answer:
    """`GET /events/{id}/messages`."""
    return shown([message_fields(one) for one in await mailing.everything(deps, event_id_of(event_id))])


async def show(deps: Deps, event_id: str, message_id: str) -> Answer:
    """`GET /events/{id}/messages/{id}`."""
    message_id = id_of(message_id, MailNotFound("The event has no such message."))
    return shown(message_fields(await mailing.progress(deps, event_id_of(event_id), message_id)))


async def unsubscribe(deps: Deps, token: str) -> Answer:
    """`POST /unsubscriptions/{token}`: what mail programs send with it says nothing more (RFC 8058, section 3.2)."""
    token = id_of(token, MailNotFound("This link leads nowhere any more."))
    return shown({"organizer_name": await wording.unsubscribe(deps, token)})
