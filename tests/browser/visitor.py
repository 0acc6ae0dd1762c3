"""Somebody with a browser of his own: goes to pages, fills in forms, presses what is there to press, and looks."""

import asyncio
import re
from types import TracebackType
from typing import Self

import httpx
from playwright.async_api import Browser, BrowserContext, Error, Locator, Page, Response, expect

from tests.browser.accessibility import violations
from tests.browser.screens import Look
from tests.browser.watch import Watch

SECONDS_MAX = 30
"""How long a test waits for what has to come; on a busy machine a page alone may take many seconds."""
TOO_WIDE = """() => {
  const wide = document.documentElement, limit = wide.clientWidth;
  if (wide.scrollWidth <= limit) return [];
  const all = [...document.body.querySelectorAll('*')].filter(one => one.getBoundingClientRect().right > limit + 1);
  return [`${wide.scrollWidth} of ${limit} pixels`, ...all.slice(0, 5).map(one => one.outerHTML.slice(0, 120))];
}"""

SPILLS = """() => [...document.querySelectorAll('.site-header-row > *')]
  .filter(one => one.scrollWidth > one.clientWidth + 1)
  .map(one => `${one.scrollWidth} of ${one.clientWidth} pixels: ` + one.outerHTML.slice(0, 120))"""
"""What is wider than the place that the page's head has for it, and so lies on what stands beside it."""

TABS_MAX = 60
SHOWS_FOCUS = """one => {
  const style = getComputedStyle(one);
  return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== 'none';
}"""


class Visitor:
    """A person in a browser context of his own, watched all the time."""

    def __init__(self, context: BrowserContext, page: Page, url: str, look: Look) -> None:
        """The browser is open; no page is visited yet."""
        self.context = context
        self.page = page
        self.look = look
        self.url = url
        self.watch = Watch(context, url)

    async def go(self, path: str) -> Response:
        """Go to one of our pages."""
        answer = await self.page.goto(self.url + path)
        assert answer is not None, path
        await self.look_around()
        return answer

    async def press(self, name: str | re.Pattern[str]) -> None:
        """Press the button or follow the link of this name; the page that comes of it is there afterwards."""
        await self.button(name).click()
        await self.look_around()

    async def unfold(self, name: str) -> None:
        """Show what is folded away under this name."""
        await self.page.locator("summary").filter(has_text=name).first.click()

    async def fill(self, label: str | re.Pattern[str], text: str) -> None:
        """Write into the field of this label."""
        await self.page.get_by_label(label, exact=isinstance(label, str)).fill(text)

    async def choose(self, label: str | re.Pattern[str], value: str) -> None:
        """Choose from the list of this label."""
        await self.list_of(label).select_option(value)

    def list_of(self, label: str | re.Pattern[str]) -> Locator:
        """The list to choose from, of this label."""
        return self.page.get_by_role("combobox", name=label, exact=isinstance(label, str))

    def button(self, name: str | re.Pattern[str]) -> Locator:
        """What is there to press by this name."""
        exact = isinstance(name, str)
        buttons = self.page.get_by_role("button", name=name, exact=exact)
        return buttons.or_(self.page.get_by_role("link", name=name, exact=exact)).first

    @property
    def alert(self) -> Locator:
        """What the page says is wrong."""
        return self.page.get_by_role("alert").filter(visible=True, has_text=re.compile(r"\w"))

    async def tab_to(self, wanted: Locator) -> None:
        """Go on with the Tab key until this has the focus, and shows it; it is pressed with other keys."""
        for _ in range(TABS_MAX):
            await self.page.keyboard.press("Tab")
            if await wanted.evaluate("one => one === document.activeElement"):
                assert await wanted.evaluate(SHOWS_FOCUS), "what has the focus looks as if it had none"
                return
        raise AssertionError(f"{TABS_MAX} times Tab, and not at {wanted}")

    async def sees(self, text: str | re.Pattern[str]) -> None:
        """Wait until this text is to be seen."""
        await expect(self.page.get_by_text(text).first).to_be_visible()

    async def comes_to_see(self, text: str | re.Pattern[str]) -> None:
        """Look at the page again and again, until this text is to be seen."""
        async with asyncio.timeout(SECONDS_MAX):
            while not await self.page.get_by_text(text).filter(visible=True).count():
                await self.page.reload()

    async def does_not_see(self, text: str | re.Pattern[str]) -> None:
        """Wait until this text is nowhere to be seen."""
        await expect(self.page.get_by_text(text).filter(visible=True)).to_have_count(0)

    async def look_around(self) -> None:
        """Note when the page is wider than the screen, or a part of its head lies on another."""
        try:
            await self.page.wait_for_load_state()
            wide = await self.page.evaluate(TOO_WIDE) + await self.page.evaluate(SPILLS)
        except Error as error:
            # The page has gone on to the next one meanwhile, which is looked at in its turn.
            if "navigation" not in str(error) and "context was destroyed" not in str(error):
                raise
            return await self.look_around()
        if wide:
            self.watch.problems.append(f"{self.page.url} does not fit the {self.look.screen.name}: {wide}")
        return None

    async def check_accessibility(self) -> None:
        """Note what axe-core finds wrong on the page as it is now."""
        found = await violations(self.page)
        self.watch.problems += [f"{self.page.url} is not accessible, {one}" for one in found]

    async def sign_in_as(self, program: httpx.AsyncClient) -> None:
        """Be the person for whom a program acts, as if signed in before."""
        token = program.headers["authorization"].removeprefix("Bearer ")
        await self.context.add_cookies([{"name": "fullhouse_session", "value": token, "url": self.url}])

    async def another_tab(self) -> Self:
        """The same person with another tab of the same browser."""
        return type(self)(self.context, await self.context.new_page(), self.url, self.look)


class Visiting:
    """Lets visitors come, and sends them home at the end; fails when one of them has met with anything wrong."""

    def __init__(self, browser: Browser, url: str) -> None:
        """Nobody is there yet."""
        self._browser = browser
        self._url = url
        self._visitors: list[Visitor] = []

    async def __call__(self, look: Look | None = None, *, url: str | None = None) -> Visitor:
        """Let somebody come, to our pages or to those of another server of ours."""
        chosen = look or Look()
        context = await self._browser.new_context(**chosen.context())
        context.set_default_timeout(SECONDS_MAX * 1000)
        visitor = Visitor(context, await context.new_page(), url or self._url, chosen)
        self._visitors.append(visitor)
        return visitor

    async def signed_in(self, program: httpx.AsyncClient, path: str, look: Look | None = None) -> Visitor:
        """Let the person come for whom a program acts, signed in before, and go to a page."""
        visitor = await self(look)
        await visitor.sign_in_as(program)
        await visitor.go(path)
        return visitor

    async def __aenter__(self) -> Self:
        """Begin."""
        return self

    async def __aexit__(self, kind: type[BaseException] | None, _: object, __: TracebackType | None) -> None:
        """Close all browsers; when the test itself is well, so must have been what its visitors met."""
        for visitor in self._visitors:
            await visitor.context.close()
        problems = [one for visitor in self._visitors for one in visitor.watch.problems]
        if kind is None:
            assert not problems, "\n".join(problems)
