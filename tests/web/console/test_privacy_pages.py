"""The page of privacy: what is known of a person, erasing a person, and how long names are kept."""

import httpx
import pytest

from tests.people import Office
from tests.posting import ANN, BOB, book_for, new_offer
from tests.web.console.staff import HOUSE, assert_open_to, hire, look
from tests.web.organizing import run
from tests.web.pages.browsing import follow, form_to, resend, send, words_of

PRIVACY = f"{HOUSE}/privacy"


@pytest.fixture
async def event_id(office: Office, conninfo: str) -> str:
    """An event of last year at which Ann was, and Bob is at one to come."""
    event, type_id = await new_offer(office.deps, conninfo)
    await book_for(office.deps, event.id, type_id, ANN._replace(name="<b>Ann</b>"))
    coming, type_id = await new_offer(office.deps, conninfo)
    await book_for(office.deps, coming.id, type_id, BOB)
    run(conninfo, "UPDATE events SET starts_at = now() - interval '400 days' WHERE id = %s", event.id)
    return event.id


async def test_privacy_is_for_those_who_read(office: Office) -> None:
    await assert_open_to(office, PRIVACY, "manager", "box_office")


async def test_each_role_has_the_forms_that_it_may_send(office: Office) -> None:
    seller = await look(await hire(office, "box_office"), PRIVACY)
    manager = await look(await hire(office, "manager"), PRIVACY)
    assert "/people" not in seller.text
    assert "/people" in manager.text
    assert "/erasures" not in manager.text
    assert 'action="' + PRIVACY + '/retention"' not in manager.text


async def test_what_is_known_of_a_person_is_told_and_downloaded(olga: httpx.AsyncClient, event_id: str) -> None:
    page = await send(olga, await look(olga, PRIVACY), "/people", email="ANN@example.org")
    assert "1 booking" in words_of(page)
    assert "&lt;b&gt;Ann" in page.text
    assert "<b>Ann" not in page.text
    file = await send(olga, page, "/people/file")
    assert file.headers["content-disposition"] == 'attachment; filename="person.json"'
    assert file.headers["cache-control"] == "no-store"
    assert [one["event_id"] for one in file.json()["bookings"]] == [event_id]
    for tail in ("/people", "/people/file", "/erasures", "/erasures/rehearsal"):
        form = form_to(page, "/people")._replace(action=PRIVACY + tail)
        wrong = await resend(olga, page, form, email="x")
        assert (wrong.status_code, 'id="email-fault"' in wrong.text) == (422, True), tail


async def test_a_person_is_erased_after_a_look_and_once(olga: httpx.AsyncClient, event_id: str, conninfo: str) -> None:
    page = await look(olga, PRIVACY)
    form = form_to(page, "/people")._replace(action=f"{PRIVACY}/erasures/rehearsal")
    looked = await resend(olga, page, form, email=ANN.email)
    assert "This would be erased of ann@example.org 1 booking" in words_of(looked)
    assert "1 booking" in words_of(await send(olga, page, "/people", email=ANN.email)), "nothing is erased yet"
    last = form_to(looked, "/erasures")
    done = await resend(olga, looked, last)
    assert "Erased 1 booking" in words_of(done)
    assert ANN.email not in done.text
    assert (await resend(olga, looked, last)).status_code == 303
    assert "0 bookings" in words_of(await send(olga, page, "/people", email=ANN.email))


@pytest.mark.usefixtures("event_id")
async def test_who_still_comes_stays(olga: httpx.AsyncClient) -> None:
    page = await look(olga, PRIVACY)
    form = form_to(page, "/people")._replace(action=f"{PRIVACY}/erasures/rehearsal")
    looked = await resend(olga, page, form, email=BOB.email)
    assert "the event is still to come" in words_of(looked)


@pytest.mark.usefixtures("event_id")
async def test_names_are_kept_as_long_as_is_said(olga: httpx.AsyncClient) -> None:
    page = await look(olga, PRIVACY)
    assert "Names are kept for good" in words_of(page)
    assert "1 booking with a name" in words_of(await look(olga, f"{PRIVACY}?days=100"))
    assert "1 booking with a name" not in words_of(await look(olga, f"{PRIVACY}?days=500"))
    for odd in ("x", "1", "99999999", "²"):
        assert "No event has names" in words_of(await look(olga, f"{PRIVACY}?days={odd}"))
    page = await follow(olga, await send(olga, page, "/retention", days=365))
    assert "365 days after an event" in words_of(page)
    wrong = await send(olga, page, "/retention", days=1)
    assert (wrong.status_code, 'id="days-fault"' in wrong.text) == (422, True)
    page = await follow(olga, await send(olga, page, "/retention", days=""))
    assert "Names are kept for good" in words_of(page)
