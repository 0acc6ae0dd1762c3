"""Promo codes: listed, made, shown, changed, deleted; all for management alone."""

from urllib.parse import urlencode

from fullhouse.actions import promo_code
from fullhouse.actions.deps import Deps
from fullhouse.actions.ticket_type import currency_of
from fullhouse.rules.refusals import PromoCodeNotFound
from fullhouse.store import promo_code as stored
from fullhouse.web.api.answers import shown, told
from fullhouse.web.api.cursors import cursor_of, end_of, unknown
from fullhouse.web.api.ids import event_id_of, id_of
from fullhouse.web.api.offer import asked_to_change, asked_to_delete, asked_to_make, changed, made
from fullhouse.web.api.promo_shapes import PromoCodeChanges, PromoCodeRequest, promo_code_fields
from fullhouse.web.api.shapes import has_control_characters
from fullhouse.web.call import Call
from fullhouse.web.http import Answer


async def index(deps: Deps, event_id: str, limit: int, cursor: str | None) -> Answer:
    """`GET /events/{id}/promo-codes`: a page of codes, and a link to the next one while there is more."""
    event_id = event_id_of(event_id)
    after = None if cursor is None else _position(cursor)
    async with deps.reading() as conn:
        await currency_of(conn, event_id)
        found = await stored.page(conn, event_id, after, limit + 1)
    answer = shown([promo_code_fields(event_id, one) for one in found[:limit]])
    if len(found) > limit:
        answer.headers.append((b"link", _next_link(event_id, limit, found[limit - 1].code).encode()))
    return answer


async def show(deps: Deps, event_id: str, code_id: str) -> Answer:
    """`GET /events/{id}/promo-codes/{id}`."""
    event_id, code_id = event_id_of(event_id), _id(code_id)
    async with deps.reading() as conn:
        await currency_of(conn, event_id)
        found = await promo_code.find(conn, event_id, code_id)
    return shown(promo_code_fields(event_id, found))


async def create(deps: Deps, call: Call, event_id: str) -> Answer:
    """`POST /events/{id}/promo-codes`."""
    event_id = event_id_of(event_id)
    path = f"/events/{event_id}/promo-codes"
    values, key = asked_to_make(PromoCodeRequest, call, path)
    return told(
        await promo_code.create(deps, event_id, values, key, lambda one: made(path, promo_code_fields(event_id, one)))
    )


async def change(deps: Deps, call: Call, event_id: str, code_id: str) -> Answer:
    """`PATCH /events/{id}/promo-codes/{id}`."""
    event_id, code_id = event_id_of(event_id), _id(code_id)
    given, key = asked_to_change(PromoCodeChanges, call, f"/events/{event_id}/promo-codes/{code_id}")
    return told(
        await promo_code.change(
            deps, event_id, code_id, given, key, lambda one: changed(promo_code_fields(event_id, one))
        )
    )


async def delete(deps: Deps, call: Call, event_id: str, code_id: str) -> Answer:
    """`DELETE /events/{id}/promo-codes/{id}`."""
    event_id, code_id = event_id_of(event_id), _id(code_id)
    key = asked_to_delete(call, f"/events/{event_id}/promo-codes/{code_id}")
    return told(await promo_code.delete(deps, event_id, code_id, key))


def _next_link(event_id: str, limit: int, last: str) -> str:
    query = urlencode({"limit": limit, "cursor": cursor_of(last)})
    return f'</events/{event_id}/promo-codes?{query}>; rel="next"'


def _position(cursor: str) -> str:
    last = end_of(cursor)
    if not last or has_control_characters(last):
        raise unknown()
    return last


def _id(text: str) -> str:
    return id_of(text, PromoCodeNotFound("The event has no such promo code."))
