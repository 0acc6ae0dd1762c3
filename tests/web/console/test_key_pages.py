"""The page of API keys: made, shown once, revoked; and what belongs to tests, deleted."""

import re

import httpx

from tests.people import Office
from tests.web.asking import NOBODY, new_event
from tests.web.console.staff import HOUSE, assert_open_to, look
from tests.web.pages.browsing import follow, form_to, resend, send, words_of

KEYS = f"{HOUSE}/keys"
KEY = re.compile(r"fh_(?:test_)?[\w-]{43}")


async def test_keys_are_for_owners(office: Office) -> None:
    await assert_open_to(office, KEYS)


async def test_a_key_is_shown_once_and_never_again(olga: httpx.AsyncClient, office: Office) -> None:
    page = await look(olga, KEYS)
    form = form_to(page, "/keys")
    made = await resend(olga, page, form, name="<b>Till</b>", scopes=["read", "sell"])
    (key,) = set(KEY.findall(made.text))
    assert "&lt;b&gt;Till" in made.text
    assert made.headers["cache-control"] == "no-store"
    events = await office.visitor().get("/organizers", headers={"authorization": f"Bearer {key}"})
    assert events.status_code == 405, "it is known, and asks for what there is not"
    reloaded = await follow(olga, await resend(olga, page, form, name="<b>Till</b>", scopes=["read", "sell"]))
    assert KEY.findall(reloaded.text) == []
    assert words_of(reloaded).count("read, sell") == 1


async def test_a_key_may_be_limited_and_is_for_tests_if_that_is_wanted(olga: httpx.AsyncClient) -> None:
    fields: dict[str, object] = {"name": "Test", "scopes": ["door"], "expires_at": "2041-05-01", "test": "true"}
    made = await send(olga, await look(olga, KEYS), "/keys", None, **fields)
    assert KEY.findall(made.text)[0].startswith("fh_test_")
    assert "until Thu, May 2, 2041" in words_of(made).replace("\u202f", " ")
    assert "For tests" in words_of(made)


async def test_a_key_may_be_for_some_events_that_are_chosen_by_their_names(olga: httpx.AsyncClient) -> None:
    olga.headers["origin"] = str(olga.base_url).rstrip("/")
    assert "Only for some events" not in words_of(await look(olga, KEYS))
    gala = await new_event(olga, name="Gala <b>")
    await new_event(olga, name="Circus")
    page = await look(olga, KEYS)
    assert "Gala &lt;b&gt;" in page.text
    assert "Circus" in page.text
    made = await send(olga, page, "/keys", name="Doors", scopes=["read"], event_ids=[gala["id"]])
    assert "for 1 event" in words_of(made)
    (key,) = set(KEY.findall(made.text))
    known = (await olga.get(f"{HOUSE.removeprefix('/console')}/keys")).json()
    assert next(one for one in known if one["name"] == "Doors")["event_ids"] == [gala["id"]], key


async def test_what_is_wrong_with_a_key_stands_beside_its_field(olga: httpx.AsyncClient) -> None:
    page = await look(olga, KEYS)
    wrong_fields: dict[str, dict[str, object]] = {
        "name": {"name": " ", "scopes": ["read"]},
        "scopes": {"name": "x", "scopes": []},
        "expires_at": {"name": "x", "scopes": ["read"], "expires_at": "2001-01-01"},
        "event_ids": {"name": "x", "scopes": ["read"], "event_ids": NOBODY},
    }
    for field, fields in wrong_fields.items():
        answer = await send(olga, page, "/keys", None, **fields)
        assert answer.status_code == 422, field
        assert f'id="{field}-fault"' in answer.text, field
        assert KEY.findall(answer.text) == []
    others: tuple[dict[str, object], ...] = (
        {"expires_at": "9999-12-31"},
        {"event_ids": "x"},
        {"scopes": ["own"]},
        {"other": "1"},
    )
    for wrong in others:
        answer = await send(olga, page, "/keys", None, **{"name": "x", "scopes": ["read"], **wrong})
        assert answer.status_code == 422, wrong


async def test_a_key_is_revoked_for_good(olga: httpx.AsyncClient, office: Office) -> None:
    made = await send(olga, await look(olga, KEYS), "/keys", name="Till", scopes=["read"])
    page = await follow(olga, await send(olga, made, "/revocation"))
    assert "revoked" in words_of(page)
    key = KEY.findall(made.text)[0]
    refused = await office.visitor().get("/changes", headers={"authorization": f"Bearer {key}"})
    assert refused.status_code == 401
    assert "/revocation" not in page.text
    again = await resend(olga, page, form_to(made, "/revocation")._replace(fields=form_to(page, "/keys").fields[:2]))
    assert "no such live API key" in words_of(again)


async def test_data_of_tests_is_deleted(olga: httpx.AsyncClient) -> None:
    page = await send(olga, await look(olga, KEYS), "/test-data/wiping")
    assert "0 rows of test data were deleted" in words_of(page)


async def test_many_keys_have_pages(olga: httpx.AsyncClient) -> None:
    page = await look(olga, KEYS)
    form = form_to(page, "/keys")
    fields = [one for one in form.fields if one[0] != "form_key"]
    for n in range(51):
        once = form._replace(fields=[*fields, ("form_key", f"00000000-0000-4000-8000-{n:012}")])
        await resend(olga, page, once, name=f"Key {n}", scopes=["read"])
    first = await look(olga, KEYS)
    path = re.findall(r'href="([^"]*after=[^"]*)"', first.text)[0]
    second = await look(olga, path)
    assert (first.text.count("/revocation"), second.text.count("/revocation")) == (50, 1)
