"""The demo: believable, and there once."""

from fullhouse.actions import demo, installation
from fullhouse.actions.deps import Deps
from tests.cast import assert_clean


async def test_loading_the_demo_twice_adds_nothing_and_the_audit_is_clean(deps: Deps, conninfo: str) -> None:
    first = await demo.load(deps)
    before = await installation.run_audit(deps.database)
    assert (before.events, before.bookings) == (first.events, first.bookings)
    assert before.places_taken == sum(round(one.total_seats * one.sold) for one in demo.EVENTS)
    assert await demo.load(deps) == first
    assert await installation.run_audit(deps.database) == before
    await assert_clean(conninfo)
