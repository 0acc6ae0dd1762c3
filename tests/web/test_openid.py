"""Sign-in by an OpenID provider over HTTP: there, back again once, and only for who is known here."""

from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import httpx
import psycopg
import pytest

from tests.openid_provider import CLIENT_ID, CLIENT_SECRET, EMAIL, OpenidDesk, open_openid_desk
from tests.people import OWNER, Office, open_office
from tests.web.asking import assert_problem
from tests.web.factoring import URL, app_of, finish, whoami


@pytest.fixture
async def desk() -> AsyncIterator[OpenidDesk]:
    async with open_openid_desk() as opened:
        opened.claims = {"email": OWNER}
        yield opened


@pytest.fixture
async def office(conninfo: str, desk: OpenidDesk) -> AsyncIterator[Office]:
    """A closed server with an owner that the provider knows."""
    async with open_office(
        conninfo,
        public_url=URL,
        oidc_issuer=desk.issuer,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=CLIENT_SECRET,
        provider_seconds_max=1,
    ) as opened:
        await opened.owner()
        yield opened


async def back_from(desk: OpenidDesk, browser: httpx.AsyncClient) -> str:
    """A browser goes to the provider, and its person signs in there; where it is sent back to."""
    answer = await browser.get("/sessions/oidc")
    assert answer.status_code == 303, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "; HttpOnly; SameSite=Lax" in answer.headers["set-cookie"]
    back = urlsplit(desk.sign_in(answer.headers["location"]))
    assert f"{back.scheme}://{back.netloc}{back.path}" == f"{URL}/sessions/oidc/callback"
    return f"{back.path}?{back.query}"


async def signed_in(desk: OpenidDesk, office: Office) -> httpx.Response:
    browser = office.visitor()
    return await browser.get(await back_from(desk, browser))


async def test_whose_verified_address_is_known_is_signed_in(office: Office, desk: OpenidDesk, conninfo: str) -> None:
    browser = office.visitor()
    answer = await browser.get(await back_from(desk, browser))
    assert await whoami(office, answer) == OWNER
    assert (await browser.get("/me")).json()["email"] == OWNER, "the browser has the session's cookie"
    assert "fullhouse_openid" not in browser.cookies
    with psycopg.connect(conninfo) as conn:
        assert conn.execute("SELECT act, actor_name FROM audit_entries").fetchall() == [("sign_in", "Olga Owner")]


async def test_the_address_may_be_written_in_any_case(office: Office, desk: OpenidDesk) -> None:
    desk.claims = {"email": OWNER.upper()}
    assert await whoami(office, await signed_in(desk, office)) == OWNER


async def test_who_has_a_second_factor_shows_it_still(office: Office, desk: OpenidDesk) -> None:
    app, _ = await app_of(office, await office.signed_in())
    answer = await signed_in(desk, office)
    assert answer.json()["state"] == "second_factor_required"
    finished = await finish(office.visitor(), answer.json()["token"], totp=app.code())
    assert await whoami(office, finished) == OWNER


@pytest.mark.parametrize(
    "claims",
    [
        {"email": EMAIL},
        {"email_verified": False},
        {"email": None},
        {"email": OWNER + "\x00"},
        {"nonce": "of another sign-in"},
        {"aud": "another client"},
        {"exp": 1_000_000_000},
    ],
)
async def test_nobody_else_is_signed_in(
    office: Office, desk: OpenidDesk, conninfo: str, claims: dict[str, object]
) -> None:
    desk.claims |= claims
    answer = await signed_in(desk, office)
    assert_problem(answer, 401, "openid_refused")
    assert OWNER not in answer.text
    with psycopg.connect(conninfo) as conn:
        assert conn.execute("SELECT count(*) FROM sessions").fetchone() == (0,)
        assert conn.execute("SELECT count(*) FROM persons").fetchone() == (1,)


async def test_the_way_back_is_good_once_in_ten_minutes_and_for_the_same_browser(
    office: Office, desk: OpenidDesk
) -> None:
    browser = office.visitor()
    back = await back_from(desk, browser)
    assert_problem(await office.visitor().get(back), 401, "openid_refused")
    cookie = {"cookie": f"fullhouse_openid={browser.cookies['fullhouse_openid']}"}
    assert (await browser.get(back)).status_code == 200
    assert_problem(await office.visitor().get(back, headers=cookie), 401, "openid_refused")
    late = await back_from(desk, browser)
    office.clock.move(minutes=10)
    assert_problem(await browser.get(late), 401, "openid_refused")


async def test_a_sign_in_that_was_begun_by_another_is_not_taken_up(office: Office, desk: OpenidDesk) -> None:
    browser, attacker = office.visitor(), office.visitor()
    await back_from(desk, browser)
    assert_problem(await browser.get(await back_from(desk, attacker)), 401, "openid_refused")


async def test_who_does_not_sign_in_there_is_not_signed_in_here(office: Office, desk: OpenidDesk) -> None:
    browser = office.visitor()
    state = parse_qs(urlsplit(await back_from(desk, browser)).query)["state"][0]
    query = {"state": state, "error": "access_denied", "error_description": "No."}
    answer = await browser.get("/sessions/oidc/callback", params=query)
    assert_problem(answer, 401, "openid_refused")
    assert "No." not in answer.text


@pytest.mark.parametrize(
    "query",
    [
        *("", "?code=x", "?state=", "?state=" + "x" * 201, "?state=x&code=" + "x" * 4001),
        *("?state=x&code=%C3%A4", "?state=x&error=%00"),
    ],
)
async def test_a_way_back_without_its_state_is_none(office: Office, query: str) -> None:
    assert_problem(await office.visitor().get(f"/sessions/oidc/callback{query}"), 422, "validation_failed")


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/keys"])
async def test_a_provider_that_is_down_is_said_to_be(office: Office, desk: OpenidDesk, path: str) -> None:
    desk.broken[path] = (503, b"<html>Service unavailable</html>")
    browser = office.visitor()
    begun = await browser.get("/sessions/oidc")
    answer = begun if begun.status_code != 303 else await browser.get(await back_from(desk, browser))
    assert_problem(answer, 503, "openid_down")
    assert answer.headers["retry-after"] == "5"
    desk.broken.clear()
    assert await whoami(office, await signed_in(desk, office)) == OWNER


async def test_nothing_is_asked_of_the_provider_for_who_did_not_come_from_us(office: Office, desk: OpenidDesk) -> None:
    assert_problem(await office.visitor().get("/sessions/oidc/callback?state=x&code=y"), 401, "openid_refused")
    assert desk.asked == []


async def test_without_a_provider_there_is_no_such_way(conninfo: str) -> None:
    async with open_office(conninfo, oidc_issuer="https://id.example", oidc_client_id="x") as office:
        for path in ("/sessions/oidc", "/sessions/oidc/callback?state=x&code=y"):
            assert_problem(await office.visitor().get(path), 404, "openid_not_offered")
