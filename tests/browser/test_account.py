"""One's own account: a forgotten password, a second factor, passkeys, and the end of all sessions."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.colleagues import App, Colleague, employ, link_in, mail_to, sign_in
from tests.browser.installation import Installation, Organizer
from tests.browser.screens import DESKTOP, PHONE, Look
from tests.browser.visitor import Visiting, Visitor
from tests.people import OTHER_PASSWORD

LOOKS = [Look(PHONE, has_scripts=False), Look(DESKTOP)]
ACCOUNT = "/console/account"
FINGERPRINT = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
"""An authenticator of Chromium's own, which says yes to everything (W3C, Web Authentication, WebDriver extension)."""


@pytest_asyncio.fixture(loop_scope="session")
async def colleague(installation: Installation, organizer: Organizer) -> AsyncIterator[Colleague]:
    """Somebody with an account."""
    made = await employ(installation, organizer)
    yield made
    await made.api.aclose()


async def put_finger_on(visitor: Visitor) -> None:
    """Give a browser a fingerprint reader."""
    devices = await visitor.context.new_cdp_session(visitor.page)
    await devices.send("WebAuthn.enable")
    await devices.send("WebAuthn.addVirtualAuthenticator", {"options": FINGERPRINT})


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_who_forgot_the_password_gets_a_new_one_by_mail(
    visit: Visiting, installation: Installation, colleague: Colleague, look: Look
) -> None:
    visitor = await visit(look)
    await visitor.go("/console/sign-in")
    await visitor.press("Password forgotten?")
    await visitor.fill("Mail address", colleague.email)
    await visitor.press("Send the link")
    await visitor.sees("a link is on its way there")
    link = link_in(await mail_to(installation, colleague.email, count=2))
    await visitor.go(link)
    if not look.has_scripts:
        await visitor.fill("Key from the link", link.partition("#")[2])
    await visitor.fill("New password", OTHER_PASSWORD)
    await visitor.press("Change the password")
    await visitor.sees("Your password is changed")
    await sign_in(visitor, colleague.email)
    await expect(visitor.alert).to_be_visible()
    await sign_in(visitor, colleague.email, OTHER_PASSWORD)
    await visitor.sees("Max M")


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_an_authenticator_app_is_taken_into_use(visit: Visiting, colleague: Colleague, look: Look) -> None:
    visitor = await visit.signed_in(colleague.api, ACCOUNT, look)
    await visitor.press("Set up an app")
    app = App(await visitor.page.locator(".secret").inner_text())
    await visitor.fill("Six digits from the app", "000000")
    await visitor.press("Use the app from now on")
    await expect(visitor.alert).to_be_visible()
    await visitor.fill("Six digits from the app", app.code())
    await visitor.press("Use the app from now on")
    codes = visitor.page.get_by_role("status").get_by_role("listitem")
    await expect(codes).to_have_count(10)
    code = await codes.first.inner_text()
    await visitor.go(ACCOUNT)
    await visitor.does_not_see(code)
    await visitor.press("Sign out")
    await sign_in(visitor, colleague.email)
    await visitor.fill("Code", code)
    await visitor.press("Finish signing in")
    await visitor.sees("Max M")


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_all_sessions_are_ended_at_once(visit: Visiting, colleague: Colleague, look: Look) -> None:
    first, second = [await visit(look) for _ in range(2)]
    for visitor in (first, second):
        await sign_in(visitor, colleague.email)
        await visitor.sees("Max M")
    await first.go(ACCOUNT)
    await first.press("Sign out everywhere")
    for visitor in (first, second):
        await visitor.go(ACCOUNT)
        await expect(visitor.page.get_by_role("heading", name="Sign in")).to_be_visible()


async def test_a_passkey_signs_in_until_it_is_removed(visit: Visiting, colleague: Colleague) -> None:
    visitor = await visit(Look(PHONE))
    await put_finger_on(visitor)
    await visitor.sign_in_as(colleague.api)
    await visitor.go(ACCOUNT)
    await visitor.fill("Name of the new passkey", "My phone")
    await visitor.press("Add a passkey")
    await visitor.sees("My phone")
    await visitor.sees("never used")
    await visitor.press("Sign out")
    await visitor.press("Use a passkey")
    await visitor.sees("Max M")
    await visitor.go(ACCOUNT)
    await visitor.sees("used last")
    await visitor.press("Remove My phone")
    await visitor.does_not_see("My phone")
    await visitor.press("Sign out")
    await visitor.press("Use a passkey")
    await expect(visitor.alert).to_have_text("That did not work. Try again, or sign in with your password.")
