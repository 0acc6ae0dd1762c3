"""The page of messages to an event's buyers: whom they would reach, sent once, and how far they have come."""

import httpx
import pytest

from fullhouse.actions import mailing
from tests.people import Office
from tests.posting import ANN, BOB, book_for, new_offer
from tests.web.console.staff import assert_open_to, hire, look
from tests.web.pages.browsing import follow, form_to, resend, send, words_of

MESSAGE = {"subject": "Doors", "text": "Dear {{ buyer_name }},\r\n\r\nthey open <late>.", "per_minute": "6000"}


@pytest.fixture
async def path(office: Office, conninfo: str) -> str:
    """Where to write to Ann and Bob."""
    event, type_id = await new_offer(office.deps, conninfo)
    for buyer in (ANN, BOB, ANN):
        await book_for(office.deps, event.id, type_id, buyer)
    return f"/console/events/{event.id}/messages"


async def test_messages_are_for_those_who_read(office: Office, path: str) -> None:
    await assert_open_to(office, path, "manager", "box_office")


async def test_who_only_reads_writes_nothing(office: Office, path: str) -> None:
    assert "/rehearsal" not in (await look(await hire(office, "box_office"), path)).text


async def test_a_message_is_looked_at_before_it_is_sent_once(
    olga: httpx.AsyncClient, office: Office, path: str
) -> None:
    rehearsed = await send(olga, await look(olga, path), "/rehearsal", None, **MESSAGE)
    assert "It would reach 2 addresses of 3 bookings" in words_of(rehearsed)
    assert "they open &lt;late&gt;." in rehearsed.text
    assert "Nobody was written to yet" in words_of(rehearsed)
    form = form_to(rehearsed, "/messages")
    first = await resend(olga, rehearsed, form)
    assert (await resend(olga, rehearsed, form)).status_code == 303
    page = await follow(olga, first)
    assert page.text.count("<progress") == 1
    assert "Still being written" in words_of(page)
    await mailing.write_due(office.deps)
    assert "2 wait" in words_of(await look(olga, path))


async def test_a_message_to_nobody_is_not_sent(olga: httpx.AsyncClient, office: Office, conninfo: str) -> None:
    event, _ = await new_offer(office.deps, conninfo)
    path = f"/console/events/{event.id}/messages"
    rehearsed = await send(olga, await look(olga, path), "/rehearsal", None, **MESSAGE)
    assert "It would reach 0 addresses" in words_of(rehearsed)
    assert "Send to" not in words_of(rehearsed)


async def test_what_is_wrong_with_a_message_stands_beside_its_field(olga: httpx.AsyncClient, path: str) -> None:
    page = await look(olga, path)
    form = form_to(page, "/rehearsal")
    for field, wrong in (("subject", "{{ nobody }}"), ("text", "{% if %}"), ("text", ""), ("per_minute", "0")):
        for tail in ("", "/rehearsal"):
            answer = await resend(olga, page, form._replace(action=path + tail), None, **{**MESSAGE, field: wrong})
            assert answer.status_code == 422, (field, tail)
            assert f'id="{field}-fault"' in answer.text, (field, tail)
    for tail in ("", "/rehearsal"):
        strange = {**MESSAGE, "ticket_type_id": "00000000-0000-4000-8000-000000000000"}
        assert (await resend(olga, page, form._replace(action=path + tail), None, **strange)).status_code == 422
