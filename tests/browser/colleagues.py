"""People with accounts: invited by mail, as it is done, with sessions of their own."""

import asyncio
import itertools
import re
from datetime import datetime
from email.message import EmailMessage
from typing import NamedTuple

import httpx
import pyotp

from tests.browser.installation import Installation, Organizer
from tests.browser.visitor import SECONDS_MAX, Visitor
from tests.people import PASSWORD

_LINK = re.compile(r"https?://[^/\s]+(/\S*#\S{43})")
_numbers = itertools.count(1)


class Colleague(NamedTuple):
    """A person with an account, and a program that is signed in as this person."""

    email: str
    api: httpx.AsyncClient


class App:
    """An authenticator app. Each code is good once, so it looks ahead a step for the one after the first."""

    def __init__(self, secret: str) -> None:
        self._totp = pyotp.TOTP(secret)

    def code(self, later_steps: int = 0) -> str:
        """The code of now, or of so many half minutes later."""
        return self._totp.at(datetime.now().astimezone(), counter_offset=later_steps)


async def mail_to(installation: Installation, email: str, count: int = 1) -> EmailMessage:
    """The newest mail to an address, as soon as there are so many."""
    async with asyncio.timeout(SECONDS_MAX):
        while True:
            arrived = [mail for mail in installation.post.mails() if email in str(mail["To"])]
            if len(arrived) >= count:
                return arrived[-1]
            await asyncio.sleep(0.05)


def link_in(mail: EmailMessage) -> str:
    """The link with a token that a mail has, without the server before it."""
    body = mail.get_body(("plain",))
    assert body is not None
    found = _LINK.search(body.get_content())
    assert found, body.get_content()
    return found[1]


async def invite(installation: Installation, organizer: Organizer, role: str = "manager") -> str:
    """Invite somebody new to work for an organizer; the address that the mail goes to."""
    email = f"colleague-{next(_numbers)}@house.example"
    await organizer.post(f"/organizers/{organizer.id}/invitations", email=email, role=role)
    return email


async def employ(installation: Installation, organizer: Organizer, role: str = "manager") -> Colleague:
    """Invite somebody, who accepts."""
    email = await invite(installation, organizer, role)
    token = link_in(await mail_to(installation, email)).partition("#")[2]
    api = httpx.AsyncClient(base_url=installation.url, timeout=30)
    accepted = await api.post("/invitations/acceptance", json={"token": token, "name": "Max M", "password": PASSWORD})
    assert accepted.is_success, accepted.text
    api.cookies.clear()
    api.headers["authorization"] = f"Bearer {accepted.json()['token']}"
    return Colleague(email, api)


async def sign_in(visitor: Visitor, email: str, password: str = PASSWORD, path: str = "/console/sign-in") -> None:
    """Go to a page, which asks who is there, and say it."""
    await visitor.go(path)
    await visitor.fill("Mail address", email)
    await visitor.fill("Password", password)
    await visitor.press("Sign in")


async def secure(colleague: Colleague) -> tuple[App, list[str]]:
    """Let a colleague take an authenticator app into use; the app, and the recovery codes."""
    begun = await colleague.api.post("/me/totp")
    assert begun.is_success, begun.text
    app = App(begun.json()["secret"])
    confirmed = await colleague.api.post("/me/totp/confirmation", json={"code": app.code()})
    assert confirmed.is_success, confirmed.text
    return app, confirmed.json()["recovery_codes"]
