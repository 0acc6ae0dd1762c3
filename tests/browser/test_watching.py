"""The watch over the browser: what it has to see, it sees."""

from contextlib import suppress

import pytest
from playwright.async_api import Error, Route

from tests.browser.screens import PHONE, Look
from tests.browser.visitor import Visiting, Visitor

POLICY = "default-src 'self'"


async def visit_page(visit: Visiting, body: str, look: Look | None = None) -> Visitor:
    """Look at a page of a test's own making, at the server's address."""
    visitor = await visit(look)

    async def answer(route: Route) -> None:
        text = (
            f'<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>T</title>{body}'
        )
        await route.fulfill(body=text, content_type="text/html", headers={"content-security-policy": POLICY})

    await visitor.page.route("**/made-for-a-test", answer)
    await visitor.go("/made-for-a-test")
    return visitor


def told(visitor: Visitor) -> str:
    """What was noted; from here on it is as if it had not been."""
    text = "\n".join(visitor.watch.problems)
    visitor.watch.problems.clear()
    return text


@pytest.mark.parametrize("has_scripts", [True, False])
async def test_a_page_that_is_wider_than_the_screen_is_seen(visit: Visiting, has_scripts: bool) -> None:  # noqa: FBT001 - named by pytest
    wide = '<main><table width="900"><tr><td>wide</table></main>'
    visitor = await visit_page(visit, wide, Look(PHONE, has_scripts=has_scripts))
    assert "does not fit the phone" in told(visitor)


@pytest.mark.parametrize("has_scripts", [True, False])
async def test_a_breach_of_the_policy_is_seen(visit: Visiting, has_scripts: bool) -> None:  # noqa: FBT001 - named by pytest
    visitor = await visit_page(visit, '<p style="color: red">red</p>', Look(has_scripts=has_scripts))
    assert "Content Security Policy" in told(visitor)


async def test_an_error_of_a_script_is_seen(visit: Visiting) -> None:
    visitor = await visit_page(visit, "<p>still</p>")
    await visitor.page.evaluate("setTimeout(() => nothing.at.all)")
    await visitor.page.evaluate("console.error('by hand')")
    await visitor.page.wait_for_timeout(50)
    text = told(visitor)
    assert "nothing is not defined" in text
    assert "by hand" in text


async def test_a_request_to_another_host_is_seen(visit: Visiting) -> None:
    visitor = await visit_page(visit, "<p>still</p>")
    await visitor.page.route("http://elsewhere.example/**", lambda route: route.abort())
    with suppress(Error):
        await visitor.page.goto("http://elsewhere.example/")
    text = told(visitor)
    assert "a foreign host was asked: http://elsewhere.example/" in text


async def test_a_part_of_a_page_that_is_missing_is_seen(visit: Visiting) -> None:
    visitor = await visit_page(visit, '<img alt="none" src="/static/is-not-there.png">')
    assert "404 for " in told(visitor)


async def test_what_axe_finds_is_seen(visit: Visiting) -> None:
    visitor = await visit_page(visit, '<main><h1>Form</h1><input name="nameless"></main>')
    await visitor.check_accessibility()
    text = told(visitor)
    assert "light: label" in text
    assert "dark: label" in text
