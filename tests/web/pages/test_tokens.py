"""Tokens against forged forms."""

import re

import httpx
import pytest

from fullhouse.web.api.permissions import PERMISSIONS
from fullhouse.web.pages.tokens import FIELD
from tests.people import OWNER, PASSWORD, open_office
from tests.web.pages.browsing import BROWSER, form_to, resend, send, words_of
from tests.web.test_permissions import path_of
from tests.web.two_houses import new_house

SIGN_IN = "/console/sign-in"


def page_writes() -> list[tuple[str, str]]:
    """Every write that a page's form can be sent to."""
    return [
        (method, path) for method, path in PERMISSIONS if method != "GET" and path.startswith(("/shop", "/console"))
    ]


async def test_every_write_of_a_page_is_refused_without_a_token(client: httpx.AsyncClient, conninfo: str) -> None:
    house = await new_house(client, conninfo, "Ada")
    ids = {**house.ids, "event": house.event_id}
    assert len(page_writes()) > 2
    for method, template in page_writes():
        form = {"content-type": "application/x-www-form-urlencoded", **BROWSER}
        answer = await client.request(method, path_of(template, ids), content="name=Ann", headers=form)
        assert (answer.status_code, answer.headers.get("x-refusal")) == (403, "form_foreign"), template


@pytest.fixture
async def page(closed_client: httpx.AsyncClient) -> httpx.Response:
    """The page to sign in, as a browser has it that never was here before."""
    return await closed_client.get(SIGN_IN, headers=BROWSER)


async def test_a_form_is_taken_with_the_token_that_it_was_given(
    closed_client: httpx.AsyncClient, page: httpx.Response
) -> None:
    answer = await send(closed_client, page, SIGN_IN, email="ann@example.org", password="anything at all")
    assert answer.status_code == 422
    assert "Mail address or password is wrong." in words_of(answer)


@pytest.mark.parametrize("token", ["", "x", "x.y", "ä.ö", "." * 5_000])
async def test_a_token_that_is_made_up_is_refused(
    closed_client: httpx.AsyncClient, page: httpx.Response, token: str
) -> None:
    answer = await send(closed_client, page, SIGN_IN, email="ann@example.org", password="x", form_token=token)
    assert answer.status_code == 403
    assert answer.headers["x-refusal"] == "form_foreign"


async def test_a_token_of_another_browser_is_refused(closed_client: httpx.AsyncClient, page: httpx.Response) -> None:
    closed_client.cookies.clear()
    other = await closed_client.get(SIGN_IN, headers=BROWSER)
    form = form_to(other, SIGN_IN)
    stolen = dict(form_to(page, SIGN_IN).fields)[FIELD]
    answer = await resend(closed_client, other, form, email="ann@example.org", password="x", form_token=stolen)
    assert answer.headers["x-refusal"] == "form_foreign"


async def test_no_two_pages_have_the_same_token_and_all_of_them_are_good(
    closed_client: httpx.AsyncClient, page: httpx.Response
) -> None:
    again = await closed_client.get(SIGN_IN, headers=BROWSER)
    tokens = {dict(form_to(one, SIGN_IN).fields)[FIELD] for one in (page, again)}
    assert len(tokens) == 2
    for one in (page, again):
        assert (await send(closed_client, one, SIGN_IN, email="a@example.org", password="x")).status_code == 422


async def test_another_web_page_can_not_send_a_form_even_with_a_token(
    closed_client: httpx.AsyncClient, page: httpx.Response
) -> None:
    foreign = {"origin": "https://evil.example"}
    answer = await send(closed_client, page, SIGN_IN, foreign, email="ann@example.org", password="x")
    assert answer.status_code == 403
    assert answer.headers["x-refusal"] == "origin_foreign"
    assert "another web page" in words_of(answer)


async def test_the_secret_is_out_of_reach_for_scripts_and_given_only_once(
    closed_client: httpx.AsyncClient, page: httpx.Response
) -> None:
    assert re.fullmatch(r"fullhouse_visitor=[\w-]{43}; Path=/; HttpOnly; SameSite=Lax", page.headers["set-cookie"]), (
        page.headers["set-cookie"]
    )
    assert "set-cookie" not in (await closed_client.get(SIGN_IN, headers=BROWSER)).headers


async def test_who_is_signed_in_has_tokens_of_his_session_alone(conninfo: str) -> None:
    async with open_office(conninfo) as office:
        await office.owner()
        visitor = office.visitor()
        before = await visitor.get(SIGN_IN, headers=BROWSER)
        answer = await send(visitor, before, SIGN_IN, email=OWNER, password=PASSWORD)
        assert (answer.status_code, answer.headers["location"]) == (303, "/console")
        stale = await send(visitor, before, SIGN_IN, email=OWNER, password=PASSWORD)
        assert stale.headers["x-refusal"] == "form_foreign", "the form is of the time before the session"
        inside = await visitor.get("/console/nowhere", headers=BROWSER)
        out = await send(visitor, inside, "/console/sign-out")
        assert (out.status_code, out.headers["location"]) == (303, SIGN_IN)
        assert (await visitor.get("/me")).status_code == 401
