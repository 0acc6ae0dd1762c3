"""Other tickets for a hold in the console."""

import httpx
import pytest

from tests.people import Office
from tests.web.asking import Json
from tests.web.basket_office import Offering, new_hold, post_basket
from tests.web.console.staff import assert_open_to, look
from tests.web.pages.browsing import follow, form_to, resend, send, words_of

pytestmark = pytest.mark.usefixtures("at_home")


@pytest.fixture
async def held(olga: httpx.AsyncClient, offering: Offering) -> Json:
    return await new_hold(olga, offering)


async def test_a_hold_gets_other_tickets_and_the_same_form_changes_it_once(
    olga: httpx.AsyncClient, offering: Offering, held: Json
) -> None:
    path = f"/console/bookings/{held['id']}"
    assert f'href="{path}/lines"' in (await look(olga, path)).text
    page = await look(olga, f"{path}/lines")
    assert 'value="2"' in page.text
    form = form_to(page, f"{path}/lines")
    fields = {"ticket_type": [offering.adult, offering.child], "quantity": [1, 2]}
    answers = [await resend(olga, page, form, **fields) for _ in range(2)]
    words = words_of(await follow(olga, answers[0]))
    assert answers[1].status_code == 303
    assert "The tickets are changed." in words
    assert words.count("Other tickets chosen") == 1
    now = (await olga.get(f"/bookings/{held['id']}")).json()
    assert [line["quantity"] for line in now["price"]["lines"]] == [1, 2]
    assert now["expires_at"] == held["expires_at"]


async def test_what_can_not_be_had_is_said_and_the_hold_stays(
    olga: httpx.AsyncClient, offering: Offering, held: Json
) -> None:
    path = f"/console/bookings/{held['id']}/lines"
    assert (await post_basket(olga, offering.event_id, (offering.adult, 4), paid_by="cash")).status_code == 201
    page = await look(olga, path)
    assert 'value="2"' in page.text, "what is held stays chosen where nothing else is left"
    for quantity, fault in ((["3"], "still possible"), (["0"], "Please choose tickets."), (["x"], "a whole number")):
        again = await send(olga, page, path, ticket_type=[offering.adult], quantity=quantity)
        assert again.status_code == 422
        assert fault in words_of(again)
    assert (await olga.get(f"/bookings/{held['id']}")).json()["price"] == held["price"]


async def test_what_is_paid_is_not_changed(
    office: Office, olga: httpx.AsyncClient, offering: Offering, held: Json
) -> None:
    path = f"/console/bookings/{held['id']}/lines"
    await assert_open_to(office, path, "manager", "box_office")
    page = await look(olga, path)
    assert (await olga.post(f"/bookings/{held['id']}/confirmation", json={"paid_by": "cash"})).status_code == 200
    again = await send(olga, page, path, ticket_type=[offering.adult], quantity=["1"])
    assert again.status_code == 422
    assert "This booking does not wait for a payment any more." in words_of(again)
