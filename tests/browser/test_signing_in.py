"""Members sign in to the console, and out."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.colleagues import Colleague, employ, secure
from tests.browser.installation import Installation, Organizer
from tests.browser.screens import DESKTOP, PHONE, Look
from tests.browser.visitor import Visiting, Visitor
from tests.people import OTHER_PASSWORD, PASSWORD

LOOKS = [Look(PHONE, has_scripts=False), Look(DESKTOP)]
PAGE_INSIDE = "/console/nowhere"


@pytest_asyncio.fixture(loop_scope="session")
async def colleague(installation: Installation, organizer: Organizer) -> AsyncIterator[Colleague]:
    """Somebody with an account."""
    made = await employ(installation, organizer)
    yield made
    await made.api.aclose()


async def sign_in(visitor: Visitor, email: str, password: str = PASSWORD) -> None:
    await visitor.go(f"/console/sign-in?next={PAGE_INSIDE}")
    await visitor.fill("Mail address", email)
    await visitor.fill("Password", password)
    await visitor.press("Sign in")


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_a_member_signs_in_and_out(visit: Visiting, colleague: Colleague, look: Look) -> None:
    visitor = await visit(look)
    await sign_in(visitor, colleague.email)
    await visitor.sees("Max M")
    assert visitor.page.url.endswith(PAGE_INSIDE)
    await visitor.press("Sign out")
    await expect(visitor.page.get_by_role("heading", name="Sign in")).to_be_visible()
    await visitor.page.go_back()
    await visitor.does_not_see("Max M")


async def test_a_wrong_password_is_told_and_the_address_stays(visit: Visiting, colleague: Colleague) -> None:
    visitor = await visit(Look(PHONE))
    await sign_in(visitor, colleague.email, OTHER_PASSWORD)
    await expect(visitor.alert).to_be_visible()
    await visitor.check_accessibility()
    await expect(visitor.page.get_by_label("Mail address")).to_have_value(colleague.email)
    await visitor.fill("Password", PASSWORD)
    await visitor.press("Sign in")
    await visitor.sees("Max M")


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_who_has_an_authenticator_app_shows_its_code(visit: Visiting, colleague: Colleague, look: Look) -> None:
    app, recovery_codes = await secure(colleague)
    visitor = await visit(look)
    await sign_in(visitor, colleague.email)
    await visitor.fill("Code", "000000")
    await visitor.press("Finish signing in")
    await expect(visitor.alert).to_be_visible()
    await visitor.fill("Code", app.code(1))
    await visitor.press("Finish signing in")
    await visitor.sees("Max M")
    await visitor.press("Sign out")
    await sign_in(visitor, colleague.email)
    await visitor.fill("Code", recovery_codes[0])
    await visitor.press("Finish signing in")
    await visitor.sees("Max M")


async def test_the_keyboard_is_enough_to_sign_in(visit: Visiting, colleague: Colleague) -> None:
    visitor = await visit()
    await visitor.go("/console/sign-in")
    await visitor.page.keyboard.press("Tab")
    await expect(visitor.page.get_by_role("link", name="To the content")).to_be_in_viewport()
    await visitor.tab_to(visitor.page.get_by_label("Mail address"))
    await visitor.page.keyboard.type(colleague.email)
    await visitor.tab_to(visitor.page.get_by_label("Password"))
    await visitor.page.keyboard.type(PASSWORD)
    await visitor.page.keyboard.press("Enter")
    await visitor.sees("Max M")


async def test_german_speakers_sign_in_in_german(visit: Visiting, colleague: Colleague) -> None:
    visitor = await visit(Look(PHONE, "de", "dark"))
    await visitor.go("/console/sign-in")
    await visitor.fill("E-Mail-Adresse", colleague.email)
    await visitor.fill("Passwort", PASSWORD)
    await visitor.press("Anmelden")
    await visitor.sees("Abmelden")
