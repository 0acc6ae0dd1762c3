"""The installation as a whole: migrated, audited, tidied."""

from datetime import timedelta

import pytest

from fullhouse.actions import booking, installation
from fullhouse.actions.deps import Deps
from fullhouse.rules.booking import Booked
from fullhouse.store.audit import AuditReport
from tests.cast import book, key, new_event


async def test_old_keys_are_forgotten_and_their_bookings_stay(deps: Deps, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "FORGET_BATCH", 2)
    event = await new_event(deps)
    outcomes = [await book(deps, event.id, 1, key(f"k{number}")) for number in range(5)]
    now = deps.clock()
    assert await installation.forget_old_keys(deps.database, now, 7) == 0
    assert await installation.forget_old_keys(deps.database, now + timedelta(days=8), 7) == 5
    for number, outcome in enumerate(outcomes):
        assert isinstance(outcome, Booked)
        assert await booking.find(deps, outcome.booking.id) == outcome.booking
        again = await book(deps, event.id, 1, key(f"k{number}"))
        assert isinstance(again, Booked)
        assert again.booking.id != outcome.booking.id, "a forgotten key is a new one"


async def test_a_database_that_is_up_to_date_misses_nothing(deps: Deps) -> None:
    async with deps.database.read() as conn:
        assert await installation.missing_migrations(conn) == []
    assert await installation.migrate(deps.database) == []


async def test_the_audit_counts_what_it_has_looked_at(deps: Deps) -> None:
    event = await new_event(deps)
    await book(deps, event.id, 3)
    await book(deps, event.id, 4)
    report = await installation.run_audit(deps.database)
    assert report == AuditReport(1, 2, 7, [])
