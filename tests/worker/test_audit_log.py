"""What the worker does for the audit log, and what the log has of the worker itself."""

import asyncio

import pytest

from fullhouse.actions import event_cancellation
from fullhouse.actions.deps import Deps
from fullhouse.worker import jobs
from tests.cancelling import cancel_event
from tests.cast import assert_clean, book, new_event
from tests.engine.stage import rows, until


async def test_bookings_that_a_job_cancels_are_in_the_log_a_page_at_a_time_and_sealed(
    deps: Deps, conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CANCEL_EVERY_SECONDS", "SEAL_EVERY_SECONDS"):
        monkeypatch.setattr(jobs, name, 0.01)
    monkeypatch.setattr(event_cancellation, "PAGE", 3)
    event = await new_event(deps)
    for _ in range(5):
        await book(deps, event.id)
    await cancel_event(deps, event.id)
    running = jobs.start(deps, idempotency_days_kept=7, notice_days_kept=90)

    async def is_sealed() -> bool:
        return await rows(conninfo, "SELECT sum(cardinality(booking_numbers)) FROM audit_entries WHERE seal <> ''") == [
            (5,)
        ]

    await until(is_sealed)
    for job in running:
        job.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    found = await rows(
        conninfo,
        "SELECT actor_kind, actor_name, address, act, about_event_id::text, booking_numbers, position "
        "FROM audit_entries ORDER BY booking_numbers",
    )
    assert found == [
        ("job", "cancel", None, "booking.cancellation", event.id, [1, 2, 3], 1),
        ("job", "cancel", None, "booking.cancellation", event.id, [4, 5], 2),
    ]
    await assert_clean(conninfo)
