"""Two organizers on one server, each with an event that has something of everything, and keys of each scope."""

from datetime import UTC, datetime
from typing import NamedTuple

import httpx

from fullhouse.actions import key
from fullhouse.actions.key import KeyTerms
from fullhouse.rules.permission import OF_SCOPE, Scope
from fullhouse.store.db import Database
from tests.web.asking import NOBODY, Json, new_event
from tests.web.offering import BODIES, new
from tests.web.test_auth import bearer

ALL_SCOPES: tuple[Scope, ...] = tuple(OF_SCOPE)
NEXT_YEAR = "2042-05-01T20:00:00+02:00"


class House(NamedTuple):
    """An organizer, what is his, by the names that ids have in paths, and his keys: by scope, and `all`."""

    ids: dict[str, str]
    keys: dict[str, dict[str, str]]

    @property
    def organizer_id(self) -> str:
        """Whose house it is."""
        return self.ids["organizer_id"]

    @property
    def event_id(self) -> str:
        """His event."""
        return self.ids["event_id"]

    @property
    def booking_id(self) -> str:
        """A booking of his event, held, which costs something."""
        return self.ids["booking_id"]


async def make_key(
    conninfo: str,
    organizer_id: str,
    *scopes: Scope,
    event_ids: tuple[str, ...] | None = None,
    expires_at: datetime | None = None,
    is_test: bool = False,
) -> dict[str, str]:
    """Make a key of an organizer; returns the header that carries it."""
    terms = KeyTerms(scopes or ALL_SCOPES, event_ids, expires_at, is_test)
    async with Database.opened(conninfo) as database:
        return bearer(await key.create(database, "Key", datetime.now(UTC), terms, organizer_id))


async def new_house(client: httpx.AsyncClient, conninfo: str, name: str) -> House:
    """An organizer with an event. `client` is at the playground."""
    organizer_id = (await client.post("/organizers", json={"name": name})).json()["id"]
    at = {"fullhouse-organizer": organizer_id}
    event = await new_event(client, headers=at, name=f"{name}'s concert")
    first = await new_event(client, headers=at, name=f"{name}'s first night")
    series = await client.post(f"/events/{first['id']}/series", json={"rule": "FREQ=DAILY;COUNT=2"})
    made: dict[str, Json] = {kind: await new(client, event, kind) for kind in BODIES}
    lines = [{"ticket_type_id": made["ticket-types"]["id"], "quantity": 2}]
    booking = (await client.post("/bookings", json={"event_id": event["id"], "lines": lines})).json()
    ids = {
        "organizer_id": organizer_id,
        "event_id": event["id"],
        "series_id": series.headers["location"].removeprefix("/series/"),
        "booking_id": booking["id"],
        "pool_id": made["pools"]["id"],
        "ticket_type_id": made["ticket-types"]["id"],
        "fee_id": made["fees"]["id"],
        "promo_code_id": made["promo-codes"]["id"],
        "number": "1",
        "image_id": NOBODY,
        "name": "480.webp",
        "refund_id": NOBODY,
        "key_id": NOBODY,
        "passkey_id": NOBODY,
        "person_id": NOBODY,
        "session_id": NOBODY,
        "invitation_id": NOBODY,
        "webhook_id": NOBODY,
        "delivery_id": NOBODY,
        "mail_id": NOBODY,
        "message_id": NOBODY,
        "token": NOBODY,
        "ticket_code": NOBODY,
        "kind": "booking_confirmed",
        "language": "en",
        "file": "bookings.csv",
        "file_format": "csv",
        "colour": "8a1c3b",
        "event": event["id"],
    }
    keys: dict[str, dict[str, str]] = {scope: await make_key(conninfo, organizer_id, scope) for scope in ALL_SCOPES}
    return House(ids, {**keys, "all": await make_key(conninfo, organizer_id)})
