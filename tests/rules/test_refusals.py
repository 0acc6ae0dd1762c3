"""The tree of refusals: every code is there once, and the web has words for it."""

import re

import pytest

from fullhouse.rules import refusals
from fullhouse.rules.refusals import REFUSALS, Busy, EventOver, NotEnoughSeats, Refusal, busy
from fullhouse.web.errors import STATUSES

CLASSES: list[type[Refusal]] = [Refusal, *Refusal.__subclasses__()]


def test_every_refusal_has_a_code_of_its_own() -> None:
    kinds = [kind for kind in CLASSES if kind is not Refusal]
    assert len(kinds) == len(REFUSALS)
    assert {kind.code: kind for kind in kinds} == REFUSALS
    for kind in kinds:
        assert kind.code == re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


def test_the_tree_at_the_top_of_the_file_names_every_refusal() -> None:
    assert refusals.__doc__
    drawn = re.findall(r"^(?:[├└]── )?([A-Z]\w+)(?= {2}|$)", refusals.__doc__, re.MULTILINE)
    assert sorted(drawn) == sorted(kind.__name__ for kind in CLASSES)


def test_every_code_has_a_status_and_a_title_and_no_status_is_left_over() -> None:
    assert set(STATUSES) == set(REFUSALS)
    assert all(400 <= status < 600 and title for status, title in STATUSES.values())


def test_the_same_no_is_equal_and_another_is_not() -> None:
    no = NotEnoughSeats("Only 1 seats are left.", available_seats=1)
    assert no == NotEnoughSeats("Only 1 seats are left.", available_seats=1)
    assert hash(no) == hash(NotEnoughSeats("Only 1 seats are left.", available_seats=1))
    assert no != NotEnoughSeats("Only 1 seats are left.", available_seats=2)
    assert no != EventOver("Only 1 seats are left.", available_seats=1)
    assert no != "Only 1 seats are left."


def test_a_refusal_says_its_sentence() -> None:
    with pytest.raises(NotEnoughSeats, match="sold out"):
        raise NotEnoughSeats("The event is sold out.", available_seats=0)


def test_busy_says_when_to_come_again() -> None:
    assert busy() == Busy("The system is busy. Nothing was done; try again.", retry_after_seconds=1)
