"""What happens in the demo, and when: who books what, and how it ends. The same seed tells the same story."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, TypeAlias

from fullhouse.actions.demo_cast import FIRST_NAMES, LAST_NAMES, Show
from fullhouse.rules.booking import Buyer, PaymentWay

Ending: TypeAlias = Literal["kept", "given_back", "one_given_back", "left", "transferred", "not_transferred", "renamed"]

HOURS = (8, 9, 10, 10, 11, 12, 12, 13, 15, 16, 17, 18, 18, 19, 19, 20, 20, 20, 21, 21, 22, 23)
"""When people book, by the hour of their day."""
PARTIES = (1, 1, 2, 2, 2, 2, 2, 3, 4, 4)
WAYS: tuple[PaymentWay, ...] = ("card_terminal", "card_terminal", "card_terminal", "cash")
ENDINGS: dict[Ending, float] = {
    "kept": 0.80,
    "given_back": 0.045,
    "one_given_back": 0.015,
    "left": 0.06,
    "transferred": 0.025,
    "not_transferred": 0.015,
    "renamed": 0.04,
}
COMPS, WITH_CODE, HANDED_BACK = 0.03, 0.06, 0.7
RUSH, LAST_DAYS = 0.3, 0.25
"""Parts of the sales in the first days, and in the last ones before an event."""


class Order(NamedTuple):
    """Somebody books: so many tickets of the n-th ticket type of a show, at a moment, paid in a way, with an ending.

    `later` is when that comes; None when it is still to come. With `is_handed_back`, what is owed is paid back, too.
    """

    at: datetime
    show: int
    ticket_type: int
    quantity: int
    buyer: Buyer
    way: PaymentWay
    ending: Ending
    later: datetime | None
    has_code: bool
    is_handed_back: bool


def orders_of(chance: random.Random, number: int, show: Show, now: datetime) -> list[Order]:
    """All orders of a show up to now, in order of time."""
    starts_at = now + timedelta(days=show.days)
    begins = on_sale_at(show, now)
    ends = min(now, starts_at)
    left = round(show.places * show.sold) if show.fate != "draft" else 0
    orders = []
    while left > 0:
        quantity = min(left, chance.choice(PARTIES))
        left -= quantity
        at = _moment(chance, begins, ends)
        ending = chance.choices(list(ENDINGS), list(ENDINGS.values()))[0]
        later = at + timedelta(days=chance.uniform(0.5, 6))
        orders.append(
            Order(
                *(at, number, _type_of(chance, show), quantity, _buyer(chance)),
                "comp" if chance.random() < COMPS else chance.choice(WAYS),
                ending,
                later if later < ends else None,
                has_code=chance.random() < WITH_CODE,
                is_handed_back=chance.random() < HANDED_BACK,
            )
        )
    return sorted(orders)


def on_sale_at(show: Show, now: datetime) -> datetime:
    """When a show was put on sale: so long before it began, or so long ago if it is far off."""
    return now + timedelta(days=min(show.days, 0 if show.days > show.on_sale_days else show.days) - show.on_sale_days)


def in_steps(chance: random.Random, moments: Sequence[datetime], now: datetime) -> list[datetime]:
    """The moments at which anything is done: a few on each day, more in the last hours."""
    days = sorted({one.date() for one in moments})
    steps = [
        datetime(day.year, day.month, day.day, hour, chance.randrange(60), chance.randrange(60), tzinfo=now.tzinfo)
        for day in days
        for hour in sorted(chance.sample(sorted(set(HOURS)), 4))
    ]
    quarters = [now - timedelta(minutes=17 * n, seconds=chance.randrange(60)) for n in range(1, 60)]
    return sorted([step for step in steps if step < min(quarters)] + quarters)


def _moment(chance: random.Random, begins: datetime, ends: datetime) -> datetime:
    """When somebody books: many at first, some all the time, and again many at the end."""
    throw = chance.random()
    if throw < RUSH:
        part = chance.betavariate(1, 14)
    elif throw < 1 - LAST_DAYS:
        part = chance.random()
    else:
        part = chance.betavariate(5, 1)
    at = begins + (ends - begins) * part
    hour = chance.choice(HOURS)
    shifted = at.replace(hour=hour, minute=chance.randrange(60))
    return shifted if begins <= shifted <= ends else at


def _type_of(chance: random.Random, show: Show) -> int:
    return chance.choices(range(len(show.types)), [one.share for one in show.types])[0]


def _buyer(chance: random.Random) -> Buyer:
    first = chance.choice(FIRST_NAMES)
    last = chance.choice(LAST_NAMES).replace("_", " ")
    latin = "".join(part for part in f"{first}.{last}".casefold() if part.isascii() and (part.isalnum() or part == "."))
    return Buyer(f"{first} {last}", f"{latin.strip('.') or 'guest'}{chance.randrange(100)}@mail.example")
