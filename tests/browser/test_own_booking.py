"""The page of one's own booking: paying, running out of time, naming who comes, giving tickets back."""

import re
from textwrap import wrap
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.colleagues import mail_to
from tests.browser.installation import IBAN, Installation, Organizer
from tests.browser.screens import DESKTOP, PHONE, Look
from tests.browser.subjects import BUYER, REFUNDS, booked
from tests.browser.visitor import Visiting, Visitor

LOOKS = [Look(PHONE, has_scripts=False), Look(DESKTOP)]


async def visit_booking(visit: Visiting, booking: Any, look: Look | None = None) -> Visitor:
    visitor = await visit(look)
    await visitor.go(f"/shop/bookings/{booking['id']}")
    return visitor


async def now(organizer: Organizer, booking: Any) -> Any:
    return (await organizer.api.get(f"/bookings/{booking['id']}")).json()


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_a_hold_is_paid_by_bank_transfer(visit: Visiting, organizer: Organizer, look: Look) -> None:
    held = await booked(organizer, await organizer.priced_event())
    visitor = await visit_booking(visit, held, look)
    await visitor.sees("Pay €50.00")
    await visitor.press("Pay by bank transfer")
    await visitor.sees(" ".join(wrap(IBAN, 4)))
    reference = await visitor.page.locator("dt", has_text="Reference").locator("+ dd").inner_text()
    statement = f"date;amount;currency;payer;text\n2030-05-01;50.00;EUR;Zoe;{reference}\n"
    path = f"/organizers/{organizer.id}/payments/bank_transfer/statements"
    matched = await organizer.api.post(path, content=statement.encode())
    assert matched.is_success, matched.text
    await visitor.page.reload()
    await visitor.sees("Your tickets")
    await visitor.sees("Confirmed")


async def test_the_time_of_a_hold_is_counted_down_until_it_is_up(
    visit: Visiting, organizer: Organizer, installation: Installation
) -> None:
    event_id = await organizer.priced_event()
    held = await booked(organizer, event_id)
    installation.let_run_out(held["id"], seconds=8)
    visitor = await visit_booking(visit, held)
    await expect(visitor.page.locator("[data-countdown]")).to_have_text(re.compile("0:0[1-8]"))
    await visitor.sees("Time is up")
    await visitor.press("Look what is left")
    await expect(visitor.list_of("How many of Adult")).to_be_visible()


async def test_without_scripts_the_minutes_that_are_left_are_told(visit: Visiting, organizer: Organizer) -> None:
    held = await booked(organizer, await organizer.priced_event())
    visitor = await visit_booking(visit, held, Look(PHONE, has_scripts=False))
    await visitor.sees(re.compile("(9|10) minutes left"))


async def test_who_pays_too_late_is_told_so(visit: Visiting, organizer: Organizer, installation: Installation) -> None:
    held = await booked(organizer, await organizer.priced_event())
    visitor = await visit_booking(visit, held, Look(PHONE, has_scripts=False))
    installation.let_run_out(held["id"])
    await visitor.press("Pay by bank transfer")
    await visitor.sees("Time is up")


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_a_ticket_is_handed_on(visit: Visiting, organizer: Organizer, look: Look) -> None:
    mine = await booked(organizer, await organizer.event())
    visitor = await visit_booking(visit, mine, look)
    await visitor.press(re.compile("Name who comes|Hand on"))
    await visitor.fill("Name of who comes", "Ärne Østby")
    await visitor.press("Save")
    await visitor.sees("Ärne Østby")
    await visitor.press("Hand on to somebody else")
    await visitor.sees("the ticket gets a new code")
    await visitor.fill("Name of who comes", "王小明")
    await visitor.press("Save")
    await visitor.sees("王小明")
    tickets = (await organizer.api.get(f"/bookings/{mine['id']}/tickets")).json()
    assert "王小明" in {one["holder_name"] for one in tickets}


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_what_goes_back_is_shown_before_a_ticket_is_given_back(
    visit: Visiting, organizer: Organizer, look: Look
) -> None:
    event_id = await organizer.priced_event(refund_policy=REFUNDS, days=4)
    mine = await booked(organizer, event_id, 2, paid_by="cash")
    visitor = await visit_booking(visit, mine, look)
    await visitor.press("Give tickets back")
    await visitor.sees("You get €25.00 back")
    await visitor.page.get_by_role("checkbox").first.uncheck()
    await visitor.press("Show what goes back for these")
    await visitor.sees("You get €12.50 back")
    await visitor.press("Give back 1 ticket")
    await visitor.sees("Confirmed")
    assert (await now(organizer, mine))["num_seats"] == 1


async def test_who_thinks_better_of_it_keeps_the_tickets(visit: Visiting, organizer: Organizer) -> None:
    event_id = await organizer.priced_event(refund_policy=REFUNDS)
    mine = await booked(organizer, event_id, paid_by="cash")
    visitor = await visit_booking(visit, mine, Look(PHONE))
    await visitor.press("Give tickets back")
    await visitor.press("Keep them")
    await visitor.sees("Your tickets")
    assert (await now(organizer, mine))["status"] == "confirmed"


async def test_a_hold_is_given_up(visit: Visiting, organizer: Organizer) -> None:
    held = await booked(organizer, await organizer.priced_event())
    visitor = await visit_booking(visit, held, Look(PHONE, has_scripts=False))
    await visitor.press("Give up these places")
    await visitor.press("Give up")
    await visitor.sees("Cancelled")
    assert (await now(organizer, held))["status"] == "cancelled"


async def test_the_mail_comes_again_when_it_is_asked_for(
    visit: Visiting, organizer: Organizer, installation: Installation
) -> None:
    mine = await booked(organizer, await organizer.event(), buyer={**BUYER, "email": "again@example.org"})
    first = await mail_to(installation, "again@example.org")
    visitor = await visit_booking(visit, mine)
    await visitor.press("Send the mail again")
    await expect(visitor.page.get_by_role("status")).to_be_visible()
    again = await mail_to(installation, "again@example.org", count=2)
    assert again["Subject"] == first["Subject"]


async def test_a_booking_of_nobody_is_not_there(visit: Visiting) -> None:
    visitor = await visit(Look(PHONE, "de"))
    assert (await visitor.go("/shop/bookings/01980000-0000-7000-8000-000000000000")).status == 404
