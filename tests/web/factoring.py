"""How the tests work with second factors: an authenticator app, a waiting sign-in, and what finishes it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pyotp

from tests.authenticator import Authenticator
from tests.people import OWNER, Clock, Office, open_office, sign_in

URL = "https://tickets.example"
STRANGER = "sam@stranger.example"


@asynccontextmanager
async def open_office_of_two(conninfo: str) -> AsyncIterator[Office]:
    """A closed server with an owner, and a stranger who owns something else."""
    async with open_office(conninfo, public_url=URL) as opened:
        await opened.owner()
        await opened.owner(STRANGER, await opened.rival())
        yield opened


class App:
    """An authenticator app: it shows codes by the clock of the test."""

    def __init__(self, clock: Clock, secret: str) -> None:
        self.clock = clock
        self.totp = pyotp.TOTP(secret)

    def code(self, late_steps: int = 0) -> str:
        return self.totp.at(self.clock(), counter_offset=-late_steps)

    def wrong(self) -> str:
        return f"{(int(self.code()) + 1) % 1_000_000:06}"


async def app_of(office: Office, member: httpx.AsyncClient) -> tuple[App, list[str]]:
    """Who is signed in takes an app into use; the app, past the code that it was confirmed by, and recovery codes."""
    begun = await member.post("/me/totp")
    assert begun.status_code == 201, begun.text
    app = App(office.clock, begun.json()["secret"])
    confirmed = await member.post("/me/totp/confirmation", json={"code": app.code()})
    assert confirmed.status_code == 201, confirmed.text
    office.clock.move(seconds=60)
    return app, confirmed.json()["recovery_codes"]


async def passkey_of(member: httpx.AsyncClient, name: str = "Phone") -> tuple[Authenticator, dict[str, Any]]:
    """Who is signed in makes a passkey; its device, and the answer."""
    device = Authenticator(URL)
    options = (await member.post("/me/passkey-options")).json()
    answer = await member.post("/me/passkeys", json={"name": name, "credential": device.create(options)})
    assert answer.status_code == 201, answer.text
    return device, answer.json()


async def waiting(visitor: httpx.AsyncClient, email: str = OWNER) -> str:
    """The token of a sign-in that waits for the second factor."""
    answer = await sign_in(visitor, email)
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert body["state"] == "second_factor_required"
    assert "set-cookie" not in answer.headers
    token: str = body["token"]
    return token


async def finish(visitor: httpx.AsyncClient, token: str, **proof: Any) -> httpx.Response:
    """Show a second factor."""
    return await visitor.post("/sessions/second-factor", json={"token": token, **proof})


async def whoami(office: Office, answer: httpx.Response) -> str:
    """Whom the token of an answer signs in."""
    assert answer.status_code in {200, 201}, answer.text
    assert answer.json()["state"] == "signed_in"
    assert answer.headers["cache-control"] == "no-store"
    me = await office.visitor(authorization=f"Bearer {answer.json()['token']}").get("/me")
    assert me.status_code == 200, me.text
    email: str = me.json()["email"]
    return email
