"""The pages of webhooks: added with a secret that is shown once, changed, tried out; and what was delivered."""

import re

import httpx

from tests.people import Office
from tests.web.asking import NOBODY
from tests.web.console.staff import HOUSE, assert_open_to, hire, look
from tests.web.pages.browsing import follow, form_to, resend, send, words_of

WEBHOOKS = f"{HOUSE}/webhooks"
SECRET = re.compile(r"whsec_[\w+/=]+")


async def added(olga: httpx.AsyncClient, **fields: object) -> str:
    """The address of a new webhook's page."""
    wanted: dict[str, object] = {"url": "https://example.com/hook", **fields}
    page = await send(olga, await look(olga, WEBHOOKS), "/webhooks", None, **wanted)
    assert page.status_code == 200, words_of(page)
    path: str = re.findall(rf'href="({WEBHOOKS}/[^"]+)"', page.text)[-1]
    return path


async def test_webhooks_are_for_those_who_read(office: Office) -> None:
    await assert_open_to(office, WEBHOOKS, "manager", "box_office")


async def test_who_only_reads_has_no_forms(olga: httpx.AsyncClient, office: Office) -> None:
    path = await added(olga)
    seller = await hire(office, "box_office")
    for page in (await look(seller, WEBHOOKS), await look(seller, path)):
        assert "form_key" not in page.text
    form = form_to(await look(olga, WEBHOOKS), "/webhooks")
    token = form_to(await look(seller, WEBHOOKS), "/sign-out").fields[0]
    answer = await resend(seller, await look(seller, WEBHOOKS), form._replace(fields=[token]), url="https://x.example")
    assert answer.headers["x-refusal"] == "not_permitted"


async def test_a_webhooks_secret_is_shown_once(olga: httpx.AsyncClient) -> None:
    page = await look(olga, WEBHOOKS)
    form = form_to(page, "/webhooks")
    fields: dict[str, object] = {
        "url": "https://example.com/hook",
        "types": ["event.created"],
        "description": "<i>Us</i>",
    }
    made = await resend(olga, page, form, None, **fields)
    assert len(set(SECRET.findall(made.text))) == 1
    assert "&lt;i&gt;Us" in made.text
    reloaded = await follow(olga, await resend(olga, page, form, None, **fields))
    assert SECRET.findall(reloaded.text) == []
    assert words_of(reloaded).count("https://example.com/hook") == 1


async def test_a_secret_is_changed_and_the_new_one_shown_once(olga: httpx.AsyncClient) -> None:
    page = await look(olga, await added(olga))
    form = form_to(page, "/secrets")
    changed = await resend(olga, page, form, overlap_hours=1)
    assert len(set(SECRET.findall(changed.text))) == 1
    assert SECRET.findall((await follow(olga, await resend(olga, page, form, overlap_hours=1))).text) == []
    wrong = await send(olga, page, "/secrets", overlap_hours=1_000)
    assert wrong.status_code == 422
    assert 'id="overlap_hours-fault"' in wrong.text


async def test_a_webhook_is_changed_and_switched_off(olga: httpx.AsyncClient) -> None:
    path = await added(olga, types=["event.created"])
    page = await look(olga, path)
    assert 'value="event.created" checked' in page.text
    page = await follow(olga, await send(olga, page, path, url="https://example.com/two", state="off", types=[]))
    assert "https://example.com/two off" in words_of(page)
    assert "checked" not in page.text
    refused = await send(olga, page, "/test")
    assert refused.status_code == 422
    assert "Switch it on first" in words_of(refused)


async def test_what_is_wrong_with_a_webhook_stands_beside_its_field(olga: httpx.AsyncClient) -> None:
    page = await look(olga, await added(olga))
    for url in ("ftp://example.com", "https://10.0.0.1/", ""):
        for tail, at in (("/webhooks", await look(olga, WEBHOOKS)), (page.url.path, page)):
            answer = await send(olga, at, tail, url=url)
            assert answer.status_code == 422, url
            assert 'id="url-fault"' in answer.text, url


async def test_a_test_is_delivered_and_replayed(olga: httpx.AsyncClient) -> None:
    path = await added(olga)
    page = await follow(olga, await send(olga, await look(olga, path), "/test"))
    delivery = await look(olga, re.findall(rf'href="({path}/deliveries/[^"]+)"', page.text)[0])
    assert "webhook.test waiting" in words_of(delivery)
    assert "There was no attempt yet" in words_of(delivery)
    assert (await send(olga, delivery, "/replay")).status_code == 303
    assert "webhook.test" in words_of(await look(olga, f"{path}?state=waiting"))
    assert "Nothing was delivered yet" in words_of(await look(olga, f"{path}?state=given_up"))
    await look(olga, f"{path}?state=other", 422)
    await look(olga, f"{path}/deliveries/{NOBODY}", 404)


async def test_a_webhook_is_deleted(olga: httpx.AsyncClient) -> None:
    path = await added(olga)
    page = await follow(olga, await send(olga, await look(olga, path), "/removal"))
    assert "https://example.com/hook" not in words_of(page)
    await look(olga, path, 404)
