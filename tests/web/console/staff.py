"""Who opens the console's pages in the tests: people of each role with a browser, and a stranger with his own house."""

import httpx

from fullhouse.rules.permission import Role
from fullhouse.store.organizer import DEFAULT_ID
from tests.people import OWNER, Office, sign_in
from tests.web.pages.browsing import BROWSER

HOUSE = f"/console/organizers/{DEFAULT_ID}"
STRANGER = "rita@rival.example"


def address_of(role: Role) -> str:
    """The mail address of the member with a role; the owner is Olga."""
    return OWNER if role == "owner" else f"{role}@house.example"


async def browser_of(office: Office, email: str = OWNER) -> httpx.AsyncClient:
    """A browser in which somebody is signed in."""
    visitor = office.visitor()
    assert (await sign_in(visitor, email)).status_code == 201
    return visitor


async def hire(office: Office, role: Role) -> httpx.AsyncClient:
    """A new member of the house, signed in."""
    await office.member(address_of(role), role)
    return await browser_of(office, address_of(role))


async def stranger_of(office: Office) -> httpx.AsyncClient:
    """An owner of another house, signed in."""
    await office.owner(STRANGER, await office.rival())
    return await browser_of(office, STRANGER)


async def look(visitor: httpx.AsyncClient, path: str, status: int = 200, /, **headers: str) -> httpx.Response:
    """Open a page."""
    answer = await visitor.get(path, headers={**BROWSER, **headers})
    assert answer.status_code == status, (path, answer.status_code, answer.text[:2_000])
    return answer


async def assert_open_to(office: Office, path: str, *roles: Role) -> None:
    """A page opens to these roles and no other, is not there for a stranger, and asks nobody but to sign in."""
    every: tuple[Role, ...] = ("manager", "box_office", "door")
    for role in every:
        visitor = await hire(office, role)
        answer = await visitor.get(path, headers=BROWSER)
        assert answer.status_code == (200 if role in roles else 403), (path, role, answer.status_code)
    await look(await stranger_of(office), path, 404)
    nobody = await office.visitor().get(path, headers=BROWSER)
    assert nobody.headers["location"].startswith("/console/sign-in?next=")
