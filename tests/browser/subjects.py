"""What the pages are about when all of them are looked at: events and bookings in each of their states."""

from typing import Any, TypeAlias

from tests.browser.installation import Installation, Organizer, in_days

Subjects: TypeAlias = dict[str, str]
"""Ids by the names that stand for them in the paths of the table of pages."""

BUYER = {"name": "Zoë Quinn", "email": "zoe@example.org"}
DESCRIPTION = """An evening with **the Late Trio**: three voices, one piano, and whatever the audience calls for.

* Doors open at seven, the bar with them
* Seats are not numbered
* Wheelchair users find a ramp at the side entrance
"""
REFUNDS = {"steps": [{"hours_before": 168, "percent": 100}, {"hours_before": 48, "percent": 50}], "with_fees": False}


async def arrange(installation: Installation, organizer: Organizer, event: str | None = None) -> Subjects:
    """Put on events of all kinds, and book some; `event` is one with prices that is there already."""
    event = event or await organizer.priced_event("The Late Trio", description=DESCRIPTION, refund_policy=REFUNDS)
    free_event = await organizer.event("Open rehearsal", description="Come in, sit down, *listen*.")
    sold_out_event = await organizer.event("Midnight set", total_seats=2)
    await booked(organizer, sold_out_event, 2)
    cancelled_event = await organizer.event("Rained off")
    await organizer.post(f"/events/{cancelled_event}/cancellation")
    held, transfer, run_out = [await booked(organizer, event) for _ in range(3)]
    await organizer.post(f"/bookings/{transfer['id']}/payments", provider="bank_transfer")
    installation.let_run_out(run_out["id"])
    cancelled = await booked(organizer, free_event)
    answer = await organizer.api.patch(f"/bookings/{cancelled['id']}/cancel")
    assert answer.is_success, answer.text
    return {
        "organizer_id": organizer.id,
        "event_id": event,
        "free_event_id": free_event,
        "sold_out_event_id": sold_out_event,
        "cancelled_event_id": cancelled_event,
        "later_event_id": await organizer.event("Spring ball", days=90, sales_from=in_days(60)),
        "month": in_days(30)[:7],
        "draft_event_id": await organizer.event("Not yet announced", state="draft"),
        "held_booking_id": held["id"],
        "transfer_booking_id": transfer["id"],
        "run_out_booking_id": run_out["id"],
        "confirmed_booking_id": (await booked(organizer, event, paid_by="cash"))["id"],
        "free_booking_id": (await booked(organizer, free_event))["id"],
        "cancelled_booking_id": cancelled["id"],
    }


async def booked(organizer: Organizer, event_id: str, quantity: int = 2, **rest: Any) -> Any:
    """Book tickets of an event's first type: held when they cost something and nobody has paid."""
    types = (await organizer.api.get(f"/events/{event_id}/ticket-types")).json()
    lines = [{"ticket_type_id": types[0]["id"], "quantity": quantity}]
    return await organizer.post("/bookings", **{"event_id": event_id, "lines": lines, "buyer": BUYER, **rest})
