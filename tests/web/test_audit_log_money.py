"""What the audit log has of money that comes and goes beside the desk: asked for, transferred, owed, sent back."""

from collections.abc import AsyncIterator

import httpx
import pytest

from fullhouse.actions.deps import Deps
from tests.cast import running_deps
from tests.till import Till
from tests.web.audit_log import entries
from tests.web.conftest import serving
from tests.web.test_bank_transfers import BANK, GROSS, begin, upload


@pytest.fixture
async def deps(conninfo: str) -> AsyncIterator[Deps]:
    async with running_deps(conninfo, **BANK) as running:
        yield running


@pytest.fixture
async def visitor(conninfo: str) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(conninfo, **BANK) as url, httpx.AsyncClient(base_url=url, timeout=30) as client:
        yield client


async def test_a_transfer_is_in_the_log_from_its_beginning_to_the_money_that_went_back(
    visitor: httpx.AsyncClient, till: Till
) -> None:
    begun = await begin(visitor, held := await till.hold())
    await upload(visitor, ("20.00", begun["reference"]))
    await upload(visitor, ("32.00", begun["reference"]))
    assert (await visitor.patch(f"/bookings/{held.id}/cancel")).status_code == 200
    (refund,) = (await visitor.get(f"/bookings/{held.id}/payments")).json()[0]["refunds"]
    for _ in range(2):
        done = await visitor.post(
            f"/bookings/{held.id}/refunds/{refund['id']}/completion", headers={"idempotency-key": "k"}
        )
        assert done.status_code == 200
    found = await entries(visitor, event=till.event_id)
    completion = "POST /bookings/{booking_id}/refunds/{refund_id}/completion"
    assert sorted(one["act"] for one in found) == [
        "POST /bookings/{booking_id}/payments",
        completion,
        "booking.cancellation",
        "payment.transfer",
        "payment.transfer",
        "refund.asked",
        "refund.done",
    ]
    assert {tuple(one["booking_numbers"]) for one in found} == {(held.number,)}
    assert found[0]["after"]["state"] == "open"
    received = [
        (one["before"]["received_minor"], one["after"]["received_minor"])
        for one in found
        if one["act"] == "payment.transfer"
    ]
    assert received == [(0, 2_000), (2_000, GROSS)]
    completed = next(one for one in found if one["act"] == completion)
    assert (completed["before"]["state"], completed["after"]["state"]) == ("asked", "done")
    assert {one["actor"]["kind"] for one in found} == {"playground"}
