"""The rules of pools: what is taken and held back always fits, and names are told apart."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fullhouse.rules.pool import HOUSE_NAME, POOLS_MAX, Pool, added, changed, found, require_unused
from fullhouse.rules.refusals import LimitReached, NameTaken, PoolInUse, PoolNotFound, ValidationFailed

HOUSE = Pool("event", "event", HOUSE_NAME, 100, 0, 40)
BALCONY = Pool("balcony", "event", "Balcony", 20, 5, 10)
COUNTER = Pool("counter", "event", "Members", None, 0, 30)
POOLS = [HOUSE, BALCONY, COUNTER]

counts = st.integers(0, 200)


def test_what_is_left_is_neither_taken_nor_held_back() -> None:
    assert [pool.available for pool in POOLS] == [60, 5, None]
    assert [pool.is_house for pool in POOLS] == [True, False, False]


@given(st.sampled_from(POOLS), counts, counts)
def test_a_pool_changes_exactly_when_what_is_taken_and_held_back_fits(
    pool: Pool, capacity: int, held_back: int
) -> None:
    given_values = {"capacity": capacity, "held_back": held_back}
    if pool.taken + held_back <= capacity:
        after = changed(POOLS, pool.id, given_values)
        assert after == pool._replace(capacity=capacity, held_back=held_back)
        assert (after.available or 0) >= 0
    else:
        with pytest.raises(PoolInUse) as refused:
            changed(POOLS, pool.id, given_values)
        assert refused.value.facts == {"taken": pool.taken, "held_back": held_back, "capacity": capacity}


@given(counts)
def test_a_pool_without_a_limit_holds_anything_back(held_back: int) -> None:
    assert changed(POOLS, COUNTER.id, {"held_back": held_back}).available is None
    assert changed(POOLS, BALCONY.id, {"capacity": None, "held_back": held_back}).available is None


def test_the_house_has_a_limit_and_its_name() -> None:
    with pytest.raises(ValidationFailed, match="number of places"):
        changed(POOLS, HOUSE.id, {"capacity": None})
    with pytest.raises(ValidationFailed, match="keeps its name"):
        changed(POOLS, HOUSE.id, {"name": "Barn"})
    assert changed(POOLS, HOUSE.id, {"name": HOUSE_NAME}) == HOUSE


@given(counts, counts)
def test_a_new_pool_holds_back_no_more_than_it_has(capacity: int, held_back: int) -> None:
    pool = Pool("new", "event", "New", capacity, held_back, 0)
    if held_back <= capacity:
        assert added(POOLS, pool) is pool
    else:
        with pytest.raises(ValidationFailed) as refused:
            added(POOLS, pool)
        assert refused.value.facts == {"field": "held_back"}


@given(st.sampled_from(POOLS), st.sampled_from(POOLS))
def test_no_two_pools_have_one_name(one: Pool, other: Pool) -> None:
    assume(one.id != other.id)
    with pytest.raises(NameTaken):
        added(POOLS, Pool("new", "event", other.name, None, 0, 0))
    if not one.is_house:
        with pytest.raises(NameTaken):
            changed(POOLS, one.id, {"name": other.name})
        assert changed(POOLS, one.id, {"name": one.name}) == one


def test_the_house_does_not_count_as_one_of_the_most() -> None:
    pools = [HOUSE, *(BALCONY._replace(id=str(n), name=str(n)) for n in range(POOLS_MAX - 1))]
    last = BALCONY._replace(id="last", name="last", taken=0)
    assert added(pools, last) is last
    with pytest.raises(LimitReached) as refused:
        added([*pools, last], BALCONY)
    assert refused.value.facts == {"limit": POOLS_MAX}


def test_only_an_unused_pool_goes() -> None:
    require_unused(BALCONY._replace(taken=0), 0)
    for pool, drawing in ((HOUSE._replace(taken=0), 0), (BALCONY, 0), (BALCONY._replace(taken=0), 1)):
        with pytest.raises(PoolInUse):
            require_unused(pool, drawing)


def test_a_pool_of_another_event_is_not_found() -> None:
    assert found(POOLS, "counter") is COUNTER
    with pytest.raises(PoolNotFound):
        found(POOLS, "elsewhere")
