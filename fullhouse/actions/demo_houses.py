"""The organizers of the demo, their people, and what they put on sale, made as they would make it themselves."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from fullhouse.actions import (
    acting,
    event,
    event_cancellation,
    fee,
    image,
    key,
    organizer,
    pool,
    promo_code,
    publication,
    series,
    ticket_type,
    webhook,
)
from fullhouse.actions import password as passwords
from fullhouse.actions.answer import transaction
from fullhouse.actions.demo_cast import House, Show
from fullhouse.actions.deps import Deps
from fullhouse.actions.ids import new_id
from fullhouse.actions.key import KeyTerms
from fullhouse.printing.artwork import picture_of
from fullhouse.rules.actor import Who
from fullhouse.rules.answer import Answered
from fullhouse.rules.event import EventDetails, EventDraft
from fullhouse.rules.offer import RefundPolicy, RefundStep, Tax
from fullhouse.rules.organizer import Organizer
from fullhouse.rules.person import Person
from fullhouse.store import member, person, setup_link
from fullhouse.store import organizer as organizers
from fullhouse.store import ticket_type as ticket_types

FRIENDS, FAN_CLUB = "FRIENDS10", "FANCLUB"
POLICY = RefundPolicy((RefundStep(14 * 24, 100), RefundStep(48, 50)), with_fees=False)


class Staff(NamedTuple):
    """Who acts for an organizer: its owner first."""

    organizer_id: str
    people: tuple[Who, ...]
    sign_ins: tuple[str, ...]


class OnSale(NamedTuple):
    """An event of the demo, with its ticket types in the order of the show."""

    id: str
    organizer_id: str
    type_ids: tuple[str, ...]


def email_of(house: House, name: str) -> str:
    """What somebody signs in with."""
    plain = name.split(maxsplit=1)[0].casefold().replace("ü", "ue").replace("ê", "e")
    return f"{plain}@{house.domain}"


def greeting_of(house: House) -> str:
    """The address that answers to an organizer go to; the demo knows its own by it."""
    return f"hello@{house.domain}"


async def open_house(deps: Deps, house: House, password: str, *, is_first: bool) -> Staff:
    """Make an organizer with people who all have the same password, a key and a webhook.

    The first of a fresh installation is the organizer that it has had from its first start.
    """
    hash_ = await passwords.hash_of_new(deps, password, (house.name,))
    people: list[Who] = []
    async with transaction(deps.database) as conn:
        now = deps.clock()
        made = Organizer(new_id(now), house.name, house.language, greeting_of(house), None, now, house.colour)
        if is_first:
            made = made._replace(id=organizer.DEFAULT_ID)
            await organizers.change(conn, made)
        else:
            await organizers.create(conn, made)
        await acting.record(conn, "organizer.creation", now, after=made._asdict(), organizer_id=made.id)
        for name, role in house.people:
            one = Person(new_id(now), email_of(house, name), name, house.language)
            if not await person.add(conn, one, hash_, now):
                continue
            await member.put(conn, made.id, one.id, role, now)
            told = {"person_id": one.id, "name": name, "role": role}
            await acting.record(conn, "member.creation", now, after=told, organizer_id=made.id)
            people.append(Who("member", one.id, name, "192.0.2.7"))
        await setup_link.forget_all(conn)
    await _connect(deps, house, made.id)
    sign_ins = tuple(f"{email_of(house, name)} ({role.replace('_', ' ')})" for name, role in house.people)
    return Staff(made.id, tuple(people), sign_ins)


async def _connect(deps: Deps, house: House, organizer_id: str) -> None:
    await key.create(deps.database, "Website", deps.clock(), KeyTerms(("read", "sell")), organizer_id)
    given = {
        "url": f"https://hooks.{house.domain}/fullhouse",
        "types": ("booking.confirmed", "booking.cancelled"),
        "description": "Accounting",
        # Nobody is there to answer.
        "state": "off",
    }
    await webhook.create(deps, organizer_id, given, None, lambda _: Answered(201, None))


async def put_on(deps: Deps, show: Show, staff: Staff, starts_at: datetime) -> OnSale:
    """Make an event with all that it offers, and publish it unless it is a draft."""
    with acting.acting_as(staff.people[0], "POST /events"):
        event_id = await _new_event(deps, show, staff, starts_at)
        pools = {
            one.name: await _new_pool(deps, event_id, one.name, one.places)
            for one in show.types
            if one.places is not None
        }
        type_ids = [await _new_type(deps, event_id, show, n, pools) for n in range(len(show.types))]
        if any(one.price_minor for one in show.types):
            await _add_money(deps, event_id, show, type_ids)
        if show.days > 0:
            # What is over is not advertised any more.
            await image.put_at_event(deps, event_id, picture_of(show.name), None, lambda _: Answered(200, None))
        if show.more:
            rule = f"FREQ=WEEKLY;COUNT={show.more + 1}"
            made = await series.repeat(
                deps, event_id, rule, None, lambda _, events: Answered(201, [one.id for one in events])
            )
            for other in made.body[1:-1]:
                await publication.publish(deps, other, None, lambda _, __: Answered(201, None))
        if show.fate != "draft":
            await publication.publish(deps, event_id, None, lambda _, __: Answered(201, None))
    return OnSale(event_id, staff.organizer_id, tuple(type_ids))


def starts_at_of(show: Show, now: datetime) -> datetime:
    """When a show begins, on the clock of its place."""
    local = (now + timedelta(days=show.days)).astimezone(ZoneInfo(show.zone))
    return local.replace(hour=show.hour, minute=30, second=0, microsecond=0).astimezone(now.tzinfo)


async def _new_event(deps: Deps, show: Show, staff: Staff, starts_at: datetime) -> str:
    draft = EventDraft(show.name, starts_at, show.venue, show.places)
    details = EventDetails(
        description=show.text,
        doors_at=starts_at - timedelta(hours=1),
        ends_at=starts_at + timedelta(hours=3),
        time_zone=show.zone,
        currency=show.currency,
        refund_policy=POLICY,
    )
    made = await event.create(
        deps, draft, None, lambda one: Answered(201, one.id), details, "draft", staff.organizer_id
    )
    event_id: str = made.body
    async with deps.reading() as conn:
        plain = await ticket_types.everything(conn, event_id)
    for one in plain:
        await ticket_type.delete(deps, event_id, one.id, None)
    return event_id


async def _new_pool(deps: Deps, event_id: str, name: str, capacity: int | None) -> str:
    given = {"name": name, "capacity": capacity, "held_back": 0}
    made = await pool.create(deps, event_id, given, None, lambda one: Answered(201, one.id))
    return str(made.body)


async def _new_type(deps: Deps, event_id: str, show: Show, number: int, pools: dict[str, str]) -> str:
    one = show.types[number]
    given: dict[str, Any] = {
        "name": one.name,
        "description": "",
        "position": number,
        "price_minor": one.price_minor,
        "tax": Tax(700, is_included=True),
        "places": 1,
        "tickets_min": 1,
        "tickets_max": 10,
        "sales_from": None,
        "sales_until": None,
        "visibility": one.visibility,
        "pool_ids": tuple(pools[name] for name in pools if name == one.name),
    }
    made = await ticket_type.create(deps, event_id, given, None, lambda entry: Answered(201, entry.id))
    return str(made.body)


async def _add_money(deps: Deps, event_id: str, show: Show, type_ids: list[str]) -> None:
    charge: dict[str, Any] = {"name": "Booking fee", "kind": "percent", "amount": 500, "per": "ticket"}
    await fee.create(
        deps, event_id, {**charge, "tax": Tax(1_900, is_included=True)}, None, lambda _: Answered(201, None)
    )
    codes: list[dict[str, Any]] = [{"code": FRIENDS, "kind": "percent", "amount": 1_000, "ticket_type_ids": None}]
    hidden = [type_ids[n] for n, one in enumerate(show.types) if one.visibility == "code"]
    if hidden:
        codes.append({"code": FAN_CLUB, "kind": "unlock", "amount": 0, "ticket_type_ids": frozenset(hidden)})
    unlimited = dict.fromkeys(("valid_from", "valid_until", "tickets_max", "bookings_max", "money_max_minor"))
    for one in codes:
        await promo_code.create(deps, event_id, {**unlimited, **one}, None, lambda _: Answered(201, None))


async def call_off(deps: Deps, one: OnSale, staff: Staff) -> None:
    """Cancel a whole event, with all of its bookings."""
    with acting.acting_as(staff.people[0], "POST /events/{event_id}/cancellation"):
        reason = "The pier is closed after the storm."
        await event_cancellation.begin(deps, one.id, reason, None, lambda _: Answered(202, None))
    async for _ in event_cancellation.carry_on(deps):
        pass
