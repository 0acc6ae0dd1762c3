"""The log of an organizer's mails, and what holds for all of them; for management alone."""

from urllib.parse import urlencode

from fullhouse.actions import mail_log, wording
from fullhouse.actions.deps import Deps
from fullhouse.rules.answer import Answered
from fullhouse.rules.mail import LoggedMail, MailKind, MailSettings, MailState
from fullhouse.rules.mail_refusals import MailNotFound
from fullhouse.rules.refusals import BookingNotFound
from fullhouse.store import mail as stored
from fullhouse.web.api.answers import shown, told
from fullhouse.web.api.cursors import id_in
from fullhouse.web.api.ids import id_of
from fullhouse.web.api.mail_shapes import MailSettingsShape, mail_fields, rendered_fields
from fullhouse.web.call import Call
from fullhouse.web.gate import organizer_id_of
from fullhouse.web.http import Answer, parse
from fullhouse.web.idempotency import key_of


async def index(
    deps: Deps,
    organizer_id: str,
    chosen: tuple[MailState | None, MailKind | None, str | None],
    limit: int,
    cursor: str | None,
) -> Answer:
    """`GET /organizers/{id}/mails`: the newest first, and a link to the next page while there is more."""
    organizer_id = organizer_id_of(organizer_id)
    state, kind, booking = chosen
    booking_id = None if booking is None else id_of(booking, BookingNotFound("There is no such booking."))
    before = None if cursor is None else id_in(cursor)
    async with deps.reading() as conn:
        await wording.require_organizer(conn, organizer_id)
        found = await stored.page(conn, organizer_id, (state, kind, booking_id), before, limit + 1)
    answer = shown([mail_fields(one) for one in found[:limit]])
    if len(found) > limit:
        filters = {"state": state, "kind": kind, "booking": booking_id}
        given = {name: value for name, value in filters.items() if value is not None}
        query = urlencode({"limit": limit, "cursor": found[limit - 1].mail.id, **given})
        answer.headers.append((b"link", f'</organizers/{organizer_id}/mails?{query}>; rel="next"'.encode()))
    return answer


async def show(deps: Deps, organizer_id: str, mail_id: str) -> Answer:
    """`GET /organizers/{id}/mails/{id}`."""
    found, rendered = await mail_log.show(deps, organizer_id_of(organizer_id), _id(mail_id))
    return shown({**mail_fields(found), "rendered": rendered_fields(rendered)})


async def repeat(deps: Deps, call: Call, organizer_id: str, mail_id: str) -> Answer:
    """`POST /organizers/{id}/mails/{id}/repetition`."""
    organizer_id, mail_id = organizer_id_of(organizer_id), _id(mail_id)
    path = f"/organizers/{organizer_id}/mails"
    key = key_of(call.headers, call.caller, f"POST {path}/{mail_id}/repetition", "")

    def made(one: LoggedMail) -> Answered:
        return Answered(201, mail_fields(one), location=f"{path}/{one.mail.id}")

    return told(await mail_log.repeat(deps, organizer_id, mail_id, key, made))


async def show_settings(deps: Deps, organizer_id: str) -> Answer:
    """`GET /organizers/{id}/mail-settings`."""
    return shown((await wording.settings(deps, organizer_id_of(organizer_id)))._asdict())


async def change_settings(deps: Deps, call: Call, organizer_id: str) -> Answer:
    """`PUT /organizers/{id}/mail-settings`."""
    organizer_id = organizer_id_of(organizer_id)
    request = parse(MailSettingsShape, call.headers, call.body)
    path = f"PUT /organizers/{organizer_id}/mail-settings"
    key = key_of(call.headers, call.caller, path, request.model_dump_json())
    return told(await wording.change_settings(deps, organizer_id, request.settings(), key, _changed))


def _changed(settings: MailSettings) -> Answered:
    return Answered(200, settings._asdict())


def _id(text: str) -> str:
    return id_of(text, MailNotFound("There is no such mail."))
