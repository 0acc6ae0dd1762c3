"""A buyer without any account pays by Stripe, over HTTP from the first call to the ticket."""

import httpx
import pytest

from fullhouse.actions.deps import Deps
from tests.outside.stripe_desk import SECRET_KEY, WEBHOOK_SECRET, Fault, StripeDesk, signed
from tests.till import Till
from tests.web.asking import assert_problem
from tests.web.conftest import serving


@pytest.mark.parametrize("is_open", [True, False])
async def test_from_the_hold_to_the_tickets(till: Till, conninfo: str, desk: StripeDesk, *, is_open: bool) -> None:
    held = await till.hold()
    stripe = {"stripe_secret_key": SECRET_KEY, "stripe_webhook_secret": WEBHOOK_SECRET, "stripe_url": desk.url}
    async with (
        serving(conninfo, is_open=is_open, **stripe) as url,
        httpx.AsyncClient(base_url=url, timeout=30) as client,
    ):
        path = f"/bookings/{held.id}/payments"
        desk.faults.append(Fault.NONSENSE)
        answer = await client.post(path, json={"provider": "stripe"})
        assert_problem(answer, 503, "provider_down")
        assert answer.headers["retry-after"] == "5"
        begun = (await client.post(path, json={"provider": "stripe"})).json()
        assert (begun["state"], begun["refunds"]) == ("open", [])
        await desk.pay(begun["reference"])
        body = await desk.notice(begun["reference"])
        assert_problem(await client.post("/payments/stripe/events", content=body), 400, "signature_invalid")
        desk.faults.append(Fault.LOST)
        assert_problem(
            await client.post("/payments/stripe/events", content=body, headers=signed(body)), 503, "provider_down"
        )
        for _ in range(2):
            taken = await client.post("/payments/stripe/events", content=body, headers=signed(body))
            assert (taken.status_code, taken.content) == (204, b"")
        assert [one["state"] for one in (await client.get(path)).json()] == ["paid"]
        shown = (await client.get(f"/bookings/{held.id}")).json()
        assert (shown["status"], shown["paid_by"]) == ("confirmed", "stripe")
        assert len((await client.get(f"/bookings/{held.id}/tickets")).json()) == 2


async def test_where_there_is_no_stripe_no_notice_is_heard(deps: Deps, client: httpx.AsyncClient) -> None:
    body = b"{}"
    answer = await client.post("/payments/stripe/events", content=body, headers=signed(body))
    assert_problem(answer, 400, "signature_invalid")
