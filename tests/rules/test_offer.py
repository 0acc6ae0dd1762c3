"""What an event offers: when there is nothing to choose, and what draws on pools."""

from typing import Any

import pytest

from fullhouse.rules.offer import Fee, Tax, general_admission
from tests.rules.scenes import GENERAL, NOW, offer_of, ticket_type


def test_one_free_ticket_type_without_any_terms_is_general_admission() -> None:
    assert general_admission([GENERAL]) == GENERAL


@pytest.mark.parametrize(
    "terms",
    [
        {"price_minor": 1},
        {"places": 2},
        {"places": 0},
        {"tickets_min": 2},
        {"tickets_max": 10},
        {"sales_from": NOW},
        {"sales_until": NOW},
        {"visibility": "box_office"},
        {"visibility": "archived"},
        {"pool_ids": ("balcony",)},
    ],
)
def test_a_ticket_type_with_terms_of_its_own_is_not_general_admission(terms: dict[str, Any]) -> None:
    assert general_admission([GENERAL._replace(**terms)]) is None


def test_a_name_an_id_and_a_tax_are_no_terms() -> None:
    one = GENERAL._replace(id="other", name="Entry", tax=Tax(1900, is_included=False))
    assert general_admission([one]) == one


def test_without_or_with_a_choice_there_is_no_general_admission() -> None:
    assert general_admission([]) is None
    assert general_admission([GENERAL, GENERAL._replace(id="other")]) is None


def test_an_offer_draws_on_pools_when_one_of_its_ticket_types_does() -> None:
    adult, child = ticket_type("adult"), ticket_type("child", pool_ids=("balcony",))
    assert offer_of("e", adult, child).draws_on_pools
    assert not offer_of("e", adult, ticket_type("senior")).draws_on_pools
    assert not offer_of("e", GENERAL).draws_on_pools


def test_an_offer_knows_its_general_admission_whatever_its_fees() -> None:
    fee = Fee("service", "Service", "fixed", 100, "ticket", Tax(0, is_included=True))
    assert offer_of("e", GENERAL, fees=(fee,)).general == GENERAL
    assert offer_of("e", ticket_type("adult", 100)).general is None
