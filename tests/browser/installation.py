"""A real `fullhouse serve` with an owner, and how tests put on events there: over its API, as a program would."""

import itertools
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import httpx
import psycopg

from fullhouse.store.organizer import DEFAULT_ID
from tests.acceptance.serving import FULLHOUSE, Serving, free_port, wait_until
from tests.hooking import INNER
from tests.people import OWNER, PASSWORD
from tests.post_office import PostOffice

IBAN = "DE02120300000000202051"
SETUP_LINK = re.compile(r"/setup#(\S+)")
_numbers = itertools.count(1)


def in_days(days: float) -> str:
    """A moment from now on, as the API takes it."""
    return (datetime.now(UTC) + timedelta(days=days)).replace(microsecond=0).isoformat()


class Organizer(NamedTuple):
    """One who puts on events there, and the program that acts for it."""

    id: str
    api: httpx.AsyncClient

    async def post(self, path: str, **body: Any) -> Any:
        """Make something."""
        answer = await self.api.post(path, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    async def event(self, name: str = "Late Trio", *, days: float = 30, **details: Any) -> str:
        """Put an event on sale that is free and has one ticket type; the answer is its id."""
        body = {
            "name": name,
            "date": in_days(days),
            "venue": "Blue Door",
            "total_seats": 100,
            "time_zone": "Europe/Berlin",
        }
        made = await self.post("/events", **body | details)
        return str(made["id"])

    async def ticket_type(self, event_id: str, name: str = "Adult", price_minor: int = 2_500, **rest: Any) -> str:
        """Offer another ticket type."""
        tax = {"basis_points": 1_900, "is_included": True}
        made = await self.post(
            f"/events/{event_id}/ticket-types", **{"name": name, "price_minor": price_minor, "tax": tax, **rest}
        )
        return str(made["id"])

    async def priced_event(self, name: str = "Late Trio", **details: Any) -> str:
        """Put an event on sale where an adult pays 25.00 and a child 12.50; nobody is free."""
        event_id = await self.event(name, **details)
        (free,) = (await self.api.get(f"/events/{event_id}/ticket-types")).json()
        await self.ticket_type(event_id)
        await self.ticket_type(event_id, "Child", 1_250)
        assert (await self.api.delete(f"/events/{event_id}/ticket-types/{free['id']}")).is_success
        return event_id


class Installation(NamedTuple):
    """A running server that somebody owns."""

    serving: Serving
    post: PostOffice
    owner: httpx.AsyncClient
    conninfo: str

    @property
    def url(self) -> str:
        """Where its pages are."""
        return pages_of(self.serving)

    async def organizer(self, name: str = "Blue Note", **rest: Any) -> Organizer:
        """Another organizer, which the owner owns too."""
        made = await self.owner.post("/organizers", json={"name": f"{name} {next(_numbers)}", **rest})
        assert made.is_success, made.text
        return self.organizer_of(made.json()["id"])

    def let_run_out(self, booking_id: str, seconds: float = 0) -> None:
        """Let the time of a hold be over in so many seconds, as if it were ten minutes later."""
        with psycopg.connect(self.conninfo) as conn:
            conn.execute(
                "UPDATE bookings SET expires_at = now() + make_interval(secs => %s) WHERE id = %s AND status = 'held'",
                [seconds, booking_id],
            )
            conn.execute("UPDATE houses SET next_expiry_at = now() + make_interval(secs => %s)", [seconds])

    def let_be_over(self, event_id: str) -> None:
        """Let an event have been last year."""
        with psycopg.connect(self.conninfo) as conn:
            conn.execute("UPDATE events SET starts_at = starts_at - interval '400 days' WHERE id = %s", [event_id])

    def organizer_of(self, organizer_id: str = DEFAULT_ID) -> Organizer:
        """An organizer that is there: the first one, unless another is named."""
        headers = {**self.owner.headers, "fullhouse-organizer": organizer_id}
        return Organizer(organizer_id, httpx.AsyncClient(base_url=self.url, headers=headers, timeout=30))


@asynccontextmanager
async def open_installation(
    conninfo: str, post: PostOffice, owner_is: tuple[str, str] | None = None, **settings: str
) -> AsyncIterator[Installation]:
    """Start a closed server on a database, and become its owner by the link that it prints.

    Where there are owners already, `owner_is` one of them: mail address and password.
    """
    with start(conninfo, post, **settings) as serving:
        async with httpx.AsyncClient(base_url=pages_of(serving), timeout=30) as owner:
            token = await (_set_up(serving, owner) if owner_is is None else _sign_in(owner, *owner_is))
            owner.headers["authorization"] = f"Bearer {token}"
            # The cookie that came along would make the owner's program a browser.
            owner.cookies.clear()
            yield Installation(serving, post, owner, conninfo)


@contextmanager
def start(conninfo: str, post: PostOffice, **settings: str) -> Iterator[Serving]:
    """Start a closed server on a database; whether it has an owner is told by the database."""
    port = free_port()
    chosen = {**post.settings, **INNER, "bank_iban": IBAN, "bank_holder": "The house", **settings}
    variables = {f"FULLHOUSE_{name.upper()}": str(value) for name, value in chosen.items()}
    # Passkeys belong to a name, and no address of digits is one.
    variables["FULLHOUSE_PUBLIC_URL"] = f"http://localhost:{port}"
    # All visitors of a test come from one address, which is nothing to be suspicious of here.
    command = [FULLHOUSE, "serve", "--port", str(port), "--database-url", conninfo]
    serving = Serving(command, port, FULLHOUSE_SIGN_IN_TRIES_ADDRESS="10000", **variables)
    try:
        yield serving.wait_ready()
        assert serving.stop() == 0, serving.text()
    finally:
        serving.close()


def pages_of(serving: Serving) -> str:
    """Where people find the pages of a server."""
    return f"http://localhost:{serving.port}"


def setup_token(serving: Serving) -> str:
    """What the link for the first owner brings with it."""
    wait_until(lambda: SETUP_LINK.search(serving.text()), "the link for the first owner")
    link = SETUP_LINK.search(serving.text())
    assert link is not None
    return link[1]


async def _set_up(serving: Serving, visitor: httpx.AsyncClient) -> str:
    body = {"email": OWNER, "name": "Olga Owner", "password": PASSWORD, "organizer_name": "The house"}
    answer = await visitor.post("/setup", json={"token": setup_token(serving), **body})
    assert answer.is_success, answer.text
    return str(answer.json()["token"])


async def _sign_in(visitor: httpx.AsyncClient, email: str, password: str) -> str:
    answer = await visitor.post("/sessions", json={"email": email, "password": password})
    assert answer.is_success, answer.text
    return str(answer.json()["token"])
