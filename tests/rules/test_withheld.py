"""What the audit log never holds, however deep it stands."""

from fullhouse.rules.withheld import WITHHELD, withheld


def test_what_opens_something_is_withheld_at_any_depth() -> None:
    told = {"id": "t", "tickets": [{"number": 1, "code": "secret", "state": "valid"}], "key": "fh_x"}
    assert withheld(told) == {
        "id": "t",
        "tickets": [{"number": 1, "code": WITHHELD, "state": "valid"}],
        "key": WITHHELD,
    }


def test_who_bought_or_attends_is_withheld_but_whether_anybody_does_is_not() -> None:
    assert withheld({"holder_name": None, "buyer": {"name": "Ann"}}) == {"holder_name": None, "buyer": WITHHELD}
    assert withheld({"holder_name": "", "instructions": {}}) == {"holder_name": "", "instructions": {}}


def test_everything_else_stays_as_it_is() -> None:
    told = {"name": "Concert", "steps": [{"percent": 50}], "pair": (1, None), "slug": None, "is_open": True}
    assert withheld(told) == {**told, "pair": [1, None]}
