"""The codes of tickets: the keys that they are verified with, and how a scanned one stands."""

from fullhouse.actions import changing, scanned_code, ticket_key
from fullhouse.actions.deps import Deps
from fullhouse.web.api.answers import shown
from fullhouse.web.api.ids import event_id_of
from fullhouse.web.api.ticket_shapes import scanned_fields, ticket_key_fields
from fullhouse.web.http import Answer

KEYS_SECONDS_KEPT = 300
"""For so long a withdrawn key may still be believed by who keeps copies."""


async def keys(deps: Deps) -> Answer:
    """`GET /ticket-keys`."""
    async with deps.reading() as conn:
        found = await ticket_key.believed(conn)
    answer = shown({"keys": [ticket_key_fields(one) for one in found]})
    answer.headers.append((b"cache-control", b"public, max-age=%d" % KEYS_SECONDS_KEPT))
    return answer


async def look(deps: Deps, event_id: str, code: str) -> Answer:
    """`GET /events/{id}/tickets/by-code/{code}`."""
    canonical = event_id_of(event_id)
    async with deps.reading() as conn:
        await changing.whole_event(conn, canonical)
    return shown(scanned_fields(await scanned_code.look(deps, canonical, code)))
