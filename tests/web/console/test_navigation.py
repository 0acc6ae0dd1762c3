"""The beginning of the console, and where its navigation leads."""

import httpx

from fullhouse.rules.permission import OF_ROLE
from fullhouse.store.organizer import DEFAULT_ID
from fullhouse.web.auth import OWNER, Caller
from fullhouse.web.call import Call
from fullhouse.web.console import navigation
from fullhouse.web.pages.visitor import Site, Visitor, visitor
from tests.people import Office
from tests.web.asking import NOBODY
from tests.web.console.staff import hire, look
from tests.web.pages.browsing import BROWSER, words_of


def on_page(path: str, caller: Caller) -> Visitor:
    return visitor(Site("http://127.0.0.1:8000", is_open=False), Call({}, b"", caller), path, b"")


def test_the_navigation_leads_to_pages_that_there_are_and_marks_the_one_that_is_open() -> None:
    at = f"/console/organizers/{DEFAULT_ID}"
    entries = navigation.of_organizer(on_page(f"{at}/team/members", OWNER), DEFAULT_ID)
    assert [one.path for one in entries if one.is_here] == [f"{at}/team"]


def test_the_navigation_leads_to_nothing_that_the_role_does_not_open() -> None:
    door = Caller("member", "member", "Dora", {}, permissions=OF_ROLE["door"], organizer_id=DEFAULT_ID)
    assert navigation.of_organizer(on_page("/console", door), DEFAULT_ID) == []
    assert navigation.of_event(on_page("/console", door), NOBODY) == []


async def test_the_console_begins_at_the_only_organizer(olga: httpx.AsyncClient) -> None:
    answer = await olga.get("/console", headers=BROWSER)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"/console/organizers/{DEFAULT_ID}")


async def test_who_works_for_several_chooses_and_who_stands_at_the_door_is_told(
    olga: httpx.AsyncClient, office: Office
) -> None:
    settings = f"/console/organizers/{DEFAULT_ID}/settings"
    assert "All organizers" not in words_of(await look(olga, settings))
    made = await olga.post("/organizers", json={"name": "<b>Second</b>"}, headers={"origin": "http://127.0.0.1:8000"})
    page = await look(olga, "/console")
    assert f"/console/organizers/{made.json()['id']}" in page.text
    assert "&lt;b&gt;Second" in page.text
    assert "All organizers" in words_of(await look(olga, settings)), "from each page there is a way to the others"
    assert "nothing to do in the console" in words_of(await look(await hire(office, "door"), "/console"))


async def test_nobody_is_asked_to_sign_in_and_comes_back(office: Office) -> None:
    answer = await office.visitor().get("/console", headers=BROWSER)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/sign-in?next=/console")


async def test_in_the_playground_every_organizer_is_open(client: httpx.AsyncClient) -> None:
    await client.post("/organizers", json={"name": "Second"})
    assert "Second" in words_of(await client.get("/console", headers=BROWSER))
