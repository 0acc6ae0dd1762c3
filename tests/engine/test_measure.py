"""What the engine counts about itself."""

import pytest
from prometheus_client import REGISTRY

from fullhouse.engine import measure
from fullhouse.rules.booking import BookRequest, CancelRequest, ConfirmRequest, ExpireRequest
from fullhouse.rules.refusals import Busy
from tests.cast import basket, book, key, new_event, running_deps
from tests.engine.stage import QUICK, booked, locked, settled
from tests.engine.wire import Fault, Wire
from tests.offers import add_ticket_type


def count(name: str, **labels: str) -> float:
    """What a counter shows."""
    return REGISTRY.get_sample_value(f"fullhouse_engine_{name}", labels) or 0.0


def by_outcome() -> dict[str, float]:
    """Requests by outcome."""
    names = (
        *("booked", "held", "confirmed", "released", "cancelled"),
        *("replayed", "not_enough_seats", "event_not_found"),
    )
    return {name: count("requests_total", outcome=name) for name in names}


async def test_every_outcome_is_counted_once(conninfo: str) -> None:
    before = by_outcome()
    async with running_deps(conninfo, **QUICK) as deps:
        event = await new_event(deps, total_seats=2)
        booking = booked(await book(deps, event.id, 2, key("mine")))
        await book(deps, event.id, 2, key("mine"))
        await book(deps, event.id)
        await book(deps, booking.id)
        await deps.engine.submit(CancelRequest(event.id, booking.id))
        dear = await add_ticket_type(conninfo, event.id, 2_500)
        held = booked(await deps.engine.submit(basket(event.id, (dear, 1))))
        await deps.engine.submit(ConfirmRequest(event.id, held.id, "cash"))
        await deps.engine.submit(ExpireRequest(event.id))
    assert {name: number - before[name] for name, number in by_outcome().items()} == dict.fromkeys(before, 1.0)


async def test_a_batch_is_counted_by_its_lane(conninfo: str) -> None:
    sizes = {lane: count("batch_requests_sum", lane=lane) for lane in ("shared", "hot")}
    async with running_deps(conninfo, **QUICK, hot_line_length=3) as deps:
        quiet, hot = await new_event(deps), await new_event(deps)
        await settled(deps.engine.submit(BookRequest(event_id, 1)) for event_id in [quiet.id, *[hot.id] * 3])
    assert count("batch_requests_sum", lane="shared") - sizes["shared"] == 1
    assert count("batch_requests_sum", lane="hot") - sizes["hot"] == 3


async def test_a_try_again_is_counted(wire: Wire) -> None:
    retries = count("retries_total")
    async with running_deps(wire.conninfo, **QUICK) as deps:
        event = await new_event(deps)
        wire.strike(Fault.AFTER_LOCK)
        booked(await book(deps, event.id))
        assert count("retries_total") == retries + 1


async def test_a_fault_in_counting_ends_no_lane(conninfo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running_deps(conninfo, **QUICK) as deps:
        event = await new_event(deps)
        with monkeypatch.context() as patch:
            patch.setattr(measure, "BATCH_SIZE", None)
            booked(await book(deps, event.id))
        assert booked(await book(deps, event.id)).number == 2


async def test_a_defect_is_counted(conninfo: str) -> None:
    failures = count("failures_total")
    async with running_deps(conninfo, **QUICK) as deps:
        await settled([book(deps, "this is no id")])
    assert count("failures_total") == failures + 1


async def test_a_batch_that_was_not_done_is_not_counted(conninfo: str) -> None:
    before = by_outcome()
    async with running_deps(conninfo, **QUICK, batch_retries_max=0) as deps:
        event = await new_event(deps)
        async with locked(conninfo, event.id):
            (outcome,) = await settled([book(deps, event.id)])
    assert type(outcome) is Busy
    assert by_outcome() == before
