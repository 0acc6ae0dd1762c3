"""The people of the tests: an owner with a good password, colleagues, a stranger with an organizer of his own.

A server with a clock that the test moves, and sessions as a program or a browser has them.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
from psycopg.rows import dict_row

from fullhouse.actions import owner
from fullhouse.actions.deps import Deps
from fullhouse.actions.ids import new_id
from fullhouse.actions.organizer import create_at
from fullhouse.main import VERSION
from fullhouse.rules.permission import Role
from fullhouse.rules.person import Person
from fullhouse.store import member, organizer, person
from fullhouse.web import app as web
from fullhouse.web.front_door import DoorSettings
from fullhouse.wiring import build_deps
from tests.cast import make_settings

PASSWORD = "a tram to the harbour"
OTHER_PASSWORD = "nine green umbrellas"
OWNER = "olga@house.example"
ORIGIN = {"origin": "http://127.0.0.1:8000"}


@dataclass(slots=True)
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def move(self, **time: float) -> None:
        """Let time pass."""
        self.now += timedelta(**time)


@dataclass(frozen=True, slots=True)
class Office:
    """A closed server in this process, with its clock; visitors call it over HTTP from any address."""

    deps: Deps
    clock: Clock
    app: Any

    def visitor(self, address: str = "192.0.2.1", **headers: str) -> httpx.AsyncClient:
        """Somebody with a browser of his own: it keeps cookies."""
        transport = httpx.ASGITransport(self.app, client=(address, 50_000))
        return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", headers=headers)

    async def owner(self, email: str = OWNER, organizer_id: str = organizer.DEFAULT_ID) -> Person:
        """An owner, made as the command does."""
        return await owner.create(self.deps, email, "Olga Owner", PASSWORD, organizer_id)

    async def member(self, email: str, role: Role, organizer_id: str = organizer.DEFAULT_ID) -> Person:
        """A member of an organizer."""
        now = self.clock()
        made = Person(new_id(now), email, "Max Member", "en")
        kept = await self.deps.passwords.of(PASSWORD)
        async with self.deps.database.write() as conn:
            assert await person.add(conn, made, kept, now)
            await member.put(conn, organizer_id, made.id, role, now)
        return made

    async def rival(self) -> str:
        """The id of another organizer."""
        return (await create_at(self.deps.database, "Rival", "en", self.clock())).id

    async def signed_in(self, email: str = OWNER, address: str = "192.0.2.1") -> httpx.AsyncClient:
        """A visitor who sends the token of a new session as a program does."""
        async with self.visitor(address) as visitor:
            token = (await sign_in(visitor, email)).json()["token"]
        return self.visitor(address, authorization=f"Bearer {token}")


@asynccontextmanager
async def open_office(conninfo: str, **changes: Any) -> AsyncIterator[Office]:
    """A closed server on a database, whose clock stands at the moment of its start."""
    clock = Clock(datetime.now(UTC))
    deps = replace(build_deps(make_settings(**changes), conninfo), clock=clock)

    @asynccontextmanager
    async def lifespan(_: object) -> AsyncIterator[None]:
        yield

    proxies = frozenset(make_settings(**changes).proxy_addresses.split())
    door = DoorSettings(is_open=False, body_bytes_max=262_144, log_sample=100, proxies=proxies)
    app = web.build(deps, web.WebSettings(door, VERSION, 100, None), lifespan)
    async with deps.running():
        yield Office(deps, clock, app)


async def sign_in(
    visitor: httpx.AsyncClient, email: str = OWNER, password: str = PASSWORD, **headers: str
) -> httpx.Response:
    """Try to sign in."""
    return await visitor.post("/sessions", json={"email": email, "password": password}, headers={**ORIGIN, **headers})


def cookie_of(answer: httpx.Response) -> str:
    """The cookie's value that an answer gives."""
    return answer.headers["set-cookie"].split("=", 1)[1].split(";", 1)[0]


def mails(conninfo: str, kind: str) -> list[dict[str, Any]]:
    """The mails of a kind that were written, the oldest first."""
    with psycopg.connect(conninfo, row_factory=dict_row) as conn:
        return conn.execute("SELECT * FROM mails WHERE kind = %s ORDER BY created_at, id", [kind]).fetchall()


def token_in(mail: dict[str, Any]) -> str:
    """The token of the link in a mail."""
    url: str = mail["context"]["url"]
    return url.partition("#")[2]
