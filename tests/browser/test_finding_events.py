"""Finding an event: by looking, by its name, by its month, and in one's own language."""

import pytest
from playwright.async_api import expect

from tests.browser.installation import Organizer, in_days
from tests.browser.screens import DESKTOP, PHONE, Look
from tests.browser.visitor import Visiting

LOOKS = [Look(PHONE, has_scripts=False), Look(DESKTOP)]


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_an_event_is_found_by_a_word_of_its_name(visit: Visiting, organizer: Organizer, look: Look) -> None:
    await organizer.priced_event(f"Quartet of the {look}")
    await organizer.event("Something else")
    visitor = await visit(look)
    await visitor.go("/")
    await visitor.fill("Search", f"quartet of the {look}")
    await visitor.press("Search")
    await visitor.sees("from €12.50")
    await visitor.does_not_see("Something else")
    await visitor.press(f"Quartet of the {look}")
    await expect(visitor.page.get_by_role("heading", level=1)).to_have_text(f"Quartet of the {look}")
    await visitor.press("Events")
    await visitor.sees("What is on")


async def test_who_searches_in_vain_finds_the_way_back(visit: Visiting) -> None:
    visitor = await visit(Look(PHONE))
    await visitor.go("/")
    await visitor.fill("Search", "no such event at all")
    await visitor.press("Search")
    await visitor.sees("Nothing found")
    await visitor.press("Show all")
    await visitor.does_not_see("Nothing found")


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_an_event_is_found_in_its_month(visit: Visiting, organizer: Organizer, look: Look) -> None:
    await organizer.event("Jubilee", date=f"{int(in_days(0)[:4]) + 2}-02-14T20:00:00+01:00")
    visitor = await visit(look)
    await visitor.go(f"/shop/organizers/{organizer.id}?month={int(in_days(0)[:4]) + 2}-01")
    await visitor.sees("Nothing in this month.")
    await visitor.press("Later")
    await visitor.press("20:00 Jubilee")
    await visitor.sees("14 February")


async def test_pages_of_an_organizer_show_its_own_events_alone(visit: Visiting, organizer: Organizer) -> None:
    visitor = await visit()
    await visitor.go(f"/shop/organizers/{organizer.id}")
    await visitor.sees("Nothing is on sale yet")
    event_id = await organizer.event("Our own")
    await visitor.go(f"/shop/events/{event_id}")
    await visitor.page.get_by_role("link", name="Blue Note").first.click()
    await visitor.sees("Our own")


async def test_a_language_is_chosen_once_for_all_pages(visit: Visiting, organizer: Organizer) -> None:
    event_id = await organizer.priced_event("Sommerkonzert")
    visitor = await visit(Look(PHONE, has_scripts=False))
    await visitor.go(f"/shop/events/{event_id}")
    await visitor.press("Deutsch")
    await visitor.sees("25,00 €")
    await visitor.go("/")
    await expect(visitor.page.locator("html")).to_have_attribute("lang", "de")


async def test_a_draft_is_not_there_for_strangers(visit: Visiting, organizer: Organizer) -> None:
    event_id = await organizer.event("Not yet announced", state="draft")
    visitor = await visit()
    assert (await visitor.go(f"/shop/events/{event_id}")).status == 404
    await visitor.does_not_see("Not yet announced")
    await visitor.sign_in_as(organizer.api)
    await visitor.go(f"/shop/events/{event_id}")
    await visitor.sees("This is a draft")
