"""Mails over HTTP: their log, what holds for all, sending again, and what keeps strangers out."""

import asyncio

import httpx
import pytest

from fullhouse.actions import mail_sending
from fullhouse.actions.deps import Deps
from tests.offers import add_ticket_type
from tests.posting import ANN, BOB, ORGANIZER, book_for, confirm, logged, new_offer, read_all
from tests.web.asking import NOBODY, Json, assert_problem
from tests.web.organizing import run

PATH = f"/organizers/{ORGANIZER}"


@pytest.fixture
async def booking_id(deps: Deps, client: httpx.AsyncClient, conninfo: str) -> str:
    """Ann's booking, with a mail of her hold and one of her tickets; Bob has one, too."""
    event, type_id = await new_offer(deps, conninfo, 2_500)
    booking = await book_for(deps, event.id, type_id, ANN)
    await until_kept(deps, 1)
    await confirm(deps, booking)
    await book_for(deps, event.id, await add_ticket_type(conninfo, event.id, 0), BOB)
    await until_kept(deps, 3)
    return booking.id


async def until_kept(deps: Deps, mails: int) -> None:
    """Have so many mails written; the client's own jobs may be at it as well."""
    async with asyncio.timeout(30):
        while [one.state for one in await logged(deps)] != ["kept"] * mails:
            await read_all(deps)
            await mail_sending.send_due(deps)


async def listed(client: httpx.AsyncClient, query: str = "") -> list[Json]:
    answer = await client.get(f"{PATH}/mails{query}")
    assert answer.status_code == 200, answer.text
    found: list[Json] = answer.json()
    return found


async def test_the_log_shows_the_newest_first(client: httpx.AsyncClient, booking_id: str) -> None:
    found = await listed(client)
    assert [(one["kind"], one["to_email"]) for one in found] == [
        ("booking_confirmed", BOB.email),
        ("booking_confirmed", ANN.email),
        ("booking_held", ANN.email),
    ]
    assert {(one["state"], one["attempts"], one["error"]) for one in found} == {("kept", 0, None)}


async def test_the_log_is_filtered_and_paged(client: httpx.AsyncClient, booking_id: str) -> None:
    everything = await listed(client)
    assert await listed(client, "?kind=booking_held") == everything[2:]
    assert await listed(client, f"?booking={booking_id}") == everything[1:]
    assert await listed(client, "?state=sent") == []
    assert await listed(client, f"?booking={NOBODY}") == []
    first = await client.get(f"{PATH}/mails?limit=1&state=kept&booking={booking_id}")
    assert first.json() == everything[1:2]
    after = await client.get(first.headers["link"].partition(">")[0].removeprefix("<"))
    assert after.json() == everything[2:]
    assert "link" not in after.headers


async def test_a_mail_is_shown_with_what_it_says(client: httpx.AsyncClient, booking_id: str) -> None:
    mail_id = (await listed(client))[1]["id"]
    answer = await client.get(f"{PATH}/mails/{mail_id}")
    rendered = answer.json()["rendered"]
    assert rendered["subject"] == "Your tickets for Concert"
    assert f"/bookings/{booking_id}" in rendered["text"]
    assert f"/bookings/{booking_id}" in rendered["html"]


async def test_a_mail_is_sent_again_as_a_new_one(client: httpx.AsyncClient, conninfo: str, booking_id: str) -> None:
    before = (await listed(client))[1]
    path = f"{PATH}/mails/{before['id']}/repetition"
    answers = [await client.post(path, headers={"idempotency-key": "again"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    again = answers[0].json()
    assert answers[1].json() == again
    assert answers[0].headers["location"] == f"{PATH}/mails/{again['id']}"
    assert (again["kind"], again["to_email"], again["state"]) == (before["kind"], before["to_email"], "waiting")
    assert again["message_id"] != before["message_id"]
    assert len(await listed(client)) == 4
    run(conninfo, "UPDATE mails SET state = 'waiting', next_try_at = now() + interval '1 hour'")
    assert_problem(await client.post(f"{PATH}/mails/{again['id']}/repetition"), 409, "mail_not_repeatable")


async def test_what_lets_somebody_in_is_neither_shown_nor_sent_again(
    client: httpx.AsyncClient, conninfo: str, booking_id: str
) -> None:
    mail_id = (await listed(client))[0]["id"]
    run(conninfo, "UPDATE mails SET kind = 'invitation', context = %s WHERE id = %s", '{"url": "https://x.y"}', mail_id)
    assert (await client.get(f"{PATH}/mails/{mail_id}")).json()["rendered"] is None
    assert_problem(await client.post(f"{PATH}/mails/{mail_id}/repetition"), 409, "mail_not_repeatable")


async def test_what_can_not_be_rendered_is_shown_without_text(
    client: httpx.AsyncClient, conninfo: str, booking_id: str
) -> None:
    mail_id = (await listed(client))[0]["id"]
    run(conninfo, "UPDATE mails SET booking_number = 99 WHERE id = %s", mail_id)
    assert (await client.get(f"{PATH}/mails/{mail_id}")).json()["rendered"] is None


async def test_settings_are_said_as_a_whole(client: httpx.AsyncClient) -> None:
    assert (await client.get(f"{PATH}/mail-settings")).json() == {
        "language": "en",
        "reply_to": None,
        "reminder_hours": None,
    }
    said = {"language": "de", "reply_to": "office@example.org", "reminder_hours": 24}
    for _ in range(2):
        assert (await client.put(f"{PATH}/mail-settings", json=said)).json() == said
    assert (await client.get(f"{PATH}/mail-settings")).json() == said
    for wrong in ({**said, "language": "fr"}, {**said, "reply_to": "nobody"}, {**said, "reminder_hours": 0}):
        assert_problem(await client.put(f"{PATH}/mail-settings", json=wrong), 422, "validation_failed")


@pytest.mark.parametrize("path", ["mails", f"mails/{NOBODY}", "mail-settings", "wording/reminder/en"])
async def test_only_who_manages_sees_mails(closed_client: httpx.AsyncClient, path: str) -> None:
    assert_problem(await closed_client.get(f"{PATH}/{path}"), 401, "api_key_required")


@pytest.mark.parametrize("organizer", [NOBODY, "nobody"])
@pytest.mark.parametrize("path", ["mails", "mail-settings", "wording/reminder/en"])
async def test_an_organizer_that_there_is_not_has_no_mails(
    client: httpx.AsyncClient, organizer: str, path: str
) -> None:
    assert_problem(await client.get(f"/organizers/{organizer}/{path}"), 404, "organizer_not_found")


async def test_a_mail_of_somebody_else_is_none(client: httpx.AsyncClient, conninfo: str, booking_id: str) -> None:
    mail_id = (await listed(client))[0]["id"]
    run(conninfo, "UPDATE mails SET organizer_id = %s WHERE id = %s", NOBODY, mail_id)
    assert mail_id not in {one["id"] for one in await listed(client)}
    for path in (mail_id, NOBODY, "none"):
        assert_problem(await client.get(f"{PATH}/mails/{path}"), 404, "mail_not_found")
    assert_problem(await client.post(f"{PATH}/mails/{mail_id}/repetition"), 404, "mail_not_found")


async def test_a_page_begins_where_a_link_says(client: httpx.AsyncClient) -> None:
    assert_problem(await client.get(f"{PATH}/mails?cursor=x"), 422, "validation_failed", "cursor")
    assert_problem(await client.get(f"{PATH}/mails?booking=x"), 404, "booking_not_found")
    assert_problem(await client.get(f"{PATH}/mails?kind=x"), 422, "validation_failed", "kind")
