"""Booking from the event's page: in one form, with scripts and without, harmless however often it is sent."""

import re
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.colleagues import mail_to
from tests.browser.installation import Installation, Organizer
from tests.browser.screens import DESKTOP, PHONE, Look
from tests.browser.visitor import Visiting, Visitor

LOOKS = [Look(PHONE, has_scripts=False), Look(DESKTOP)]
BOOKING = re.compile(r"/shop/bookings/([\w-]{36})(?:#.*)?$")
ONLY_TYPE = "How many of General admission"


async def fill_in(visitor: Visitor, email: str, **quantities: int) -> None:
    for label, quantity in quantities.items():
        await visitor.choose(f"How many of {label.replace('_', ' ')}", str(quantity))
    await visitor.fill("Your name", "Zoë Quinn")
    await visitor.fill("Mail address", email)


async def reached(visitor: Visitor, organizer: Organizer) -> Any:
    """The booking whose page the visitor has come to, as the program shows it."""
    await visitor.page.wait_for_url(BOOKING)
    found = BOOKING.search(visitor.page.url)
    assert found
    return (await organizer.api.get(f"/bookings/{found[1]}")).json()


async def bookings_of(organizer: Organizer, event_id: str) -> list[Any]:
    listed: list[Any] = (await organizer.api.get(f"/events/{event_id}/bookings")).json()
    return listed


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_a_free_event_is_booked_in_one_form(
    visit: Visiting, organizer: Organizer, installation: Installation, look: Look
) -> None:
    event_id = await organizer.event()
    visitor = await visit(look)
    await visitor.go(f"/shop/events/{event_id}")
    await fill_in(visitor, f"{look}@example.org", General_admission=2)
    await visitor.press("Book")
    booking = await reached(visitor, organizer)
    assert (booking["status"], booking["num_seats"]) == ("confirmed", 2)
    mail = await mail_to(installation, f"{look}@example.org")
    assert f"/bookings/{booking['id']}" in mail.as_string().replace("=\n", "")


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_what_has_a_price_is_held_until_it_is_paid(visit: Visiting, organizer: Organizer, look: Look) -> None:
    event_id = await organizer.priced_event()
    visitor = await visit(look)
    await visitor.go(f"/shop/events/{event_id}")
    await fill_in(visitor, "zoe@example.org", Adult=2, Child=1)
    await visitor.press(re.compile("pay"))
    booking = await reached(visitor, organizer)
    assert booking["status"] == "held"
    await visitor.sees("€62.50")


async def test_dear_tickets_are_booked_like_others(visit: Visiting, organizer: Organizer) -> None:
    event_id = await organizer.priced_event()
    await organizer.ticket_type(event_id, "Patron", 150_000)
    visitor = await visit()
    await visitor.go(f"/shop/events/{event_id}")
    await fill_in(visitor, "zoe@example.org", Patron=1)
    await visitor.press(re.compile("pay"))
    assert (await reached(visitor, organizer))["status"] == "held"


async def test_a_form_that_is_sent_twice_books_once(visit: Visiting, organizer: Organizer) -> None:
    event_id = await organizer.event()
    visitor = await visit(Look(PHONE))
    await visitor.go(f"/shop/events/{event_id}")
    await fill_in(visitor, "twice@example.org", General_admission=1)
    await visitor.button("Book").dblclick()
    first = await reached(visitor, organizer)
    await visitor.page.reload()
    await visitor.page.go_back(wait_until="commit")
    await visitor.button("Book").click()
    assert (await reached(visitor, organizer))["id"] == first["id"]
    assert len(await bookings_of(organizer, event_id)) == 1


async def test_two_tabs_do_not_disturb_each_other(visit: Visiting, organizer: Organizer) -> None:
    event_id = await organizer.event()
    first = await visit(Look(DESKTOP, has_scripts=False))
    await first.go(f"/shop/events/{event_id}")
    second = await first.another_tab()
    await second.go(f"/shop/events/{event_id}")
    await fill_in(first, "first@example.org", General_admission=1)
    await fill_in(second, "second@example.org", General_admission=2)
    await second.press("Book")
    await first.press("Book")
    assert (await reached(first, organizer))["num_seats"] == 1
    assert (await reached(second, organizer))["num_seats"] == 2


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_what_is_missing_is_told_beside_it(visit: Visiting, organizer: Organizer, look: Look) -> None:
    event_id = await organizer.event()
    visitor = await visit(look)
    await visitor.go(f"/shop/events/{event_id}")
    await visitor.page.locator("form").first.evaluate_all("all => all.forEach(one => { one.noValidate = true })")
    await visitor.choose(ONLY_TYPE, "1")
    await visitor.fill("Mail address", "zoe at example.org")
    await visitor.press("Book")
    await expect(visitor.alert).to_be_visible()
    await expect(visitor.page.get_by_label("Your name")).to_have_attribute("aria-invalid", "true")
    await expect(visitor.page.get_by_label("Mail address")).to_have_value("zoe at example.org")
    await expect(visitor.list_of(ONLY_TYPE)).to_have_value("1")
    if look.has_scripts:
        await visitor.check_accessibility()


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_what_was_sold_meanwhile_is_told_with_what_is_left(
    visit: Visiting, organizer: Organizer, look: Look
) -> None:
    event_id = await organizer.event(total_seats=4)
    visitor = await visit(look)
    await visitor.go(f"/shop/events/{event_id}")
    await fill_in(visitor, "late@example.org", General_admission=4)
    await organizer.post("/bookings", event_id=event_id, num_seats=3)
    await visitor.press("Book")
    await visitor.sees("1 left")
    await visitor.choose(ONLY_TYPE, "1")
    await visitor.press("Book")
    assert (await reached(visitor, organizer))["num_seats"] == 1


async def test_the_last_place_that_goes_meanwhile_leaves_the_page_sold_out(
    visit: Visiting, organizer: Organizer
) -> None:
    event_id = await organizer.event(total_seats=1)
    visitor = await visit(Look(PHONE, has_scripts=False))
    await visitor.go(f"/shop/events/{event_id}")
    await fill_in(visitor, "late@example.org", General_admission=1)
    await organizer.post("/bookings", event_id=event_id, num_seats=1)
    await visitor.press("Book")
    await visitor.sees("Sold out")


async def test_a_price_that_has_changed_is_told_before_anything_is_held(visit: Visiting, organizer: Organizer) -> None:
    event_id = await organizer.priced_event()
    visitor = await visit()
    await visitor.go(f"/shop/events/{event_id}")
    await fill_in(visitor, "zoe@example.org", Child=1)
    types = (await organizer.api.get(f"/events/{event_id}/ticket-types")).json()
    child = next(one["id"] for one in types if one["name"] == "Child")
    changed = await organizer.api.patch(f"/events/{event_id}/ticket-types/{child}", json={"price_minor": 1_400})
    assert changed.is_success, changed.text
    await visitor.press(re.compile("pay"))
    await expect(visitor.alert).to_contain_text("€14.00")
    assert await bookings_of(organizer, event_id) == []
    await visitor.press(re.compile("pay"))
    assert (await reached(visitor, organizer))["status"] == "held"


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_a_promo_code_makes_it_cheaper(visit: Visiting, organizer: Organizer, look: Look) -> None:
    event_id = await organizer.priced_event()
    await organizer.post(f"/events/{event_id}/promo-codes", code="FRIENDS", kind="percent", amount=2_000)
    visitor = await visit(look)
    await visitor.go(f"/shop/events/{event_id}")
    await visitor.page.get_by_text("I have a code").click()
    await visitor.fill("Code", "nonsense")
    await visitor.press("Use it")
    await visitor.sees("This code is not valid here.")
    await visitor.fill("Code", "friends")
    await visitor.press("Use it")
    await visitor.sees("Code FRIENDS is used.")
    await visitor.sees("€20.00")
    await fill_in(visitor, "zoe@example.org", Adult=1)
    await visitor.press(re.compile("pay"))
    assert (await reached(visitor, organizer))["price"]["total"]["gross_minor"] == 2_000


async def test_the_keyboard_is_enough_to_book(visit: Visiting, organizer: Organizer) -> None:
    event_id = await organizer.event()
    visitor = await visit(Look(DESKTOP, scheme="dark"))
    await visitor.go(f"/shop/events/{event_id}")
    await visitor.tab_to(visitor.list_of(ONLY_TYPE))
    await visitor.page.keyboard.type("2")
    await visitor.tab_to(visitor.page.get_by_label("Your name"))
    await visitor.page.keyboard.type("Zoë Quinn")
    await visitor.tab_to(visitor.page.get_by_label("Mail address"))
    await visitor.page.keyboard.type("keys@example.org")
    await visitor.tab_to(visitor.button("Book"))
    await visitor.page.keyboard.press("Enter")
    assert (await reached(visitor, organizer))["num_seats"] == 2
