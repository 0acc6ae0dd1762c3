"""Which Chromium the tests drive: the system's, or the one that Playwright has fetched.

`python -m tests.browser.chromium` tells in one line how to get one where there is none, and ends with 1.
"""

import shutil
import sys

from playwright.async_api import Browser, Playwright
from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = "The tests drive a real browser, and there is none: apt-get install chromium, or: playwright install chromium"


def of_the_system() -> str | None:
    """The path of a browser that the system has; None when it has none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


async def launch(playwright: Playwright) -> Browser:
    """Start a browser without a window. Raises FileNotFoundError when there is none."""
    found = of_the_system() or playwright.chromium.executable_path
    if shutil.which(found) is None:
        raise FileNotFoundError(MISSING)
    # What a browser does by itself, such as to look for updates, is nothing that a page has asked for.
    quiet = ["--disable-background-networking", "--disable-component-update", "--no-first-run"]
    # Who goes back finds the page as it was left, as everywhere but in Playwright.
    kept = ["--disable-back-forward-cache"]
    return await playwright.chromium.launch(executable_path=found, args=quiet, ignore_default_args=kept)


def is_there() -> bool:
    """Tell whether there is a browser; asks Playwright only when the system has none."""
    if of_the_system():
        return True
    with sync_playwright() as playwright:
        return shutil.which(playwright.chromium.executable_path) is not None


if __name__ == "__main__":
    sys.exit(None if is_there() else MISSING)
