"""Wordings over HTTP: an organizer words his mails, looks at them, and can do nothing else with them."""

import asyncio

import httpx
import pytest

from fullhouse.actions.deps import Deps
from fullhouse.rules.mail import LANGUAGES
from fullhouse.rules.wording import WORDED
from tests.posting import ORGANIZER, book_for, logged, new_offer, read_all
from tests.web.asking import assert_problem

PATH = f"/organizers/{ORGANIZER}/wording"
CONFIRMED = f"{PATH}/booking_confirmed/en"
OWN = {
    "subject": "{{ buyer_name }}, see you at {{ event_name }}",
    "opening": "Wonderful.\n\n{% if doors %}Doors: {{ doors }}{% else %}Come early.{% endif %}",
}


async def test_a_wording_holds_for_the_mails_that_are_sent_from_then_on(
    client: httpx.AsyncClient, deps: Deps, conninfo: str
) -> None:
    assert (await client.get(CONFIRMED)).json() == {
        "kind": "booking_confirmed",
        "language": "en",
        "subject": None,
        "opening": None,
    }
    assert (await client.put(CONFIRMED, json={"subject": "Before"})).status_code == 200
    answer = await client.put(CONFIRMED, json=OWN)
    assert answer.json() == {"kind": "booking_confirmed", "language": "en", **OWN}
    assert (await client.get(CONFIRMED)).json() == answer.json()
    event, type_id = await new_offer(deps, conninfo)
    booking = await book_for(deps, event.id, type_id)
    async with asyncio.timeout(30):
        # The client's own jobs may be at it as well.
        while not await logged(deps):
            await read_all(deps)
    (mail,) = await logged(deps)
    shown = (await client.get(f"/organizers/{ORGANIZER}/mails/{mail.mail.id}")).json()["rendered"]
    assert shown["subject"] == "Ann Example, see you at Concert"
    assert "Wonderful.\n\nCome early.\n\nEvent: Concert" in shown["text"]
    assert f"/bookings/{booking.id}" in shown["text"]
    for _ in range(2):
        assert (await client.delete(CONFIRMED)).status_code == 204
    shown = (await client.get(f"/organizers/{ORGANIZER}/mails/{mail.mail.id}")).json()["rendered"]
    assert shown["subject"] == "Your tickets for Concert"


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        ("Hello\n\n{{ buyer_nam }}", 3, "there is no 'buyer_nam'"),
        ("Hello\n{{ buyer_name", 2, "unexpected end"),
        ("{% if doors %}", 1, "Unexpected end"),
        ("{{ buyer_name.__class__ }}", 1, "getattr is not allowed"),
        ("{{ ''.join(buyer_name) }}", 1, "call is not allowed"),
        ("{% for x in buyer_name %}{% endfor %}", 1, "for is not allowed"),
        ("{{ buyer_name * 1000000 }}", 1, "mul is not allowed"),
        ("{{ buyer_name|upper }}", 1, "filter is not allowed"),
        ("{% include 'frame.html' %}", 1, "include is not allowed"),
        ("{% set doors = 1 %}", 1, "assign is not allowed"),
        ("{% macro x() %}{% endmacro %}", 1, "macro is not allowed"),
        ("{{ 1 }}", 1, "const is not allowed"),
        ("{% if doors %}" * 150 + "{% endif %}" * 150, 1, "nested too deeply"),
    ],
)
@pytest.mark.parametrize("verb", ["PUT", "POST"])
async def test_a_fault_is_refused_with_its_line(
    client: httpx.AsyncClient, source: str, line: int, said: str, verb: str
) -> None:
    answer = await client.request(verb, CONFIRMED + ("/preview" if verb == "POST" else ""), json={"opening": source})
    problem = assert_problem(answer, 422, "validation_failed", "opening")
    assert problem["line"] == line
    assert said.casefold() in problem["detail"].casefold()


async def test_a_subject_is_one_line_and_neither_is_endless(client: httpx.AsyncClient) -> None:
    for wrong in ({"subject": "A\nBcc: x@y.z"}, {"subject": "x" * 201}, {"opening": "x" * 5_001}, {"opening": " "}):
        assert_problem(await client.put(CONFIRMED, json=wrong), 422, "validation_failed", next(iter(wrong)))
    assert_problem(await client.put(CONFIRMED, json={"opening": "\0"}), 422, "validation_failed", "opening")


async def test_a_name_can_not_bring_markup_into_a_mail(client: httpx.AsyncClient) -> None:
    answer = await client.post(f"{CONFIRMED}/preview", json={"opening": "<script>alert(1)</script> {{ venue }}"})
    assert "<script>" in answer.json()["text"]
    assert "<script>" not in answer.json()["html"]
    assert "&lt;script&gt;alert(1)&lt;/script&gt; City Theatre" in answer.json()["html"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", WORDED)
async def test_every_kind_has_a_preview(client: httpx.AsyncClient, kind: str, language: str) -> None:
    answer = await client.post(f"{PATH}/{kind}/{language}/preview", json={"opening": "Dear {{ buyer_name }}!"})
    assert answer.status_code == 200, answer.text
    rendered = answer.json()
    assert "Dear Robin Goodfellow!" in rendered["text"]
    assert rendered["subject"]
    assert ("Guten Tag" in rendered["text"]) == (language == "de")
    assert (await client.get(f"{PATH}/{kind}/{language}")).json()["opening"] is None


async def test_a_test_goes_to_somebody_as_it_is_worded(client: httpx.AsyncClient, deps: Deps) -> None:
    await client.put(CONFIRMED, json=OWN)
    answer = await client.post(f"{CONFIRMED}/test", json={"email": "owner@example.org"})
    assert answer.status_code == 202, answer.text
    (one,) = await logged(deps)
    assert (one.mail.id, one.mail.to_email) == (answer.json()["mail_id"], "owner@example.org")
    shown = (await client.get(f"/organizers/{ORGANIZER}/mails/{one.mail.id}")).json()["rendered"]
    assert shown["subject"] == "Robin Goodfellow, see you at A Midsummer Night's Dream"


@pytest.mark.parametrize("path", ["message/en", "invitation/en", "reminder/fr"])
async def test_only_what_goes_to_buyers_is_worded(client: httpx.AsyncClient, path: str) -> None:
    assert_problem(await client.get(f"{PATH}/{path}"), 422, "validation_failed")
