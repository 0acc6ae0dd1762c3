"""A batch that was lost in its commit and made no booking is known by whatever else it made."""

import pytest

from fullhouse.rules.booking import (
    Cancelled,
    CancelRequest,
    Changed,
    ChangeRequest,
    Confirmed,
    ConfirmRequest,
    Request,
)
from fullhouse.rules.offer import Wanted
from tests.cast import assert_clean, basket, new_event, running_deps
from tests.engine.stage import QUICK, booked, settled, taken, tickets
from tests.engine.wire import Fault, Wire
from tests.offers import add_ticket_type

IN_COMMIT = [Fault.SYNC_LATE, Fault.ANSWER_LOST, Fault.ANSWER_FATAL]


@pytest.mark.parametrize("fault", IN_COMMIT)
async def test_a_payment_that_is_cancelled_in_its_own_lost_batch_was_one_all_the_same(wire: Wire, fault: Fault) -> None:
    async with running_deps(wire.conninfo, **QUICK) as deps:
        event = await new_event(deps)
        dear = await add_ticket_type(wire.conninfo, event.id, 2_500)
        paid, freed = [booked(await deps.engine.submit(basket(event.id, (dear, 2)))) for _ in range(2)]
        free = await add_ticket_type(wire.conninfo, event.id, 0)
        wire.strike(fault)
        requests: list[Request] = [
            ConfirmRequest(event.id, paid.id, "cash"),
            CancelRequest(event.id, paid.id),
            ChangeRequest(event.id, freed.id, (Wanted(free, 3),)),
        ]
        outcomes = await settled(deps.engine.submit(request) for request in requests)
        assert wire.struck.is_set()
    assert [type(outcome) for outcome in outcomes] == [Confirmed, Cancelled, Changed]
    assert await tickets(wire.conninfo) == {freed.id: 3}
    assert await tickets(wire.conninfo, "cancelled") == {paid.id: 2}
    assert await taken(wire.conninfo, event.id) == 3
    await assert_clean(wire.conninfo)
