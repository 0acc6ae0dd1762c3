"""A booking's page: its buyer pays, names who comes, gives tickets back, and asks for his mail, without JavaScript."""

import re
from typing import Any

import httpx
import psycopg

from fullhouse.rules.selling import TICKETS_MAX
from fullhouse.web.api.permissions import PERMISSIONS
from fullhouse.web.shop.booking_pages import FILES
from tests.people import OWNER, PASSWORD, open_office
from tests.web.asking import NOBODY, Json, left, new_event
from tests.web.basket_office import Offering, confirm, new_hold, new_offering
from tests.web.conftest import Served
from tests.web.pages.browsing import BROWSER, GERMAN, follow, form_to, resend, send, words_of
from tests.web.shop.test_events import wanted

ANN = {"name": "Ann Archer", "email": "ann@example.org"}
BANK = {"bank_iban": "DE02120300000000202051", "bank_holder": "Box office"}
POLICY = {"refund_policy": {"steps": [{"hours_before": 48, "percent": 80}], "with_fees": False}}


def path_of(booking_id: str, tail: str = "") -> str:
    return f"/shop/bookings/{booking_id}{tail}"


async def shown(client: httpx.AsyncClient, booking_id: str, tail: str = "") -> httpx.Response:
    """A page of a booking."""
    page = await client.get(path_of(booking_id, tail), headers=BROWSER)
    assert page.status_code == 200, words_of(page)
    return page


async def paid(client: httpx.AsyncClient, offering: Offering, count: int = 2) -> str:
    """A booking that was paid, at the desk."""
    held = await new_hold(client, offering, count)
    assert (await confirm(client, held["id"])).status_code == 200
    booking_id: str = held["id"]
    return booking_id


async def test_a_hold_says_how_long_it_lasts_and_what_it_costs(client: httpx.AsyncClient, offering: Offering) -> None:
    held = await new_hold(client, offering)
    page = await shown(client, held["id"])
    words = words_of(page)
    assert held["reference"] in words
    assert re.search(r"Your places are kept until \d+:\d\d\s[AP]M\.\s+(9|10) minutes left\.", words)
    assert "data-countdown=" in page.text
    assert "€55.25" in words
    assert page.headers["cache-control"] == "no-store"
    assert '<meta name="robots" content="noindex">' in page.text


async def test_who_comes_back_from_a_payment_that_failed_can_pay_anew(
    client: httpx.AsyncClient, offering: Offering
) -> None:
    held = await new_hold(client, offering)
    waits = await shown(client, held["id"], "?payment_intent=pi_1&redirect_status=succeeded")
    failed = await shown(client, held["id"], "?payment_intent=pi_1&redirect_status=failed")
    assert "data-reload=" in waits.text
    assert "data-reload=" not in failed.text
    assert "Your places are kept until" in words_of(failed)


async def test_a_booking_is_paid_by_bank_transfer(served: Served, conninfo: str) -> None:
    async with served(**BANK) as url, httpx.AsyncClient(base_url=url, timeout=30) as client:
        offering = await new_offering(client, conninfo)
        event_page = await client.get(f"/shop/events/{offering.event_id}", headers=BROWSER)
        held = await follow(client, await send(client, event_page, "", quantity=wanted(event_page, Adult=2), **ANN))
        asked = await send(client, held, "/payments")
        page = await follow(client, asked)
        words = words_of(page)
        assert "DE02 1203 0000 0000 2020 51" in words
        assert "Your places are kept until" in words
        booking_id = str(page.url).rpartition("/")[2]
        (payment,) = (await client.get(f"/bookings/{booking_id}/payments")).json()
        assert payment["reference"] in words
        again = await resend(client, held, form_to(held, "/payments"))
        assert again.status_code == 303, "the form that was sent before gives the same payment"
        assert len((await client.get(f"/bookings/{booking_id}/payments")).json()) == 1
        line = f"2030-05-01;55.25;EUR;Ann;{payment['reference']}"
        statement = f"date;amount;currency;payer;text\n{line}\n"
        await client.post("/payments/bank_transfer/statements", content=statement.encode())
        done = words_of(await client.get(path_of(booking_id), headers=BROWSER))
        assert "Confirmed" in done
        assert "€55.25 Paid" in done


async def test_without_a_way_to_pay_the_page_sends_people_to_the_box_office(
    client: httpx.AsyncClient, offering: Offering
) -> None:
    held = await new_hold(client, offering)
    page = await shown(client, held["id"])
    assert "Pay at the box office" in words_of(page)
    refused = await resend(client, page, form_to(page, "/mails"), provider="bank_transfer")
    assert refused.status_code == 422
    form = form_to(page, "/mails")._replace(action=path_of(held["id"], "/payments"))
    for provider in ("bank_transfer", "cash"):
        answer = await resend(client, page, form, provider=provider)
        assert answer.status_code == 422, provider


async def test_the_card_page_is_only_for_a_payment_by_card(client: httpx.AsyncClient, offering: Offering) -> None:
    held = await new_hold(client, offering)
    answer = await client.get(path_of(held["id"], "/card"), headers=BROWSER)
    assert (answer.status_code, answer.headers["location"]) == (303, path_of(held["id"]))


async def test_a_hold_that_has_run_out_says_what_is_still_possible(
    client: httpx.AsyncClient, offering: Offering, conninfo: str
) -> None:
    held = await new_hold(client, offering)
    with psycopg.connect(conninfo) as conn:
        conn.execute("UPDATE bookings SET expires_at = now() - interval '1 minute' WHERE id = %s", [held["id"]])
    page = await shown(client, held["id"])
    assert "Time is up" in words_of(page)
    assert f'href="/shop/events/{offering.event_id}"' in page.text


async def test_the_buyer_names_who_comes_and_hands_a_ticket_on(client: httpx.AsyncClient, offering: Offering) -> None:
    booking_id = await paid(client, offering)
    assert "Nobody is named yet" in words_of(await shown(client, booking_id))
    page = await shown(client, booking_id, "/tickets/2/holder")
    tail = "/tickets/2/holder"
    wrong = await send(client, page, tail, name=" ")
    assert (wrong.status_code, "Please fill this in." in words_of(wrong)) == (422, True)
    named = await follow(client, await send(client, page, tail, name="<i>Ben</i>"))
    assert "<i>Ben</i>" in words_of(named)
    assert "<i>Ben" not in named.text
    code = (await client.get(f"/bookings/{booking_id}/tickets")).json()[1]["code"]
    again = await shown(client, booking_id, tail)
    assert "the ticket gets a new code" in words_of(again)
    await send(client, again, tail, name="Cleo")
    ticket = (await client.get(f"/bookings/{booking_id}/tickets")).json()[1]
    assert ticket["holder_name"] == "Cleo"
    assert ticket["code"] != code
    for number in ("3", "0", "x", "999999"):
        nowhere = await client.get(path_of(booking_id, f"/tickets/{number}/holder"), headers=BROWSER)
        assert nowhere.headers["x-refusal"] == "ticket_not_found"


async def test_what_goes_back_is_shown_before_tickets_are_given_back(
    client: httpx.AsyncClient, offering: Offering
) -> None:
    await client.patch(f"/events/{offering.event_id}", json=POLICY)
    booking_id = await paid(client, offering)
    page = await shown(client, booking_id, "/cancellation")
    assert "You get €40.00 back" in words_of(page)
    one = await shown(client, booking_id, "/cancellation?ticket=2")
    assert "You get €20.00 back" in words_of(one)
    assert "80 % of the price" in words_of(one)
    done = await follow(client, await send(client, one, "/cancellation"))
    assert "It is cancelled." in words_of(done)
    assert (await client.get(f"/bookings/{booking_id}")).json()["num_seats"] == 1
    stale = await send(client, page, "/cancellation")
    assert stale.status_code == 422
    assert "The amount that goes back has changed" in words_of(stale)
    rest = await send(client, stale, "/cancellation")
    assert rest.status_code == 303
    assert "Cancelled" in words_of(await follow(client, rest))
    assert await left(client, offering.event_id) == 12


async def test_only_the_tickets_that_were_told_of_are_given_back(client: httpx.AsyncClient, offering: Offering) -> None:
    await client.patch(f"/events/{offering.event_id}", json=POLICY)
    booking_id = await paid(client, offering)
    page = await shown(client, booking_id, "/cancellation")
    assert "Give back 2 tickets" in words_of(page)
    other = await send(client, page, "/cancellation", ticket=2)
    assert other.status_code == 422
    assert "You have chosen other tickets. Nothing is done yet" in words_of(other)
    assert "You get €20.00 back" in words_of(other)
    none = await send(client, page, "/cancellation", ticket=[])
    assert (none.status_code, "Please choose tickets." in words_of(none)) == (422, True)
    looked = await send(client, page, "/cancellation", ticket=1, look="true")
    assert (looked.status_code, "Give back 1 ticket" in words_of(looked)) == (200, True)
    assert (await client.get(f"/bookings/{booking_id}")).json()["num_seats"] == 2
    await follow(client, await send(client, other, "/cancellation"))
    assert (await client.get(f"/bookings/{booking_id}")).json()["num_seats"] == 1


async def test_of_the_largest_booking_all_tickets_but_one_are_given_back(served: Served) -> None:
    async with served(num_seats_max=TICKETS_MAX) as url, httpx.AsyncClient(base_url=url, timeout=60) as client:
        event = await new_event(client, total_seats=TICKETS_MAX)
        booked = await client.post("/bookings", json={"event_id": event["id"], "num_seats": TICKETS_MAX})
        path = f"/shop/bookings/{booked.json()['id']}/cancellation"
        page = await client.get(path, headers=BROWSER)
        chosen = list(range(2, TICKETS_MAX + 1))
        told = await send(client, page, path, ticket=chosen, look="true")
        assert "Give back 9999 tickets" in words_of(told)
        await follow(client, await send(client, told, path))
        assert await left(client, event["id"]) == TICKETS_MAX - 1


async def test_what_can_not_be_given_back_is_not_offered(client: httpx.AsyncClient, offering: Offering) -> None:
    booking_id = await paid(client, offering)
    page = await shown(client, booking_id)
    assert "/cancellation" not in page.text
    assert "You can hand them on." in words_of(page)
    refused = await shown(client, booking_id, "/cancellation")
    assert "can't be given back any more" in words_of(refused)


async def test_a_free_booking_and_a_hold_are_given_up(
    client: httpx.AsyncClient, offering: Offering, event: Json
) -> None:
    event_page = await client.get(f"/shop/events/{event['id']}", headers=BROWSER)
    free = await follow(client, await send(client, event_page, "", quantity=1, **ANN))
    free_id = str(free.url).rpartition("/")[2]
    held_id = (await new_hold(client, offering))["id"]
    for booking_id in (free_id, held_id):
        page = await shown(client, booking_id, "/cancellation")
        assert "Nothing was paid" in words_of(page)
        done = await follow(client, await send(client, page, "/cancellation"))
        assert "Cancelled" in words_of(done)
    assert await left(client, event["id"]) == 12
    assert await left(client, offering.event_id) == 12


async def test_staff_act_on_the_page_as_the_buyer(conninfo: str, client: httpx.AsyncClient) -> None:
    async with open_office(conninfo) as office:
        await office.owner()
        offering = await new_offering(client, conninfo)
        booking_id = await paid(client, offering)
        visitor = office.visitor()
        page = await visitor.get("/console/sign-in", headers=BROWSER)
        await send(visitor, page, "/console/sign-in", email=OWNER, password=PASSWORD)
        page = await visitor.get(path_of(booking_id, "/tickets/1/holder"), headers=BROWSER)
        await send(visitor, page, "/holder", name="Dora")
        history = (await client.get(f"/bookings/{booking_id}/history")).json()
        assert [one["by"] for one in history if one["what"] == "holder_changed"] == ["buyer"], history


async def test_the_mail_is_sent_again_but_not_for_ever(client: httpx.AsyncClient, event: Json, conninfo: str) -> None:
    event_page = await client.get(f"/shop/events/{event['id']}", headers=BROWSER)
    page = await follow(client, await send(client, event_page, "", quantity=1, **ANN))
    nothing = await send(client, page, "/mails")
    assert "There is no mail of this booking" in words_of(nothing)
    _write_mail(conninfo, str(page.url).rpartition("/")[2])
    done = await follow(client, await send(client, nothing, "/mails"))
    assert "on its way to you once more" in words_of(done)
    assert "The mail is on its way already." in words_of(await send(client, done, "/mails"))
    answers = []
    for _ in range(3):
        _let_mails_be_sent(conninfo)
        answers.append(await send(client, await client.get(page.url, headers=BROWSER), "/mails"))
    assert [one.status_code for one in answers] == [303, 422, 422]
    assert "That was tried in vain too often." in words_of(answers[-1])


def _let_mails_be_sent(conninfo: str) -> None:
    with psycopg.connect(conninfo) as conn:
        conn.execute("UPDATE mails SET state = 'kept', next_try_at = NULL")


def _write_mail(conninfo: str, booking_id: str) -> None:
    """Let the mail of the booking have been sent."""
    with psycopg.connect(conninfo) as conn:
        conn.execute(
            """
            INSERT INTO mails (id, kind, language, to_name, to_email, context, organizer_id, of_event_id,
                booking_number, message_id, next_try_at, created_at, state, sent_at)
            SELECT %s, 'booking_confirmed', 'en', 'Ann', 'ann@example.org', '{}', e.organizer_id, b.event_id,
                b.number, 'x@y', NULL, now(), 'kept', NULL
            FROM bookings b JOIN events e ON e.id = b.event_id WHERE b.id = %s
            """,
            [NOBODY, booking_id],
        )


async def test_files_are_offered_as_far_as_they_are_made(client: httpx.AsyncClient, offering: Offering) -> None:
    page = (await shown(client, await paid(client, offering))).text
    for name, template in FILES.items():
        # Without certificates there are no wallets.
        is_offered = name not in {"apple", "google"}
        assert ("GET", template) in PERMISSIONS
        links = re.findall('"' + re.sub(r"\{\w+\}", '[^"/]+', template) + '"', page)
        assert bool(links) == is_offered, template
        for link in links:
            assert (await client.get(link.strip('"'))).status_code == 200, link


async def test_who_does_not_know_the_address_finds_nothing(client: httpx.AsyncClient) -> None:
    for booking_id in (NOBODY, "x", "%00"):
        answer = await client.get(path_of(booking_id), headers={**BROWSER, **GERMAN})
        assert (answer.status_code, answer.headers["x-refusal"]) == (404, "booking_not_found")
        assert "Diese Buchung gibt es nicht." in words_of(answer)


async def test_a_cancelled_event_is_told_on_the_page(client: httpx.AsyncClient) -> None:
    event = await new_event(client)
    event_page = await client.get(f"/shop/events/{event['id']}", headers=BROWSER)
    page = await follow(client, await send(client, event_page, "", quantity=1, **ANN))
    await client.post(f"/events/{event['id']}/cancellation")
    told: Any = await client.get(page.url, headers=BROWSER)
    assert "What you paid goes back to you." in words_of(told)
