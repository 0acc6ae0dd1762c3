"""The page of one's own account: name, password, second factors, passkeys and sessions."""

import json
import re

import httpx
import pyotp

from tests.authenticator import Authenticator
from tests.people import OTHER_PASSWORD, OWNER, PASSWORD, Office, open_office, sign_in
from tests.web.asking import NOBODY
from tests.web.console.staff import browser_of, look
from tests.web.factoring import URL
from tests.web.pages.browsing import BROWSER, follow, form_to, resend, send, words_of

ACCOUNT = "/console/account"
ORIGIN = {"origin": "http://127.0.0.1:8000"}
CODE = re.compile(r"<li>([\w-]{16,})</li>")


async def test_the_account_is_for_who_is_signed_in(office: Office, client: httpx.AsyncClient) -> None:
    nobody = await office.visitor().get(ACCOUNT, headers=BROWSER)
    assert nobody.headers["location"] == "/console/sign-in?next=/console/account"
    assert "asks nobody who he is" in words_of(await look(client, ACCOUNT))
    page = await look(await browser_of(office), ACCOUNT)
    assert "Box office Owner" in words_of(page)


async def test_somebody_takes_another_name(olga: httpx.AsyncClient) -> None:
    page = await follow(olga, await send(olga, await look(olga, ACCOUNT), "/name", name="<b>Olga</b>"))
    assert "&lt;b&gt;Olga" in page.text
    assert "<b>Olga" not in page.text
    wrong = await send(olga, page, "/name", name=" ")
    assert (wrong.status_code, 'id="name-fault"' in wrong.text) == (422, True)


async def test_a_password_is_changed_by_who_knows_it(olga: httpx.AsyncClient, office: Office) -> None:
    other = await browser_of(office)
    page = await look(olga, ACCOUNT)
    for old, new, field in (
        ("wrong", OTHER_PASSWORD, "old_password"),
        (PASSWORD, "short", "new_password"),
        (PASSWORD, "passwordpassword", "new_password"),
    ):
        answer = await send(olga, page, "/password", old_password=old, new_password=new)
        assert answer.status_code == 422
        assert f'id="{field}-fault"' in answer.text, words_of(answer)
        assert new not in answer.text
    done = await send(olga, page, "/password", old_password=PASSWORD, new_password=OTHER_PASSWORD)
    assert "The password is changed" in words_of(done)
    assert (await sign_in(office.visitor(), OWNER, OTHER_PASSWORD)).status_code == 201
    assert (await other.get(ACCOUNT, headers=BROWSER)).status_code == 303


async def test_an_app_is_set_up_with_codes_that_are_shown_once(olga: httpx.AsyncClient, office: Office) -> None:
    begun = await send(olga, await look(olga, ACCOUNT), "/totp")
    secret = re.findall(r'class="secret"[^>]*>(\w+)<', begun.text)[0]
    assert "<svg" in begun.text
    assert "style=" not in begun.text
    wrong = await send(olga, begun, "/confirmation", code="000000")
    assert (wrong.status_code, 'id="code-fault"' in wrong.text, secret in wrong.text) == (422, True, True)
    odd = await send(olga, begun, "/confirmation", code="x")
    assert (odd.status_code, 'id="code-fault"' in odd.text) == (422, True)
    form = form_to(begun, "/confirmation")
    code = pyotp.TOTP(secret).at(office.clock())
    done = await resend(olga, begun, form, code=code)
    assert len(CODE.findall(done.text)) == 10, done.text
    assert secret not in done.text
    again = await resend(olga, begun, form, code=code)
    assert again.status_code == 422
    assert CODE.findall(again.text) == []
    page = await look(olga, ACCOUNT)
    assert CODE.findall(page.text) == []
    assert "You have some left" in words_of(page)
    renewed = await send(olga, page, "/recovery-codes")
    assert len(set(CODE.findall(renewed.text)) - set(CODE.findall(done.text))) == 10
    page = await follow(olga, await send(olga, page, "/totp/removal"))
    assert "Set up an app" in words_of(page)


async def test_what_is_delicate_needs_a_young_session(olga: httpx.AsyncClient, office: Office) -> None:
    office.clock.move(minutes=11)
    answer = await send(olga, await look(olga, ACCOUNT), "/totp")
    assert answer.status_code == 422
    assert "<svg" not in answer.text
    out = await send(olga, answer, "/fresh-sign-in")
    assert out.headers["location"] == "/console/sign-in?next=/console/account"
    assert (await olga.get(ACCOUNT, headers=BROWSER)).status_code == 303


async def test_a_passkey_is_added_and_removed(conninfo: str) -> None:
    async with open_office(conninfo, public_url=URL) as office:
        await office.owner()
        olga = await browser_of(office)
        page = await look(olga, ACCOUNT)
        options = (await olga.post("/me/passkey-options", headers=ORIGIN)).json()
        credential = json.dumps(Authenticator(URL).create(options))
        made = await send(olga, page, "/passkeys", passkey_name="<i>Phone</i>", credential=credential)
        assert len(CODE.findall(made.text)) == 10, words_of(made)
        assert "&lt;i&gt;Phone" in made.text
        used = await send(olga, page, "/passkeys", passkey_name="Again", credential=credential)
        assert used.status_code == 422
        for nonsense in ("{", "[]", "1", "[" * 10_000):
            answer = await send(olga, page, "/passkeys", passkey_name="x", credential=nonsense)
            assert answer.status_code == 422, nonsense[:20]
        second = (await olga.post("/me/passkey-options", headers=ORIGIN)).json()
        credential = json.dumps(Authenticator(URL).create(second))
        page = await follow(olga, await send(olga, page, "/passkeys", passkey_name="Key", credential=credential))
        (path,) = re.findall(r"/passkeys/[^\"]+/removal", made.text)
        page = await follow(olga, await send(olga, page, path))
        assert "Phone" not in words_of(page)
        assert "Key" in words_of(page)


async def test_sessions_are_ended_one_by_one_and_all_at_once(olga: httpx.AsyncClient, office: Office) -> None:
    other = await browser_of(office)
    page = await look(olga, ACCOUNT)
    ends = re.findall(r"/sessions/[0-9a-f-]{36}/end", page.text)
    assert len(ends) == 2
    mine = (await olga.get("/me")).json()["session_id"]
    theirs = next(one for one in ends if mine not in one)
    page = await follow(olga, await send(olga, page, theirs))
    assert (await other.get(ACCOUNT, headers=BROWSER)).status_code == 303
    strange = form_to(page, "/sessions/end")._replace(action=f"{ACCOUNT}/sessions/{NOBODY}/end")
    assert (await resend(olga, page, strange)).status_code == 404
    third = await browser_of(office)
    out = await send(olga, page, "/sessions/end")
    assert out.headers["location"] == "/console/sign-in"
    assert "Max-Age=0" in out.headers["set-cookie"]
    assert (await third.get(ACCOUNT, headers=BROWSER)).status_code == 303


async def test_who_ends_the_own_session_is_out(olga: httpx.AsyncClient) -> None:
    mine = (await olga.get("/me")).json()["session_id"]
    out = await send(olga, await look(olga, ACCOUNT), f"/sessions/{mine}/end")
    assert out.headers["location"] == "/console/sign-in"
    assert (await olga.get(ACCOUNT, headers=BROWSER)).status_code == 303
