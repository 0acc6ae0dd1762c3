"""What the page of an event has for its script: where to watch, in which words, and that it may."""

import re

import httpx
import pytest

from fullhouse.rules.live import FEW
from tests.web.asking import new_event, post_booking
from tests.web.pages.browsing import BROWSER


@pytest.mark.parametrize(("language", "last"), [("en", "10 left"), ("de", "10")])
async def test_the_page_says_where_it_can_be_watched_and_in_which_words(
    client: httpx.AsyncClient, language: str, last: str
) -> None:
    event = await new_event(client, total_seats=30)
    page = await client.get(f"/shop/events/{event['id']}?lang={language}", headers=BROWSER)
    assert f'data-live="/events/{event["id"]}/live" data-kind="on_sale"' in page.text
    assert "data-live-changed hidden" in page.text
    words = re.search('data-few="([^"]*)"', page.text)
    assert words is not None
    assert len(words[1].split("|")) == FEW
    assert last in words[1].split("|")[-1]
    types = (await client.get(f"/events/{event['id']}/ticket-types")).json()
    assert re.search(f'data-left="{types[0]["id"]}" hidden', page.text)
    assert "connect-src 'self'" in page.headers["content-security-policy"]
    (script,) = re.findall('src="(/static/live[^"]*)"', page.text)
    assert (await client.get(script)).status_code == 200


async def test_the_page_of_a_sold_out_event_waits_for_places_to_come_back(client: httpx.AsyncClient) -> None:
    event = await new_event(client, total_seats=2)
    await post_booking(client, event["id"], 2)
    page = await client.get(f"/shop/events/{event['id']}", headers=BROWSER)
    assert 'data-kind="sold_out"' in page.text


async def test_what_is_cancelled_is_not_watched(client: httpx.AsyncClient) -> None:
    event = await new_event(client)
    await client.post(f"/events/{event['id']}/cancellation", json={})
    page = await client.get(f"/shop/events/{event['id']}", headers=BROWSER)
    assert "data-live=" not in page.text
