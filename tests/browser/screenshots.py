"""`make screenshots`: fills a new installation with the demo and saves a picture of each page, to be looked at.

All pictures go to `build/screenshots`; the few that the README shows, made small, to `docs/screenshots`.
"""

import asyncio
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, async_playwright

from fullhouse.store.embedded import join
from tests.acceptance.serving import new_house, run_command
from tests.browser.chromium import launch
from tests.browser.installation import Installation, Organizer, in_days, open_installation
from tests.browser.pages import SHOTS, Shot
from tests.browser.screens import DESKTOP, PHONE, SCHEMES, SCREENS, Look
from tests.browser.subjects import Subjects, arrange
from tests.browser.visitor import Visiting, Visitor
from tests.post_office import open_post_office

ROOT = Path(__file__).resolve().parents[2]
ALL = ROOT / "build" / "screenshots"
BEST = ROOT / "docs" / "screenshots"
IN_README = {
    "home-desktop-light": "home",
    "event-desktop-light": "event",
    "event-phone-dark": "event-phone",
    "booking-phone-light": "booking-phone",
    "console-dashboard-desktop-light": "dashboard",
    "console-bookings-desktop-dark": "bookings",
}
"""Of the README: the picture's name there by its name among all."""
LOAD_ALL = """async () => {
  for (const one of document.images) one.loading = 'eager';
  await Promise.all([...document.images].map(one => one.decode().catch(() => {})));
}"""
"""What comes with scrolling is to be there, too."""
OWNER = re.compile(r"(\S+@\S+) \(owner\)")
PASSWORD = re.compile(r"with the password (\S+)")
PLACES_MIN = 20
BYTES_MAX = 150_000
DEMO_SECONDS_MAX = 300


def looks() -> Iterator[Look]:
    """In which ways each page is looked at."""
    for screen in SCREENS:
        for scheme in SCHEMES:
            yield Look(screen, scheme=scheme)


async def take(visitor: Visitor, shot: Shot, subjects: Subjects) -> list[str]:
    """Save a picture of a page; the answer is what is wrong with it."""
    name = f"{shot.name}-{visitor.look.screen.name}-{visitor.look.scheme}"
    visitor.watch.problems.clear()
    answer = await visitor.go(shot.at(subjects))
    if answer.status != shot.status:
        visitor.watch.problems.append(f"{answer.url}: {answer.status}")
    if visitor.look.scheme == "light":
        await visitor.check_accessibility()  # in both schemes
    await visitor.page.evaluate(LOAD_ALL)
    await visitor.page.screenshot(path=ALL / f"{name}.png", full_page=True)
    return [f"{name}: {one}" for one in visitor.watch.problems]


async def take_all(browser: Browser, installation: Installation, wanted: re.Pattern[str]) -> list[str]:
    """Save all pictures whose names are wanted."""
    organizer = installation.organizer_of()
    subjects = await arrange(installation, organizer, await showpiece(organizer))
    problems = []
    visiting = Visiting(browser, installation.url)
    for look in looks():
        for shot in SHOTS:
            if wanted.search(shot.name):
                visitor = await visiting(look)
                if shot.is_for_members:
                    await visitor.sign_in_as(installation.owner)
                problems += await take(visitor, shot, subjects)
                await visitor.context.close()
    return problems


async def showpiece(organizer: Organizer) -> str:
    """The event of an organizer that offers most, with places enough."""
    types: dict[str, int] = {}
    for event in (await organizer.api.get("/events", params={"from": in_days(1), "limit": 100})).json():
        # Those of others have no fees for him.
        is_ours = (await organizer.api.get(f"/events/{event['id']}/fees")).is_success
        if is_ours and event["available_seats"] >= PLACES_MIN:
            types[event["id"]] = len((await organizer.api.get(f"/events/{event['id']}/ticket-types")).json())
    return max(types, key=lambda one: types[one])


def keep_best() -> None:
    """Make the pictures of the README small, and put them beside it."""
    BEST.mkdir(parents=True, exist_ok=True)
    for source, name in IN_README.items():
        if not (ALL / f"{source}.png").exists():
            continue
        with Image.open(ALL / f"{source}.png") as picture:
            # As much as a screen shows.
            screen = PHONE if "phone" in source else DESKTOP
            small = picture.convert("RGB").crop((0, 0, screen.width, screen.height))
        made = (_webp(small, quality) for quality in range(90, 20, -10))
        (BEST / f"{name}.webp").write_bytes(next(one for one in made if len(one) <= BYTES_MAX))


def _webp(picture: Image.Image, quality: int) -> bytes:
    made = BytesIO()
    picture.save(made, "WEBP", quality=quality, method=6)
    return made.getvalue()


async def main(wanted: str = "") -> list[str]:
    """Fill, serve, look; the answer is what is wrong."""
    ALL.mkdir(parents=True, exist_ok=True)
    with new_house() as house, open_post_office() as post:
        server = join(house.data_dir)
        try:
            filled = run_command("demo", data_dir=house.data_dir, seconds_max=DEMO_SECONDS_MAX)
            assert filled.returncode == 0, filled.stderr
            owner_is = (OWNER.findall(filled.stdout)[0], PASSWORD.findall(filled.stdout)[0])
            async with (
                open_installation(server.running.conninfo, post, owner_is) as installation,
                async_playwright() as playwright,
            ):
                browser = await launch(playwright)
                problems = await take_all(browser, installation, re.compile(wanted))
                await browser.close()
        finally:
            server.leave()
    return problems


if __name__ == "__main__":
    found = asyncio.run(main(*sys.argv[1:]))
    keep_best()
    sys.exit("\n".join(found) or None)
