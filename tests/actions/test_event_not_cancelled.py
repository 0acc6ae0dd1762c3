"""What can't be cancelled, and what can't be done any more with an event that is."""

import pytest

from fullhouse.actions import publication
from fullhouse.actions.deps import Deps
from fullhouse.rules.refusals import EventNotCancelled, EventNotChangeable, EventNotFound
from tests.cancelling import cancel_event, progress
from tests.cast import new_event
from tests.till import told

NOBODY = "01900000-0000-7000-8000-000000000000"


async def test_a_draft_and_what_is_not_there_are_not_cancelled(deps: Deps) -> None:
    event = await new_event(deps)
    await publication.withdraw(deps, event.id, None, told)
    with pytest.raises(EventNotChangeable):
        await cancel_event(deps, event.id)
    with pytest.raises(EventNotFound):
        await cancel_event(deps, NOBODY)
    with pytest.raises(EventNotCancelled):
        await progress(deps, event.id)
    with pytest.raises(EventNotFound):
        await progress(deps, NOBODY)


async def test_a_cancelled_event_is_not_published_and_not_taken_back(deps: Deps) -> None:
    event = await new_event(deps)
    await cancel_event(deps, event.id)
    with pytest.raises(EventNotChangeable):
        await publication.publish(deps, event.id, None, told)
    with pytest.raises(EventNotChangeable):
        await publication.withdraw(deps, event.id, None, told)
