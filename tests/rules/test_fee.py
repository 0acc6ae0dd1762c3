"""The rules of fees: an amount that goes with its kind."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.rules.fee import BASIS_POINTS_MAX, FEES_MAX, checked, found, require_room
from fullhouse.rules.offer import Fee, Tax
from fullhouse.rules.refusals import FeeNotFound, LimitReached, ValidationFailed

FEE = Fee("fee", "Service", "fixed", 150, "ticket", Tax(0, is_included=True))


@given(st.integers(0, 10**11))
def test_a_percentage_is_at_most_the_whole_and_a_fixed_fee_is_free_of_that(amount: int) -> None:
    fixed = FEE._replace(amount=amount)
    assert checked(fixed) is fixed
    percent = FEE._replace(kind="percent", amount=amount)
    if amount <= BASIS_POINTS_MAX:
        assert checked(percent) is percent
    else:
        with pytest.raises(ValidationFailed) as refused:
            checked(percent)
        assert refused.value.facts == {"field": "amount"}


@pytest.mark.parametrize("amount", [BASIS_POINTS_MAX, BASIS_POINTS_MAX + 1])
def test_the_whole_is_the_last_percentage(amount: int) -> None:
    percent = FEE._replace(kind="percent", amount=amount)
    if amount == BASIS_POINTS_MAX:
        assert checked(percent) is percent
    else:
        with pytest.raises(ValidationFailed):
            checked(percent)


def test_there_are_only_so_many() -> None:
    require_room(FEES_MAX - 1)
    with pytest.raises(LimitReached):
        require_room(FEES_MAX)


def test_a_fee_of_another_event_is_not_found() -> None:
    assert found((FEE,), "fee") is FEE
    with pytest.raises(FeeNotFound):
        found((FEE,), "elsewhere")
