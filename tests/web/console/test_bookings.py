"""Bookings in the console: found by anything, shown with all that happened to them, and ended at the desk."""

import httpx
import pytest

from tests.people import Office
from tests.web.asking import Json
from tests.web.basket_office import Offering, lines_of
from tests.web.console.staff import HOUSE, hire, look, stranger_of
from tests.web.manifest import fill
from tests.web.pages.browsing import BROWSER, follow, send, words_of
from tests.web.refunding import new_returnable

pytestmark = pytest.mark.usefixtures("at_home")


async def booked(client: httpx.AsyncClient, offering: Offering, name: str, **rest: object) -> Json:
    body = {
        "event_id": offering.event_id,
        "lines": lines_of((offering.adult, 2)),
        "buyer": {"name": name, "email": f"{name.split(maxsplit=1)[0].lower()}@example.org"},
        **rest,
    }
    answer = await client.post("/bookings", json=body)
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


async def test_bookings_are_found_in_the_house_and_in_the_event(olga: httpx.AsyncClient, conninfo: str) -> None:
    offering = await new_returnable(olga, conninfo)
    ann = await booked(olga, offering, "Ann Lee", paid_by="cash")
    bob = await booked(olga, offering, "Bob <b>Box</b>")
    for path in (f"{HOUSE}/bookings", f"/console/events/{offering.event_id}/bookings"):
        page = await look(olga, path)
        assert page.text.index(bob["reference"]) < page.text.index(ann["reference"])
        assert "<b>Box" not in page.text
        assert f'href="/console/bookings/{ann["id"]}"' in page.text
        for query, found in (("q=ann", ann), ("q=bob+box", bob), ("status=held", bob), (f"q={ann['reference']}", ann)):
            words = words_of(await look(olga, f"{path}?{query}"))
            other = bob if found is ann else ann
            assert found["reference"] in words, query
            assert other["reference"] not in words, query
        assert "No booking is like that." in words_of(await look(olga, f"{path}?q=nobody"))
        assert "exports/bookings.xlsx" in page.text
    await look(olga, f"{HOUSE}/bookings?q=a%00b", 422)
    await look(olga, f"{HOUSE}/bookings?cursor=x", 422)


async def test_the_list_goes_on_behind_fifty(olga: httpx.AsyncClient, conninfo: str) -> None:
    offering = await new_returnable(olga, conninfo)
    fill(conninfo, offering.event_id, 51)
    page = await look(olga, f"{HOUSE}/bookings")
    following = page.text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    last = await look(olga, following)
    assert page.text.count('class="reference"') == 50
    assert last.text.count('class="reference"') == 1


async def test_a_hold_is_confirmed_at_the_desk_and_then_cancelled_with_what_goes_back_shown_first(
    olga: httpx.AsyncClient, conninfo: str
) -> None:
    offering = await new_returnable(olga, conninfo)
    held = await booked(olga, offering, "Ann Lee")
    path = f"/console/bookings/{held['id']}"
    page = await look(olga, path)
    assert "Waits for payment" in words_of(page)
    answer = await send(olga, page, f"{path}/confirmation", paid_by="cash")
    page = await follow(olga, answer)
    assert "The booking is confirmed." in words_of(page)
    page = await follow(olga, await send(olga, page, f"{path}/tickets/2/holder", name="Tim Holder"))
    assert 'value="Tim Holder"' in page.text
    quoted = await look(olga, f"{path}/cancellation?ticket=1")
    assert "All that was paid for them: €2" in words_of(quoted)
    other = await send(olga, quoted, f"{path}/cancellation", ticket=[1, 2], refunding="full")
    assert (other.status_code, "Nothing is done yet" in words_of(other)) == (422, True)
    old = await send(olga, quoted, f"{path}/cancellation", refunding="full", full_minor=1)
    assert (old.status_code, "The amount that goes back has changed" in words_of(old)) == (422, True)
    assert "All that was paid for them: €2" in words_of(old)
    assert (await olga.get(f"/bookings/{held['id']}")).json()["num_seats"] == 2
    page = await follow(olga, await send(olga, old, f"{path}/cancellation"))
    words = words_of(page)
    assert "It is cancelled." in words
    assert "Tickets cancelled" in words
    assert "Money received" in words or "Confirmed" in words
    last = await look(olga, f"{path}/cancellation")
    page = await follow(olga, await send(olga, last, f"{path}/cancellation", refunding="by_policy"))
    assert (await olga.get(f"/bookings/{held['id']}")).json()["status"] == "cancelled"
    assert "There is nothing to cancel any more." in words_of(await look(olga, f"{path}/cancellation"))


async def test_a_form_that_is_wrong_is_shown_again(olga: httpx.AsyncClient, conninfo: str) -> None:
    offering = await new_returnable(olga, conninfo)
    held = await booked(olga, offering, "Ann Lee")
    path = f"/console/bookings/{held['id']}"
    page = await look(olga, path)
    assert (await send(olga, page, f"{path}/confirmation", paid_by="shells")).status_code == 422
    assert (await send(olga, page, f"{path}/mails")).status_code in {422, 404, 409}
    quoted = await look(olga, f"{path}/cancellation")
    assert (await send(olga, quoted, f"{path}/cancellation", refunding="all")).status_code == 422


async def test_a_booking_is_for_its_organizers_staff_alone(
    office: Office, olga: httpx.AsyncClient, conninfo: str
) -> None:
    offering = await new_returnable(olga, conninfo)
    held = await booked(olga, offering, "Ann Lee")
    path = f"/console/bookings/{held['id']}"
    await look(await hire(office, "box_office"), path)
    await look(await hire(office, "door"), path, 403)
    await look(await stranger_of(office), path, 404)
    nobody = await office.visitor().get(path, headers=BROWSER)
    assert nobody.headers["location"].startswith("/console/sign-in")
