"""Webhooks: which secrets sign, when a delivery is tried again, and what is told to whom."""

import base64
import json
from datetime import timedelta

import pytest

from fullhouse.rules import webhook as rules
from fullhouse.rules.notice import Notice
from fullhouse.rules.refusals import LimitReached
from fullhouse.rules.webhook import Answer, Secret, Webhook
from fullhouse.rules.webhook_refusals import DeliveryNotFound, WebhookNotFound, WebhookOff
from tests.store.rows import NOW

WEBHOOK = Webhook("w1", "o1", "https://example.com/", None, "", "on", Secret("whsec_a"), None, NOW)
TRIAL = rules.trial_of("w1", "d1", NOW)


def answer(status: int | None = None, **rest: object) -> Answer:
    return Answer(NOW, 5, "https://example.com/", {}, status, **rest)  # type: ignore[arg-type] # fields by name


def test_a_secret_is_spelt_as_the_specification_wants_it() -> None:
    secret = rules.secret_of(bytes(range(32)))
    assert secret.startswith("whsec_")
    assert base64.b64decode(secret.removeprefix("whsec_")) == bytes(range(32))


def test_after_a_rotation_both_secrets_sign_until_the_overlap_ends() -> None:
    after = rules.rotated(Secret("a"), "b", NOW, timedelta(hours=1))
    assert after.signing(NOW + timedelta(minutes=59)) == ("b", "a")
    assert after.signing(NOW + timedelta(hours=1)) == ("b",)
    assert rules.rotated(after, "c", NOW, timedelta(hours=1)).signing(NOW) == ("c", "b")
    assert rules.rotated(after, "c", NOW, timedelta()) == Secret("c")


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_a_success(status: int) -> None:
    assert rules.verdict(answer(status), 1) == "delivered"


@pytest.mark.parametrize("status", [None, 100, 301, 302, 307, 400, 404, 429, 500, 503])
def test_anything_else_is_tried_again_for_three_days(status: int | None) -> None:
    assert {rules.verdict(answer(status), attempts) for attempts in range(1, 10)} == {"again"}
    assert rules.verdict(answer(status), 10) == "given_up"
    waited = sum((rules.pause(answer(status), attempts, 0) for attempts in range(1, 10)), timedelta())
    assert timedelta(days=3) <= waited < timedelta(days=4)


def test_who_is_gone_is_told_nothing_more() -> None:
    assert rules.verdict(answer(410), 1) == "gone"
    assert rules.settled(TRIAL._replace(attempts=1), answer(410), NOW, 0).state == "given_up"


def test_pauses_grow_and_have_some_chance_in_them() -> None:
    pauses = [rules.pause(answer(500), attempts, 0) for attempts in range(1, 10)]
    assert pauses == sorted(pauses)
    assert rules.pause(answer(500), 2, 1) == pauses[1] * 1.1
    assert rules.pause(answer(500), 99, 0) == pauses[-1]


def test_a_receiver_may_ask_for_more_time_but_not_for_ever() -> None:
    assert rules.pause(answer(503, retry_after=timedelta(minutes=3)), 1, 0) == timedelta(minutes=3)
    assert rules.pause(answer(503, retry_after=timedelta(seconds=1)), 2, 0) == timedelta(minutes=5)
    assert rules.pause(answer(503, retry_after=timedelta(days=99)), 1, 0) == timedelta(days=1)


def test_an_attempt_leaves_the_delivery_delivered_waiting_or_given_up() -> None:
    tried = TRIAL._replace(attempts=1)
    assert rules.settled(tried, answer(204), NOW, 0) == tried._replace(state="delivered", done_at=NOW)
    assert rules.settled(tried, answer(500), NOW, 0) == tried._replace(next_try_at=NOW + timedelta(seconds=5))
    last = TRIAL._replace(attempts=10)
    assert rules.settled(last, answer(), NOW, 0) == last._replace(state="given_up", done_at=NOW)
    assert rules.settled(last._replace(attempts_before=9), answer(), NOW, 0).state == "waiting"


def test_three_days_of_nothing_but_failures_are_for_good() -> None:
    assert not rules.has_failed_for_long(NOW, NOW + timedelta(hours=71))
    assert rules.has_failed_for_long(NOW, NOW + timedelta(hours=72))


def test_who_switches_a_webhook_on_or_moves_it_begins_with_a_clean_slate() -> None:
    failing = WEBHOOK._replace(failing_since=NOW)
    assert rules.changed(failing, {"description": "x"}) == failing._replace(description="x")
    assert rules.changed(failing, {"state": "off"}) == failing._replace(state="off")
    assert rules.changed(failing, {"url": "https://example.org/"}).failing_since is None
    assert rules.changed(failing._replace(state="switched_off"), {"state": "on"}) == WEBHOOK


def test_what_there_is_not_or_is_off_or_too_much_is_refused() -> None:
    assert rules.require_found(WEBHOOK) is WEBHOOK
    with pytest.raises(WebhookNotFound):
        rules.require_found(None)
    rules.require_on(WEBHOOK)
    for state in ("off", "switched_off"):
        with pytest.raises(WebhookOff):
            rules.require_on(WEBHOOK._replace(state=state))
    rules.require_room(rules.WEBHOOKS_MAX - 1)
    with pytest.raises(LimitReached) as refusal:
        rules.require_room(rules.WEBHOOKS_MAX)
    assert refusal.value.facts == {"limit": rules.WEBHOOKS_MAX}
    assert isinstance(rules.delivery_not_found(), DeliveryNotFound)


def test_each_booking_of_a_notice_is_told_to_each_webhook_that_wants_it() -> None:
    chosen = WEBHOOK._replace(id="w2", types=("booking.held",))
    rival = WEBHOOK._replace(id="w3", organizer_id="o2")
    notices = [
        Notice("e1", 1, "o1", "booking.held", NOW, (7, 9), None, 5),
        Notice("e1", 2, "o1", "event.changed", NOW, (), {"fields": ["name"]}, 7),
        Notice("e9", 1, "nobody", "booking.held", NOW, (1,), None, 8),
    ]
    told = rules.deliveries_of(notices, [WEBHOOK, chosen, rival], NOW)
    assert [(one.webhook_id, one.sequence, one.type, one.booking_number, one.details) for one in told] == [
        ("w1", 5, "booking.held", 7, None),
        ("w2", 5, "booking.held", 7, None),
        ("w1", 6, "booking.held", 9, None),
        ("w2", 6, "booking.held", 9, None),
        ("w1", 7, "event.changed", 0, {"fields": ["name"]}),
    ]


def test_the_body_has_the_change_and_the_whole_object() -> None:
    told = TRIAL._replace(sequence=5, type="booking.held", details={"tickets": [1]})
    assert json.loads(rules.body_of(told, '{"id": "b1"}')) == {
        "id": "d1",
        "type": "booking.held",
        "sequence": 5,
        "timestamp": "2030-05-01T19:30:00.123456Z",
        "details": {"tickets": [1]},
        "data": {"id": "b1"},
    }
