"""What happens to bookings becomes mails to their buyers, each once, whatever else ends in between."""

import asyncio

import pytest

from fullhouse.actions import event_cancellation, mail_rendering, mail_sending
from fullhouse.actions import notice as numbering
from fullhouse.actions.deps import Deps
from fullhouse.rules.booking import CancelRequest
from fullhouse.store import notice
from tests.cancelling import cancel_event
from tests.posting import ANN, BOB, ORGANIZER, book_for, confirm, logged, new_offer, read_all, write_notice


async def kinds(deps: Deps) -> list[str]:
    return [one.mail.kind for one in await logged(deps)]


async def texts(deps: Deps) -> list[str]:
    """What all mails say, the first first."""
    mails = [one.mail for one in await logged(deps)]
    async with deps.database.read() as conn:
        material = await mail_rendering.gather(conn, mails)
    return [mail_rendering.rendered(one, material, deps.mail_terms).text for one in mails]


async def test_a_buyer_is_told_of_each_thing_once(deps: Deps, conninfo: str) -> None:
    event, type_id = await new_offer(deps, conninfo, 2_500)
    booking = await book_for(deps, event.id, type_id)
    assert await read_all(deps) > 0
    await confirm(deps, booking)
    await deps.engine.submit(CancelRequest(event.id, booking.id, tickets=(2,)))
    await deps.engine.submit(CancelRequest(event.id, booking.id))
    details = {"amount_minor": 5000, "currency": "EUR"}
    await write_notice(deps, event.id, "refund.paid", booking.number, details)
    assert await read_all(deps) > 0
    assert await read_all(deps) == 0
    assert await kinds(deps) == [
        "booking_held",
        "booking_confirmed",
        "booking_cancelled",
        "booking_cancelled",
        "refunded",
    ]
    said = await texts(deps)
    assert "These tickets of your booking are cancelled: 2." in said[2]
    assert "Your booking is cancelled." in said[3]
    assert "We have sent €50.00 back to you." in said[4]


async def test_who_has_paid_already_is_not_told_how_to_pay(deps: Deps, conninfo: str) -> None:
    event, type_id = await new_offer(deps, conninfo, 2_500)
    await confirm(deps, await book_for(deps, event.id, type_id))
    await read_all(deps)
    assert await kinds(deps) == ["booking_confirmed"]


async def test_a_cancelled_event_is_told_to_each_buyer_with_his_booking(deps: Deps, conninfo: str) -> None:
    event, type_id = await new_offer(deps, conninfo)
    first = await book_for(deps, event.id, type_id, ANN)
    await book_for(deps, event.id, type_id, BOB)
    await deps.engine.submit(CancelRequest(event.id, first.id))
    await cancel_event(deps, event.id)
    async for _ in event_cancellation.carry_on(deps):
        pass
    await read_all(deps)
    assert [(one.mail.kind, one.mail.to_email) for one in await logged(deps)] == [
        ("booking_confirmed", ANN.email),
        ("booking_confirmed", BOB.email),
        ("booking_cancelled", ANN.email),
        ("event_cancelled", BOB.email),
    ]


async def test_of_many_readers_one_reads(deps: Deps, conninfo: str) -> None:
    event, type_id = await new_offer(deps, conninfo)
    for _ in range(20):
        await book_for(deps, event.id, type_id)
    await asyncio.gather(*(read_all(deps) for _ in range(4)))
    await read_all(deps)
    assert len(await logged(deps)) == 20


async def test_who_ends_before_the_commit_has_read_nothing(
    deps: Deps, conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    event, type_id = await new_offer(deps, conninfo)
    await book_for(deps, event.id, type_id)

    async def die(*_: object) -> None:
        raise ZeroDivisionError

    await numbering.give_positions(deps)
    with monkeypatch.context() as patched:
        patched.setattr(notice, "move_reader", die)
        with pytest.raises(ZeroDivisionError):
            await read_all(deps)
    assert await logged(deps) == []
    await read_all(deps)
    assert await kinds(deps) == ["booking_confirmed"]


async def test_a_mail_tells_how_the_booking_is_when_it_is_sent(deps: Deps, conninfo: str) -> None:
    event, type_id = await new_offer(deps, conninfo, 2_500)
    booking = await book_for(deps, event.id, type_id)
    await read_all(deps)
    assert ["Please pay by" in text for text in await texts(deps)] == [True]
    await confirm(deps, booking)
    (said,) = await texts(deps)
    assert "Please pay by" not in said
    assert "Since then your booking has moved on" in said
    await mail_sending.send_due(deps)
    assert [one.mail.organizer_id for one in await logged(deps)] == [ORGANIZER]
