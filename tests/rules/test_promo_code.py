"""The rules of promo codes as they are managed: parts that go together, and what is used of them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.rules.booking import PromoUse
from fullhouse.rules.promo import PromoCode
from fullhouse.rules.promo_code import (
    PROMO_CODES_MAX,
    changed,
    made,
    require_found,
    require_free_name,
    require_room,
    require_unused,
)
from fullhouse.rules.refusals import (
    LimitReached,
    NameTaken,
    PromoCodeInUse,
    PromoCodeNotFound,
    ValidationFailed,
)

UNUSED = PromoUse(0, 0, 0)
SUMMER = PromoCode("c", "SUMMER", "percent", 1_000, None, None, None, None, None, None, UNUSED)
SAID = {name: value for name, value in SUMMER._asdict().items() if name not in {"id", "used"}}
NAMES = ("tickets_max", "bookings_max", "money_max_minor")
counts = st.integers(0, 5)
limits = st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, st.none() | st.integers(1, 5)))
moments = st.none() | st.integers(1, 5).map(lambda day: datetime(2030, 1, day, tzinfo=UTC))


def test_a_new_code_is_as_it_was_said_and_unused() -> None:
    assert made("c", SAID, ()) == SUMMER
    some = made("c", {**SAID, "ticket_type_ids": ("t2", "t1")}, {"t1", "t2", "t3"})
    assert some == SUMMER._replace(ticket_type_ids=frozenset({"t1", "t2"}))


@given(st.builds(PromoUse, counts, counts, counts), limits)
def test_no_limit_is_set_below_what_is_used(used: PromoUse, given_limits: dict[str, Any]) -> None:
    before = SUMMER._replace(used=used)
    low = {
        name: most
        for name, count in zip(NAMES, used, strict=True)
        if (most := given_limits.get(name)) is not None and most < count
    }
    if not low:
        assert changed(before, given_limits, ()) == before._replace(**given_limits)
        return
    with pytest.raises(PromoCodeInUse) as refused:
        changed(before, given_limits, ())
    assert refused.value.facts == {**dict(zip(USED, used, strict=True)), **low}


USED = ("tickets_used", "bookings_used", "money_used_minor")


@given(st.builds(PromoUse, counts, counts, counts))
def test_a_code_that_is_used_keeps_its_spelling_and_stays(used: PromoUse) -> None:
    code = SUMMER._replace(used=used)
    assert changed(code, {"code": "SUMMER", "amount": 1, "kind": "fixed"}, ()).code == "SUMMER"
    if used == UNUSED:
        assert changed(code, {"code": "WINTER"}, ()).code == "WINTER"
        require_unused(code)
        return
    with pytest.raises(PromoCodeInUse):
        changed(code, {"code": "WINTER"}, ())
    with pytest.raises(PromoCodeInUse) as refused:
        require_unused(code)
    assert refused.value.facts == dict(zip(USED, used, strict=True))


@given(moments, moments)
def test_a_code_ends_after_it_begins(since: datetime | None, until: datetime | None) -> None:
    said: dict[str, Any] = {**SAID, "valid_from": since, "valid_until": until}
    if since is None or until is None or until > since:
        assert made("c", said, ()) == SUMMER._replace(valid_from=since, valid_until=until)
    else:
        with pytest.raises(ValidationFailed) as refused:
            made("c", said, ())
        assert refused.value.facts == {"field": "valid_until"}


@pytest.mark.parametrize(
    ("kind", "amount", "is_right"),
    [
        *(("percent", amount, amount <= 10_000) for amount in (0, 10_000, 10_001)),
        *(("fixed", amount, True) for amount in (0, 10_001)),
        *(("unlock", amount, amount == 0) for amount in (0, 1)),
    ],
)
def test_the_amount_goes_with_the_kind(
    kind: str,
    amount: int,
    is_right: bool,  # noqa: FBT001 - a case
) -> None:
    if is_right:
        assert changed(SUMMER, {"kind": kind, "amount": amount}, ()).amount == amount
    else:
        with pytest.raises(ValidationFailed) as refused:
            changed(SUMMER, {"kind": kind, "amount": amount}, ())
        assert refused.value.facts == {"field": "amount"}


def test_only_ticket_types_that_are_named_now_have_to_be_there() -> None:
    before = SUMMER._replace(ticket_type_ids=frozenset({"gone"}))
    assert changed(before, {"amount": 1}, ()) == before._replace(amount=1)
    assert changed(before, {"ticket_type_ids": None}, ()).ticket_type_ids is None
    with pytest.raises(ValidationFailed, match="no ticket type gone") as refused:
        changed(before, {"ticket_type_ids": ("t1", "gone")}, {"t1"})
    assert refused.value.facts == {"field": "ticket_type_ids"}


def test_a_code_has_a_spelling_of_its_own() -> None:
    require_free_name(SUMMER, None)
    require_free_name(SUMMER, "c")
    with pytest.raises(NameTaken) as refused:
        require_free_name(SUMMER, "another")
    assert refused.value.facts == {"name": "SUMMER"}


def test_an_event_has_so_many_codes_and_no_more() -> None:
    require_room(PROMO_CODES_MAX - 1)
    with pytest.raises(LimitReached) as refused:
        require_room(PROMO_CODES_MAX)
    assert refused.value.facts == {"limit": 10_000}


def test_what_is_not_there_is_not_found() -> None:
    assert require_found(SUMMER) is SUMMER
    with pytest.raises(PromoCodeNotFound):
        require_found(None)
