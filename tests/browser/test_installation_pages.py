"""The pages of the installation itself, as they are seen."""

import pytest
from playwright.async_api import expect

from tests.browser.screens import SCREENS, Look, Screen
from tests.browser.visitor import Visiting


@pytest.mark.parametrize("screen", SCREENS, ids=lambda one: one.name)
async def test_the_home_page_is_fit_for_everybody(visit: Visiting, screen: Screen) -> None:
    visitor = await visit(Look(screen))
    await visitor.go("/")
    await visitor.check_accessibility()


async def test_the_calls_of_the_api_can_be_tried_in_the_browser(visit: Visiting) -> None:
    visitor = await visit()
    await visitor.go("/docs")
    await expect(visitor.page.get_by_role("heading", name="Full House").first).to_be_visible()
    await visitor.page.get_by_text("/events/{event_id}/availability", exact=True).click()
    await visitor.page.get_by_role("button", name="Try it out").click()
    await expect(visitor.page.get_by_role("button", name="Execute")).to_be_visible()
