"""What axe-core finds wrong on a page, by the rules of WCAG 2.2 up to AA."""

import functools
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from tests.browser.screens import SCHEMES

AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
OPTIONS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    # Known to axe, but left out unless it is asked for (success criterion 2.5.8).
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}


async def violations(page: Page) -> list[str]:
    """What is wrong on the page as it is now, by day and by night; what was chosen before is chosen again after."""
    was_dark = await page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    found = []
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme)
        # Evaluated from outside, so the policy of the page needs no gap for it.
        await page.evaluate(_axe())
        result = await page.evaluate("options => axe.run(document, options)", OPTIONS)
        found += [f"{scheme}: {_told(one)}" for one in result["violations"]]
    await page.emulate_media(color_scheme="dark" if was_dark else "light")
    return found


@functools.cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")


def _told(violation: dict[str, Any]) -> str:
    places = "\n".join(f"    {node['html'][:200]}\n      {_why(node)}" for node in violation["nodes"][:5])
    return f"{violation['id']}: {violation['help']}\n{places}"


def _why(node: dict[str, Any]) -> str:
    return "; ".join(check["message"] for check in (*node["any"], *node["all"], *node["none"]))
