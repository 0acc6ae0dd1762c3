"""Signing in to the console in a browser without JavaScript: by password, by a second factor, by links from mails."""

from collections.abc import AsyncIterator

import httpx
import pytest

from fullhouse.actions import setup
from fullhouse.store import organizer
from tests.people import ORIGIN, OTHER_PASSWORD, OWNER, PASSWORD, Office, mails, open_office, token_in
from tests.web.factoring import app_of
from tests.web.pages.browsing import BROWSER, form_to, send, words_of

SIGN_IN = "/console/sign-in"
RESET = "/console/password-reset"


@pytest.fixture
async def office(conninfo: str) -> AsyncIterator[Office]:
    """A closed server with an owner."""
    async with open_office(conninfo) as opened:
        await opened.owner()
        yield opened


async def me(visitor: httpx.AsyncClient) -> str:
    """Who a browser is signed in as; empty for nobody."""
    answer = await visitor.get("/me")
    return str(answer.json()["email"]) if answer.status_code == 200 else ""


async def test_who_is_not_signed_in_is_sent_to_do_so_and_comes_back(office: Office) -> None:
    visitor = office.visitor()
    wanted = await visitor.get("/events?state=draft", headers=BROWSER)
    assert wanted.status_code == 401, "the API asks for a key as ever"
    inside = f"/console/organizers/{organizer.DEFAULT_ID}/events?q=a"
    sent = await visitor.get(inside, headers=BROWSER)
    assert (sent.status_code, sent.headers["location"]) == (
        303,
        f"/console/sign-in?next=/console/organizers/{organizer.DEFAULT_ID}/events%3Fq%3Da",
    )
    page = await visitor.get(SIGN_IN, params={"next": "/console/events?x=1&y=2"}, headers=BROWSER)
    answer = await send(visitor, page, SIGN_IN, email=OWNER, password=PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/events?x=1&y=2")
    assert answer.headers["set-cookie"].startswith("fullhouse_session=")
    assert await me(visitor) == OWNER
    again = await visitor.get(SIGN_IN, params={"next": "/console/events?q=Käse %"}, headers=BROWSER)
    assert again.headers["location"] == "/console/events?q=K%C3%A4se%20%"


@pytest.mark.parametrize(
    "next_path", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\tx", ""]
)
async def test_nobody_is_led_to_another_server(office: Office, next_path: str) -> None:
    visitor = office.visitor()
    page = await visitor.get(SIGN_IN, params={"next": next_path}, headers=BROWSER)
    assert dict(form_to(page, SIGN_IN).fields)["next"] == "/console"
    wrong = await send(visitor, page, SIGN_IN, email=OWNER, password="wrong", next=next_path)
    assert dict(form_to(wrong, SIGN_IN).fields)["next"] == "/console"
    answer = await send(visitor, page, SIGN_IN, email=OWNER, password=PASSWORD, next=next_path)
    assert answer.headers.get("location", "/console") == "/console"


async def test_a_wrong_password_shows_the_form_again_but_never_the_password(office: Office) -> None:
    visitor = office.visitor()
    page = await visitor.get(SIGN_IN, headers=BROWSER)
    answer = await send(visitor, page, SIGN_IN, email=OWNER, password="not the password")
    assert answer.status_code == 422
    assert dict(form_to(answer, SIGN_IN).fields)["email"] == OWNER
    assert "not the password" not in answer.text
    empty = await send(visitor, page, SIGN_IN, email="", password="")
    assert empty.text.count("Please fill this in.") == 2


async def test_a_second_factor_finishes_the_sign_in(office: Office) -> None:
    app, codes = await app_of(office, await office.signed_in())
    for code in (app.code(), codes[0]):
        visitor = office.visitor()
        page = await visitor.get(SIGN_IN, headers=BROWSER)
        step = await send(visitor, page, SIGN_IN, email=OWNER, password=PASSWORD)
        assert step.status_code == 200
        assert "One more step" in words_of(step)
        assert await me(visitor) == ""
        wrong = await send(visitor, step, "/second-factor", code=app.wrong())
        assert wrong.status_code == 422
        blank = await send(visitor, wrong, "/second-factor", code="")
        assert "Please fill this in." in words_of(blank)
        done = await send(visitor, blank, "/second-factor", code=code)
        assert (done.status_code, done.headers["location"]) == (303, "/console"), words_of(done)
        assert await me(visitor) == OWNER


async def test_who_waits_too_long_begins_anew(office: Office) -> None:
    await app_of(office, await office.signed_in())
    visitor = office.visitor()
    page = await visitor.get(SIGN_IN, headers=BROWSER)
    step = await send(visitor, page, SIGN_IN, email=OWNER, password=PASSWORD)
    office.clock.move(hours=1)
    late = await send(visitor, step, "/second-factor", code="123456")
    assert form_to(late, SIGN_IN)


async def test_who_signs_out_is_out(office: Office) -> None:
    visitor = office.visitor()
    page = await visitor.get(SIGN_IN, headers=BROWSER)
    await send(visitor, page, SIGN_IN, email=OWNER, password=PASSWORD)
    page = await visitor.get("/console/nowhere", headers=BROWSER)
    assert "Olga Owner" in words_of(page)
    out = await send(visitor, page, "/console/sign-out")
    assert out.headers["location"] == SIGN_IN
    assert await me(visitor) == ""


async def test_the_first_owner_sets_the_installation_up(conninfo: str) -> None:
    async with open_office(conninfo) as office:
        token = await setup.new_link_token(office.deps.database, office.clock())
        visitor = office.visitor()
        page = await visitor.get(setup.PATH, headers=BROWSER)
        typed = {"organizer_name": "Harbour Club", "name": "Olga Owner", "email": OWNER}
        short = await send(visitor, page, setup.PATH, token=token, password="short", **typed)
        assert short.status_code == 422
        wrong = await send(visitor, page, setup.PATH, token="guessed", password=PASSWORD, **typed)
        assert "This link is not valid any more" in words_of(wrong)
        assert dict(form_to(wrong, setup.PATH).fields)["organizer_name"] == "Harbour Club"
        done = await send(visitor, wrong, setup.PATH, token=token, password=PASSWORD)
        assert (done.status_code, done.headers["location"]) == (303, "/console"), words_of(done)
        assert await me(visitor) == OWNER


async def test_a_lost_password_is_replaced_by_the_link_in_the_mail(office: Office, conninfo: str) -> None:
    visitor = office.visitor()
    page = await visitor.get(RESET, headers=BROWSER)
    assert (await send(visitor, page, RESET, email="nobody")).status_code == 422
    for email in ("stranger@example.org", OWNER):
        told = await send(visitor, page, RESET, email=email)
        assert "If there is an account" in words_of(told)
    (mail,) = mails(conninfo, "password_reset")
    assert mail["context"]["url"].startswith("http://127.0.0.1:8000/console/password-reset/new#")
    page = await visitor.get(f"{RESET}/new", headers=BROWSER)
    wrong = await send(visitor, page, f"{RESET}/new", token="guessed", password=OTHER_PASSWORD)
    assert wrong.status_code == 422
    done = await send(visitor, wrong, f"{RESET}/new", token=token_in(mail), password=OTHER_PASSWORD)
    assert "Your password is changed" in words_of(done)
    page = await visitor.get(SIGN_IN, headers=BROWSER)
    assert (await send(visitor, page, SIGN_IN, email=OWNER, password=OTHER_PASSWORD)).status_code == 303


async def test_an_invitation_is_accepted_by_somebody_new(office: Office, conninfo: str) -> None:
    owner = await office.signed_in()
    path = f"/organizers/{organizer.DEFAULT_ID}/invitations"
    for email in ("ben@example.org", "cleo@example.org"):
        sent = await owner.post(path, json={"email": email, "role": "manager"}, headers=ORIGIN)
        assert sent.status_code == 201
    visitor = office.visitor()
    first, second = sorted(mails(conninfo, "invitation"), key=lambda mail: str(mail["to_email"]))
    page = await visitor.get("/console/invitation", headers=BROWSER)
    nameless = await send(visitor, page, "/console/invitation", token=token_in(first))
    assert nameless.status_code == 422
    done = await send(visitor, page, "/console/invitation", token=token_in(first), name="Ben", password=PASSWORD)
    assert done.status_code == 303, words_of(done)
    assert await me(visitor) == "ben@example.org"
    page = await visitor.get("/console/invitation", headers=BROWSER)
    assert "You are signed in as Ben" in words_of(page)
    again = await send(visitor, page, "/console/invitation", token=token_in(second))
    assert again.status_code == 422, "he works there already"
