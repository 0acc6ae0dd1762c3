"""An event on another site: what is in the frame, who may have it, and the script that puts it there."""

import httpx
import pytest

from tests.pictures import JPEG, jpeg
from tests.web.asking import Json
from tests.web.offering import new
from tests.web.organizing import DETAILS, patch, set_state
from tests.web.pages.browsing import BROWSER, words_of

HOUSE = "/organizers/00000000-0000-7000-8000-000000000001"


def ancestors_of(answer: httpx.Response) -> str:
    (found,) = [one.strip() for one in answer.headers["content-security-policy"].split(";") if "frame-ancestors" in one]
    return found.removeprefix("frame-ancestors ")


async def test_the_frame_says_what_it_is_and_what_it_costs_and_leads_to_where_it_is_booked(
    client: httpx.AsyncClient, event: Json
) -> None:
    await patch(client, event["id"], **DETAILS | {"sales_from": None})
    await new(client, event, "ticket-types")
    await client.put(f"/events/{event['id']}/image", content=jpeg(), headers=JPEG)
    for address in (event["id"], "late-trio"):
        shown = await client.get(f"/shop/events/{address}/widget?at=https://site.example", headers=BROWSER)
        assert shown.status_code == 200, shown.text
        assert 'href="http://127.0.0.1:8000/shop/events/late-trio#buy" target="_blank" rel="noopener"' in shown.text
        assert "Concert" in words_of(shown)
        assert "CHF" in words_of(shown)
        assert 'alt="Three people play"' in shown.text
        # Nothing can be done here, so there is nothing to be done by a click that was stolen.
        assert "<form" not in shown.text
        assert "set-cookie" not in shown.headers


async def test_in_a_frame_no_other_page_is_shown(client: httpx.AsyncClient, event: Json) -> None:
    assert ancestors_of(await client.get(f"/shop/events/{event['id']}", headers=BROWSER)) == "'none'"
    assert ancestors_of(await client.get(f"/shop/events/{event['id']}/widget", headers=BROWSER)) == "*"


@pytest.mark.parametrize(
    ("origins", "told"),
    [
        (None, "*"),
        ([], "'none'"),
        (
            ["https://b.example", "https://a.example:8443", "https://b.example"],
            "https://a.example:8443 https://b.example",
        ),
    ],
)
async def test_an_organizer_says_which_sites_may_have_the_frame(
    client: httpx.AsyncClient, event: Json, origins: list[str] | None, told: str
) -> None:
    answer = await client.patch(HOUSE, json={"embed_origins": origins})
    assert answer.json()["embed_origins"] == (None if origins is None else sorted(set(origins)))
    assert (await client.get(HOUSE)).json() == answer.json()
    assert ancestors_of(await client.get(f"/shop/events/{event['id']}/widget", headers=BROWSER)) == told


async def test_a_draft_is_on_no_other_site(client: httpx.AsyncClient, event: Json, conninfo: str) -> None:
    set_state(conninfo, event["id"], "draft")
    shown = await client.get(f"/shop/events/{event['id']}/widget", headers=BROWSER)
    assert (shown.status_code, shown.headers["x-refusal"]) == (404, "event_not_found")
    assert ancestors_of(shown) == "'none'"


@pytest.mark.parametrize("state", ["sold_out", "cancelled"])
async def test_what_is_not_sold_is_not_offered(
    client: httpx.AsyncClient, event: Json, conninfo: str, state: str
) -> None:
    if state == "cancelled":
        set_state(conninfo, event["id"], "cancelled")
    else:
        await client.post("/bookings", json={"event_id": event["id"], "num_seats": 12})
    shown = await client.get(f"/shop/events/{event['id']}/widget", headers=BROWSER)
    assert {"sold_out": "Sold out", "cancelled": "Cancelled"}[state] in words_of(shown)
    assert "#buy" not in shown.text


async def test_the_script_may_be_taken_by_any_site_and_looks_at_who_speaks_to_it(client: httpx.AsyncClient) -> None:
    script = await client.get("/static/widget.js")
    assert script.headers["content-type"].startswith(("text/javascript", "application/javascript"))
    assert "message.source !== frame.contentWindow || message.origin !== home.origin" in script.text
    inner = await client.get("/static/widget-frame.js")
    assert "postMessage({ fullhouseHeight: height }, site)" in inner.text
    assert '"*"' not in inner.text
