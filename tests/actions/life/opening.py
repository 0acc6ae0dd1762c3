"""How a plan becomes two events on sale, with the clerk's first page on each."""

from datetime import timedelta
from typing import Any

from fullhouse.actions import event, fee, pool
from fullhouse.actions.deps import Deps
from fullhouse.rules.answer import Answered
from fullhouse.rules.event import NO_DETAILS, EventDraft
from fullhouse.rules.offer import RefundPolicy, RefundStep, Tax
from tests.actions.life.giving_back import FEE_PER_BOOKING, FEE_PER_TICKET, TAX_PERCENT
from tests.actions.life.inventions import CODES, KindPlan, Plan
from tests.actions.life.notebook import Code, Kind, Notebook, Policy
from tests.engine.priced import new_code, new_type

DAYS = 20
"""Days until the events begin."""
TAX = Tax(TAX_PERCENT * 100, is_included=True)


async def opened(deps: Deps, plan: Plan) -> tuple[Notebook, Notebook]:
    """Put both on sale: the one with ticket types, pools, fees and codes, and the one that only counts seats."""
    offer = await _new_event(deps, plan.capacity, plan.policy)
    plain = await _new_event(deps, plan.seats)
    offer.counts_seats = False
    del offer.kinds["general"]
    pool_ids = {name: await _new_pool(deps, offer.event_id, name, most) for name, most in plan.pools.items()}
    offer.pools = {pool_ids[name]: most for name, most in plan.pools.items()}
    for per, amount in (("ticket", FEE_PER_TICKET), ("booking", FEE_PER_BOOKING)):
        given = {"name": f"Fee per {per}", "kind": "fixed", "amount": amount, "per": per, "tax": TAX}
        await fee.create(deps, offer.event_id, given, None, lambda _: Answered(201, None))
    for name, kind in plan.kinds.items():
        offer.kinds[name] = await _new_kind(deps, offer.event_id, name, kind, pool_ids)
    for name in CODES:
        offer.codes[name] = await _new_code(deps, offer, name, plan)
    return offer, plain


def refund_policy(policy: Policy | None) -> RefundPolicy | None:
    """What the organizer says of refunds."""
    return None if policy is None else RefundPolicy(tuple(RefundStep(*step) for step in policy[0]), policy[1])


async def _new_event(deps: Deps, capacity: int, policy: Policy | None = None) -> Notebook:
    now = deps.clock()
    draft = EventDraft("Concert", now + timedelta(days=DAYS), "Small house", capacity)
    details = NO_DETAILS._replace(refund_policy=refund_policy(policy))
    made = await event.create(deps, draft, None, lambda event: Answered(201, event.id), details)
    book = Notebook(made.body, draft.starts_at, capacity, {"general": Kind("", 0, 1, [])})
    book.now, book.policy = now, policy
    return book


async def _new_pool(deps: Deps, event_id: str, name: str, most: int | None) -> str:
    given = {"name": name, "capacity": most, "held_back": 0}
    answered = await pool.create(deps, event_id, given, None, lambda made: Answered(201, {"id": made.id}))
    assert answered.body is not None
    return str(answered.body["id"])


async def _new_kind(deps: Deps, event_id: str, name: str, plan: KindPlan, pool_ids: dict[str, str]) -> Kind:
    pools = [pool_ids[one] for one in plan.pools]
    given: dict[str, Any] = {
        "name": name,
        "price_minor": plan.price,
        "tax": TAX,
        "places": plan.places,
        "tickets_min": plan.least,
        "tickets_max": plan.most,
        "buyer_tickets_max": plan.per_buyer,
        "visibility": plan.visibility,
        "pool_ids": tuple(pools),
    }
    type_id = await new_type(deps, event_id, **given)
    return Kind(type_id, plan.price, plan.places, pools, plan.least, plan.most, plan.per_buyer, plan.visibility)


async def _new_code(deps: Deps, book: Notebook, name: str, plan: Plan) -> Code:
    made = {
        "HALF": Code("", name, percent=50),
        "TENNER": Code("", name, fixed=1_000, kinds=["adult", "family"]),
        "GIFT": Code("", name, percent=100, kinds=["adult", "child"]),
        "OPEN": Code("", name, kinds=["vip"]),
    }[name]
    made.limits = plan.limits[name]
    kind, amount = ("percent", made.percent * 100) if made.percent else ("fixed", made.fixed)
    made.id = await new_code(
        deps,
        book.event_id,
        name,
        kind=kind if amount else "unlock",
        amount=amount,
        ticket_type_ids=None if made.kinds is None else [book.kinds[one].id for one in made.kinds],
        **dict(zip(("tickets_max", "bookings_max", "money_max_minor"), made.limits, strict=True)),
    )
    return made
