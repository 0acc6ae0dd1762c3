"""The first visit to a new installation: from the link that it prints to the owner's dashboard."""

from playwright.async_api import expect

from tests.browser.installation import pages_of, setup_token, start
from tests.browser.screens import PHONE, Look
from tests.browser.visitor import Visiting
from tests.people import OWNER, PASSWORD
from tests.post_office import open_post_office


async def test_the_link_of_a_new_installation_leads_to_the_dashboard(visit: Visiting, conninfo: str) -> None:
    with open_post_office() as post, start(conninfo, post) as serving:
        visitor = await visit(Look(PHONE, has_scripts=False), url=pages_of(serving))
        await visitor.go("/console/setup")
        await visitor.fill("Key from the link", setup_token(serving))
        await visitor.fill("Name of your organizer", "Blue Note")
        await visitor.fill("Your name", "Olga Owner")
        await visitor.fill("Mail address", OWNER)
        await visitor.fill("Password", "too short")
        await visitor.page.locator("form").first.evaluate_all("all => all.forEach(one => { one.noValidate = true })")
        await visitor.press("Begin")
        await expect(visitor.alert).to_be_visible()
        await visitor.fill("Password", PASSWORD)
        await visitor.press("Begin")
        await expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Dashboard")
        await visitor.sees("Blue Note")
        stranger = await visit(url=pages_of(serving))
        await stranger.go(f"/console/setup#{setup_token(serving)}")
        await stranger.fill("Name of your organizer", "Rival")
        await stranger.fill("Your name", "Rita")
        await stranger.fill("Mail address", "rita@rival.example")
        await stranger.fill("Password", PASSWORD)
        await stranger.press("Begin")
        await expect(stranger.alert).to_be_visible()
