"""What staff do in a batch: one entry for all bookings of an event that somebody did the same to."""

import json

from fullhouse.rules.actor import Who
from fullhouse.rules.audit_log import Entry
from fullhouse.rules.booking import BasketRequest, CancelRequest, ChangeRequest, ConfirmRequest
from fullhouse.rules.decision import Decision
from fullhouse.rules.offer import Wanted
from tests.cast import key
from tests.rules.scenes import ANN, NOW, TOMORROW, decided, held_before, house_of, known, offer_of, ticket_type

DESK = Who("key", "k1", "Box office", "203.0.113.7")
OTHER = Who("member", "m1", "Bob", None)
DEAR = ticket_type("dear", 2_500)
OFFER = offer_of("event", DEAR)
HOUSE = house_of("event", 100, taken=8, made=4)
HOLDS = [held_before(OFFER, number, TOMORROW, ("dear", 2)) for number in (1, 2, 3, 4)]
SCENE = known(HOUSE, offers=[OFFER], bookings=HOLDS)


def confirm(number: int, who: Who | None = DESK) -> ConfirmRequest:
    return ConfirmRequest("event", HOLDS[number - 1].id, "cash", who=who)


def told(decision: Decision) -> list[tuple[str, Who, tuple[int, ...]]]:
    return [(one.act, one.who, one.booking_numbers) for one in decision.acts]


def json_of(entry: Entry) -> tuple[object, object]:
    return json.loads(entry.before or "null"), json.loads(entry.after or "null")


def test_what_one_does_to_many_bookings_is_one_entry() -> None:
    decision = decided([confirm(1), confirm(2, OTHER), confirm(3)], SCENE)
    assert told(decision) == [("booking.confirmation", DESK, (1, 3)), ("booking.confirmation", OTHER, (2,))]
    entry = decision.acts[0]
    assert (entry.at, entry.event_id) == (NOW, "event")
    before, after = json_of(entry)
    assert before == [{"number": 1, "status": "held"}, {"number": 3, "status": "held"}]
    assert after == [{"number": number, "status": "confirmed", "paid_by": "cash"} for number in (1, 3)]
    assert len({one.id for one in decision.acts}) == 2


def test_what_the_public_does_is_no_entry() -> None:
    basket = BasketRequest("event", (Wanted("dear", 1),), ANN)
    cancel = CancelRequest("event", HOLDS[1].id)
    change = ChangeRequest("event", HOLDS[2].id, (Wanted("dear", 1),))
    assert decided([confirm(1, None), basket, cancel, change], SCENE).acts == []


def test_a_sale_at_the_desk_is_told_with_what_was_sold() -> None:
    sale = BasketRequest("event", (Wanted("dear", 3),), ANN, paid_by="cash", who=DESK)
    decision = decided([sale], SCENE)
    assert told(decision) == [("booking.sale", DESK, (5,))]
    assert json_of(decision.acts[0]) == (
        None,
        [{"number": 5, "status": "confirmed", "places": 3, "paid_by": "cash"}],
    )


def test_a_cancellation_and_other_lines_are_told_as_they_were_and_are() -> None:
    cancel = CancelRequest("event", HOLDS[0].id, who=DESK)
    change = ChangeRequest("event", HOLDS[1].id, (Wanted("dear", 1),), who=DESK)
    decision = decided([cancel, change], SCENE)
    assert told(decision) == [("booking.cancellation", DESK, (1,)), ("booking.lines", DESK, (2,))]
    assert json_of(decision.acts[0]) == (
        [{"number": 1, "status": "held"}],
        [{"number": 1, "status": "cancelled", "tickets_cancelled": [], "refund_minor": 0}],
    )
    assert json_of(decision.acts[1]) == (
        [{"number": 2, "lines": [{"ticket_type_id": "dear", "quantity": 2}]}],
        [{"number": 2, "lines": [{"ticket_type_id": "dear", "quantity": 1}]}],
    )


def test_what_changes_nothing_is_told_no_second_time() -> None:
    again = CancelRequest("event", HOLDS[1].id, who=DESK)
    decision = decided([confirm(1), confirm(1), again, again], SCENE)
    assert told(decision) == [("booking.confirmation", DESK, (1,)), ("booking.cancellation", DESK, (2,))]


def test_a_refusal_and_a_replay_are_no_entries() -> None:
    keyed = confirm(1)._replace(key=key("k"))
    late = BasketRequest("event", (Wanted("none", 1),), ANN, paid_by="cash", who=DESK)
    decision = decided([keyed, keyed, late], SCENE)
    assert told(decision) == [("booking.confirmation", DESK, (1,))]


def test_entries_of_two_batches_have_ids_of_their_own() -> None:
    (first,) = decided([confirm(1)], SCENE).acts
    (again,) = decided([confirm(1)], SCENE).acts
    assert first == again
    assert first.id[14] == "7"
