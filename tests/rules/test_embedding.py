"""Which sites may show an event in a frame, as browsers are told."""

import re

import pytest

from fullhouse.rules.embedding import ORIGIN_PATTERN, ancestors


def test_any_site_no_site_and_these_sites() -> None:
    assert ancestors(None) == "*"
    assert ancestors([]) == "'none'"
    assert ancestors(["https://a.example", "http://localhost:8080"]) == "https://a.example http://localhost:8080"


@pytest.mark.parametrize(
    "text", ["https://a b", "https://a;b", "https://a,b", "https://a'b", "https://*", "a", "https://a/"]
)
def test_nothing_that_would_end_a_source_is_an_origin(text: str) -> None:
    assert not re.match(ORIGIN_PATTERN, text)
