"""The stock of some pools: all of a demand is taken, or nothing."""

from hypothesis import given
from hypothesis import strategies as st

from fullhouse.rules.capacity import Demand, Pool, Stock

NAMES = ["floor", "balcony", "box"]
demands = st.lists(st.builds(Demand, st.sampled_from(NAMES), st.integers(1, 5)), min_size=1, max_size=5).map(tuple)
stocks = st.tuples(*[st.builds(Pool, st.just(name), st.integers(10, 20), st.integers(0, 10)) for name in NAMES])


def test_a_pool_has_what_is_not_taken() -> None:
    assert Pool("floor", 10, 3).available == 7


def test_a_demand_on_two_pools_is_refused_whole_when_the_second_has_too_little() -> None:
    stock = Stock([Pool("floor", 5, 0), Pool("balcony", 5, 4)])
    assert not stock.take((Demand("floor", 2), Demand("balcony", 2)))
    assert stock.available == {"floor": 5, "balcony": 1}
    assert not any(stock.change.values())


def test_two_demands_on_one_pool_are_added_up() -> None:
    stock = Stock([Pool("floor", 5, 0)])
    assert not stock.take((Demand("floor", 3), Demand("floor", 3)))
    assert stock.available == {"floor": 5}
    assert stock.take((Demand("floor", 3), Demand("floor", 2)))
    assert (stock.available, stock.change) == ({"floor": 0}, {"floor": 5})


def test_places_put_back_can_be_taken_again() -> None:
    stock = Stock([Pool("floor", 5, 5)])
    stock.put_back((Demand("floor", 2),))
    assert stock.take((Demand("floor", 2),))
    assert stock.change == {"floor": 0}


@given(stocks, st.lists(demands, max_size=8))
def test_a_demand_is_taken_exactly_when_every_pool_has_enough_for_all_of_it(
    pools: tuple[Pool, ...], wanted: list[tuple[Demand, ...]]
) -> None:
    stock = Stock(list(pools))
    left = {pool.id: pool.capacity - pool.taken for pool in pools}
    for demand in wanted:
        totals = {name: sum(line.places for line in demand if line.pool_id == name) for name in NAMES}
        fits = all(left[name] >= totals[name] for name in NAMES)
        assert stock.take(demand) is fits
        if fits:
            left = {name: left[name] - totals[name] for name in NAMES}
        assert stock.available == left
        assert all(pool.available - stock.change.get(pool.id, 0) == left[pool.id] for pool in pools)
