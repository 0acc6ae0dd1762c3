"""What Hypothesis invents: offers of small events, and what people ask for. All is plain data that prints well."""

from typing import Any, NamedTuple

from hypothesis import strategies as st

from tests.actions.life.notebook import Policy, Wish

POOLS = ("stalls", "balcony")
KINDS = ("adult", "family", "child", "vip")
CODES = ("HALF", "TENNER", "GIFT", "OPEN")
PROVIDERS = ("stripe", "bank_transfer", "cash", "card_terminal")
AMOUNTS = ("all", "part", "rest", "too much")
BUYERS = ("ann@example.com", "Ann+more@Example.COM", "bob@example.com")


class KindPlan(NamedTuple):
    """How a ticket type is offered at first."""

    price: int
    places: int
    pools: list[str]
    least: int
    most: int | None
    per_buyer: int | None
    visibility: str


class Plan(NamedTuple):
    """An event with an offer, and one that only counts seats."""

    capacity: int
    seats: int
    pools: dict[str, int | None]
    kinds: dict[str, KindPlan]
    limits: dict[str, tuple[int | None, int | None, int | None]]
    policy: Policy | None


capacities = st.integers(1, 12)
pool_capacities = st.none() | capacities
prices = st.sampled_from([1_000, 2_500, 1_000, 2_500, 0])
draws_on = st.lists(st.sampled_from(POOLS), unique=True).map(sorted)
rarely_limited = st.sampled_from([None, None, None, None, 1, 2, 4])


def kind_plans(visibility: str = "public") -> st.SearchStrategy[KindPlan]:
    """A ticket type that takes up to four places."""
    return st.builds(
        KindPlan,
        prices,
        st.sampled_from([1, 1, 2, 4, 0]),
        draws_on,
        st.sampled_from([1, 1, 1, 1, 2]),
        st.sampled_from([None, None, None, 3]),
        rarely_limited,
        st.just(visibility),
    )


limits_of_codes = st.tuples(rarely_limited, rarely_limited, st.sampled_from([None, None, 1_000, 1_500, 3_000]))
plain_kind = st.builds(
    KindPlan,
    *(st.sampled_from([1_000, 2_500]), st.just(1), draws_on),
    *(st.just(1), st.none(), st.sampled_from([None, None, 3]), st.just("public")),
)
policies = st.tuples(
    st.sampled_from([((24, 100),), ((19 * 24, 100), (12 * 24, 50)), ((18 * 24, 75), (24, 33)), ((0, 7),)]),
    st.booleans(),
)
"""Percentages of which prices leave half a cent, and steps that time comes to."""
plans = st.builds(
    Plan,
    st.integers(4, 12),
    capacities,
    st.fixed_dictionaries(dict.fromkeys(POOLS, st.none() | st.integers(3, 12))),
    st.fixed_dictionaries(
        {"adult": plain_kind, "family": kind_plans(), "child": kind_plans(), "vip": kind_plans("code")}
    ),
    st.fixed_dictionaries(dict.fromkeys(CODES, limits_of_codes)),
    policies | st.none(),
)


def wishes_with(code: str | None, names: tuple[str, ...]) -> st.SearchStrategy[Wish]:
    """What somebody with a code wants of some ticket types."""
    some = st.lists(st.tuples(st.sampled_from(names), st.integers(1, 3)), min_size=1, max_size=3).map(tuple)
    one = st.tuples(st.tuples(st.sampled_from(names), st.integers(1, 2)))
    return st.builds(
        Wish,
        one | one | some,
        st.sampled_from([*BUYERS, *BUYERS, None]),
        st.just(code),
        st.sampled_from([None, None, None, None, None, "cash", "card_terminal", "comp"]),
        st.booleans(),
    )


PUBLIC = KINDS[:3]
wishes = st.one_of(
    wishes_with(None, PUBLIC),
    wishes_with(None, PUBLIC),
    wishes_with(None, ("adult",)),
    wishes_with("HALF", PUBLIC),
    wishes_with("TENNER", ("adult", "family")),
    wishes_with("GIFT", ("adult", "child")),
    wishes_with("OPEN", ("vip", "vip", "adult")),
    st.sampled_from([None, *CODES, "NOSUCH"]).flatmap(lambda code: wishes_with(code, KINDS)),
)


def _of_adults(wanted: tuple[int, str]) -> Wish:
    return Wish((("adult", wanted[0]),), wanted[1])


priced_wishes = st.tuples(st.integers(1, 2), st.sampled_from(BUYERS)).map(_of_adults)
pages = st.lists(wishes | st.sampled_from(["cancel", "confirm"]), min_size=2, max_size=5)

_where = st.booleans()
_changes: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "change_the_house": {"where": _where, "capacity": capacities, "held_back": st.sampled_from([0, 0, 1, 2])},
    "change_a_pool": {"n": st.integers(0, len(POOLS) - 1), "capacity": pool_capacities},
    "offer_otherwise": {
        "name": st.sampled_from(KINDS),
        "price": prices,
        "pools": draws_on,
        "places": st.sampled_from([1, 2]),
    },
    "limit_a_code": {"name": st.sampled_from(CODES), "limits": limits_of_codes},
    "agree_on_refunds_otherwise": {"policy": policies | st.none()},
    "take_back_or_publish": {"where": _where},
}
changes = st.one_of(*(st.tuples(st.just(name), st.fixed_dictionaries(given)) for name, given in _changes.items()))
"""What the organizer does, and to what."""
