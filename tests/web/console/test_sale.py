"""The box office: chosen, told what it costs, sold with one press, and printed."""

import httpx
import pytest

from tests.offers import add_ticket_type
from tests.people import Office
from tests.web.asking import Json
from tests.web.basket_office import Offering, post_basket
from tests.web.console.staff import assert_open_to, hire, look, stranger_of
from tests.web.pages.browsing import BROWSER, GERMAN, follow, form_to, resend, send, words_of

pytestmark = pytest.mark.usefixtures("at_home")


@pytest.fixture
def path(offering: Offering) -> str:
    return f"/console/events/{offering.event_id}/sale"


def chosen(offering: Offering, adults: object = 0, children: object = 0) -> Json:
    return {"ticket_type": [offering.adult, offering.child], "quantity": [adults, children]}


async def told(olga: httpx.AsyncClient, path: str, fields: Json) -> httpx.Response:
    """The page with the total, as the first press shows it where there is no script."""
    page = await send(olga, await look(olga, path), path, **fields)
    assert page.status_code == 200, words_of(page)
    return page


async def left(olga: httpx.AsyncClient, offering: Offering) -> int:
    return int((await olga.get(f"/events/{offering.event_id}/availability")).json()["available_seats"])


async def test_tickets_are_sold_at_the_total_that_was_told_and_then_printed(
    olga: httpx.AsyncClient, offering: Offering, path: str
) -> None:
    buyer = {"name": "Ann Lee", "email": "ann@example.org"}
    page = await told(olga, path, {**chosen(offering, 2, 1), **buyer, "paid_by": "card_terminal"})
    words = words_of(page)
    assert "2 × Adult" in words
    assert "Sending €1.50" in words
    assert "Sell for €55.25" in words, words
    assert await left(olga, offering) == 12, "to tell the total takes nothing"
    sold = await follow(olga, await send(olga, page, path))
    words = words_of(sold)
    assert "3 tickets" in words
    assert "€55.25 , Card at the desk" in words
    assert f'href="{path}"' in sold.text
    link = sold.text.split('.pdf"')[0].split('href="')[-1] + ".pdf"
    printed = await olga.get(link)
    assert (printed.status_code, printed.headers["content-type"]) == (200, "application/pdf")
    made = (await olga.get(link.removesuffix("/tickets.pdf"))).json()
    assert (made["status"], made["paid_by"], made["buyer"]) == ("confirmed", "card_terminal", buyer)


async def test_a_sale_that_is_sent_twice_is_sold_once(olga: httpx.AsyncClient, offering: Offering, path: str) -> None:
    page = await told(olga, path, chosen(offering, 2))
    answers = [await resend(olga, page, form_to(page, path)) for _ in range(2)]
    assert answers[0].status_code == 303
    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert await left(olga, offering) == 10


async def test_comps_and_tickets_of_the_box_office_alone_are_sold_there(
    olga: httpx.AsyncClient, offering: Offering, path: str, conninfo: str
) -> None:
    press = await add_ticket_type(conninfo, offering.event_id, 900, name="Press", visibility="box_office")
    assert "Only at the box office" in words_of(await look(olga, path))
    page = await told(olga, path, {"ticket_type": [press], "quantity": [1], "paid_by": "comp"})
    assert "Give away" in words_of(page)
    sold = await follow(olga, await send(olga, page, path))
    assert "€0.00 , Given away" in words_of(sold)


async def test_a_promo_code_lowers_the_total_and_a_wrong_one_is_said_beside_its_field(
    olga: httpx.AsyncClient, offering: Offering, path: str
) -> None:
    code = {"code": "HALF", "kind": "percent", "amount": 5_000}
    assert (await olga.post(f"/events/{offering.event_id}/promo-codes", json=code)).status_code == 201
    page = await told(olga, path, {**chosen(offering, 1), "promo_code": "half"})
    assert "Sell for €14.94" in words_of(page)
    page = await send(olga, await look(olga, path), path, **chosen(offering, 1), promo_code="none")
    assert page.status_code == 422
    assert 'id="promo_code-fault">This code is not valid here.' in page.text


async def test_sold_out_meanwhile_says_what_is_still_possible(
    olga: httpx.AsyncClient, offering: Offering, path: str
) -> None:
    page = await told(olga, path, chosen(offering, 4, 1))
    assert (await post_basket(olga, offering.event_id, (offering.adult, 5), paid_by="cash")).status_code == 201
    again = await send(olga, page, path)
    assert again.status_code == 422
    words = words_of(again)
    assert "There are not so many places left." in words
    assert "1 of these is still possible." in words
    assert 'value="4"' in again.text, "what was typed stands there still"
    sold = await follow(olga, await send(olga, await send(olga, again, path, **chosen(offering, 1, 1)), path))
    assert "2 tickets" in words_of(sold)


async def test_another_total_than_was_told_is_told_first(
    olga: httpx.AsyncClient, offering: Offering, path: str
) -> None:
    page = await told(olga, path, chosen(offering, 1))
    cheaper = f"/events/{offering.event_id}/ticket-types/{offering.adult}"
    assert (await olga.patch(cheaper, json={"price_minor": 1_000})).status_code == 200
    page = await send(olga, page, path)
    assert page.status_code == 200
    assert "The total is another than it was told before." in words_of(page)
    assert await left(olga, offering) == 12
    assert (await send(olga, page, path)).status_code == 303


async def test_the_script_is_told_the_total_and_never_sells(
    olga: httpx.AsyncClient, offering: Offering, path: str
) -> None:
    page = await told(olga, path, chosen(offering, 1))
    for _ in range(2):
        page = await send(olga, page, path, look="true")
        assert page.status_code == 200
        assert "Sell for" in words_of(page)
    nothing = await send(olga, page, path, look="true", **chosen(offering))
    assert nothing.status_code == 200
    assert "Please choose tickets." in words_of(nothing)
    assert await left(olga, offering) == 12


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"quantity": ["0", "0"]}, "Please choose tickets."),
        ({"quantity": ["1", "x"]}, "Please give a whole number."),
        ({"quantity": ["1"], "name": "Ann"}, 'id="email-fault">A buyer has a name and a mail address.'),
        ({"quantity": ["1"], "email": "ann@example.org"}, 'id="name-fault">A buyer has a name and a mail address.'),
        ({"quantity": ["1"], "email": "ann"}, 'id="email-fault">This is no mail address'),
        ({"quantity": ["1"], "paid_by": "shells"}, "Please choose one of these."),
        ({"quantity": ["101"]}, "At most 100 tickets can be booked at once"),
    ],
)
async def test_what_is_wrong_stands_beside_its_field(
    olga: httpx.AsyncClient, offering: Offering, path: str, fields: Json, fault: str
) -> None:
    page = await send(olga, await look(olga, path), path, **{**chosen(offering), **fields})
    assert page.status_code == 422
    assert fault in page.text


async def test_the_ticket_type_that_is_refused_says_so(
    olga: httpx.AsyncClient, offering: Offering, path: str, conninfo: str
) -> None:
    group = await add_ticket_type(conninfo, offering.event_id, 900, name="Group", tickets_min=4)
    page = await send(olga, await look(olga, path), path, ticket_type=[group], quantity=[2])
    assert f'id="fault-{group}">At least 4 of these tickets are sold at once.' in page.text


async def test_an_event_that_does_not_sell_says_so(olga: httpx.AsyncClient, offering: Offering, path: str) -> None:
    assert (await olga.delete(f"/events/{offering.event_id}/publication")).status_code == 200
    assert "The event is a draft." in words_of(await look(olga, path))
    assert (await send(olga, await look(olga, path), path, **chosen(offering, 1))).status_code == 422


async def test_the_box_office_is_for_those_who_sell_there(
    office: Office, olga: httpx.AsyncClient, offering: Offering, path: str
) -> None:
    await assert_open_to(office, path, "manager", "box_office")
    assert "Box office" in words_of(await look(olga, f"/console/events/{offering.event_id}"))
    answer = await post_basket(olga, offering.event_id, (offering.adult, 1), paid_by="cash")
    await look(olga, f"/console/bookings/{answer.json()['id']}/sale")


async def test_what_was_sold_is_for_its_staff_and_a_hold_is_not_sold(
    office: Office, olga: httpx.AsyncClient, offering: Offering
) -> None:
    sold = (await post_basket(olga, offering.event_id, (offering.adult, 1), paid_by="cash")).json()
    held = (await post_basket(olga, offering.event_id, (offering.adult, 1))).json()
    path = f"/console/bookings/{sold['id']}/sale"
    await look(await hire(office, "door"), path, 403)
    await look(await stranger_of(office), path, 404)
    answer = await olga.get(f"/console/bookings/{held['id']}/sale", headers=BROWSER)
    assert answer.headers["location"] == f"/console/bookings/{held['id']}"


async def test_the_box_office_speaks_german(olga: httpx.AsyncClient, offering: Offering, path: str) -> None:
    page = await look(olga, path, **GERMAN)
    assert "Summe zeigen" in words_of(page)
    page = await send(olga, page, path, GERMAN, **chosen(offering, 1))
    assert "Verkaufen für" in words_of(page)
    page = await send(olga, page, path, GERMAN, **chosen(offering))
    assert "Bitte wählen Sie Tickets" in words_of(page), words_of(page)
