"""A believable installation, for a first look: it is sold through the engine, in months that are told in seconds.

The engine and all actions take the time from a clock that they are given. Here it is one that walks from moment to
moment, from the first sale to now, so everything is as if it had happened then, and the audit finds it in order.
"""

import random
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, TypeAlias

from fullhouse.actions import audit_log, booking_index, mail_reading, mail_sending, notice, payment, sales
from fullhouse.actions.demo_cast import HOUSES
from fullhouse.actions.demo_houses import OnSale, call_off, greeting_of, open_house, put_on, starts_at_of
from fullhouse.actions.demo_sales import Desk
from fullhouse.actions.demo_shows import SHOWS
from fullhouse.actions.demo_story import Order, in_steps, on_sale_at, orders_of
from fullhouse.actions.deps import Deps
from fullhouse.store import demo as store

Standing: TypeAlias = Literal["empty", "there", "in_use"]

SEED = 2_026
TELL_EVERY = 40
"""Steps after which mails are written, as the worker does it every second."""
OFFERED_BEFORE = timedelta(days=2)
CALLED_OFF_BEFORE = timedelta(days=2, hours=3)


class Walk:
    """A clock that is set."""

    def __init__(self, now: datetime) -> None:
        """It begins at the real now, which it comes back to in the end."""
        self.now = now

    def __call__(self) -> datetime:
        """What it is set to."""
        return self.now


class Loaded(NamedTuple):
    """What the demo has put there; `password` is None when it was there before."""

    counts: dict[str, int]
    sign_ins: tuple[str, ...]
    password: str | None


async def standing(deps: Deps) -> Standing:
    """Whether the demo is there, or anything else."""
    async with deps.reading() as conn:
        if await store.has_organizer(conn, greeting_of(HOUSES[-1])):
            return "there"
        return "in_use" if await store.is_anything_there(conn) else "empty"


async def load(deps: Deps, walk: Walk, *, is_fresh: bool) -> Loaded:
    """Fill an installation; `deps` have the walk as their clock. What is there already stays as it is.

    Raises what the actions raise.
    """
    if await standing(deps) == "there":
        return Loaded(await counts(deps), (), None)
    now = walk.now
    chance = random.Random(SEED)  # noqa: S311 - a story, not a secret
    password = secrets.token_urlsafe(12)
    opened = [on_sale_at(show, now) - OFFERED_BEFORE for show in SHOWS]
    walk.now = min(opened)
    staff = [await open_house(deps, one, password, is_first=is_fresh and n == 0) for n, one in enumerate(HOUSES)]
    on_sale: list[OnSale] = []
    for show, at in zip(SHOWS, opened, strict=True):
        walk.now = at
        on_sale.append(await put_on(deps, show, staff[show.house], starts_at_of(show, now)))
    orders = sorted(one for n, show in enumerate(SHOWS) for one in orders_of(chance, n, show, now))
    await _sell(deps, walk, Desk(deps, on_sale, staff), orders, in_steps(chance, [one.at for one in orders], now), now)
    walk.now = now
    await _settle(deps)
    return Loaded(await counts(deps), tuple(name for one in staff for name in one.sign_ins), password)


async def counts(deps: Deps) -> dict[str, int]:
    """How much there is of what."""
    async with deps.reading() as conn:
        return await store.counts(conn)


async def _sell(
    deps: Deps, walk: Walk, desk: Desk, orders: Sequence[Order], steps: Sequence[datetime], now: datetime
) -> None:
    """Go from step to step, and do at each all that has come due since the one before."""
    left = list(reversed(orders))
    called_off = [n for n, show in enumerate(SHOWS) if show.fate == "cancelled"]
    for n, at in enumerate(steps):
        walk.now = at
        if called_off and at >= now - CALLED_OFF_BEFORE:
            show = called_off.pop()
            await call_off(deps, desk.on_sale[show], desk.staff[SHOWS[show].house])
            left = [one for one in left if one.show != show]
        due = []
        while left and left[-1].at <= at:
            due.append(left.pop())
        await desk.serve(at, due)
        if n % TELL_EVERY == 0:
            await _tell(deps)


async def _tell(deps: Deps) -> None:
    """Write the mails; there is no mail server, so they stay in their log."""
    await notice.give_positions(deps)
    async for _ in mail_reading.read_notices(deps):
        pass
    await mail_sending.send_due(deps)


async def _settle(deps: Deps) -> None:
    """Do what the worker would do next."""
    while await payment.sweep(deps):
        pass
    await _tell(deps)
    async for _ in booking_index.keep_up(deps):
        pass
    async for _ in sales.keep_up(deps):
        pass
    await audit_log.seal_all(deps.database)
