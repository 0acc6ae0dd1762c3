"""API keys of an organizer: listed, made, revoked."""

from fullhouse.actions import key
from fullhouse.actions.deps import Deps
from fullhouse.rules.answer import Answered
from fullhouse.rules.people_refusals import KeyNotFound
from fullhouse.rules.refusals import ValidationFailed
from fullhouse.store.key import ApiKey
from fullhouse.web.api.answers import shown, told
from fullhouse.web.api.ids import id_of
from fullhouse.web.api.offer import asked_to_delete
from fullhouse.web.api.organizer_shapes import KeyRequest, key_fields
from fullhouse.web.call import Call
from fullhouse.web.gate import organizer_id_of
from fullhouse.web.http import Answer, parse
from fullhouse.web.idempotency import key_of

NO_KEY = KeyNotFound("The organizer has no such live API key.")


async def index(deps: Deps, organizer_id: str, limit: int, cursor: str | None) -> Answer:
    """`GET /organizers/{id}/keys`: a page of keys, and a link to the next one while there is more."""
    organizer_id = organizer_id_of(organizer_id)
    wrong = ValidationFailed("cursor: take it from the Link header of the page before.", field="cursor")
    after = None if cursor is None else id_of(cursor, wrong)
    async with deps.reading() as conn:
        found = await key.page(conn, organizer_id, after, limit + 1)
    answer = shown([key_fields(one) for one in found[:limit]])
    if len(found) > limit:
        link = f'</organizers/{organizer_id}/keys?limit={limit}&cursor={found[limit - 1].id}>; rel="next"'
        answer.headers.append((b"link", link.encode()))
    return answer


async def create(deps: Deps, call: Call, organizer_id: str) -> Answer:
    """`POST /organizers/{id}/keys`."""
    organizer_id = organizer_id_of(organizer_id)
    request = parse(KeyRequest, call.headers, call.body)
    asked = key_of(call.headers, call.caller, f"POST /organizers/{organizer_id}/keys", request.model_dump_json())
    return told(await key.issue(deps, organizer_id, request.name, request.terms(), asked, _made))


def _made(made: ApiKey) -> Answered:
    return Answered(201, key_fields(made))


async def revoke(deps: Deps, call: Call, organizer_id: str, key_id: str) -> Answer:
    """`DELETE /organizers/{id}/keys/{id}`."""
    organizer_id, key_id = organizer_id_of(organizer_id), id_of(key_id, NO_KEY)
    asked = asked_to_delete(call, f"/organizers/{organizer_id}/keys/{key_id}")
    return told(await key.end(deps, organizer_id, key_id, asked))
