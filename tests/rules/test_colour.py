"""Colours of organizers on pages."""

from hypothesis import given
from hypothesis import strategies as some

from fullhouse.rules.colour import DARK_PAPER, LIGHT_PAPER, accents, contrast

colours = some.integers(0, 0xFFFFFF).map(lambda number: f"{number:06x}")


@given(colours)
def test_any_colour_can_be_read_on_light_and_dark_pages_and_written_upon(colour: str) -> None:
    light, dark = accents(colour)
    assert contrast(light.colour, LIGHT_PAPER) >= 4.5
    assert contrast(dark.colour, DARK_PAPER) >= 4.5
    for one in (light, dark):
        assert contrast(one.colour, one.on_colour) >= 4.5


def test_a_colour_that_can_be_read_stays_as_it_is() -> None:
    light, dark = accents("8a1c3b")
    assert light == ("8a1c3b", "ffffff")
    assert dark.colour != "8a1c3b"
    assert dark.on_colour == "000000"
    assert accents("ff9db5")[1].colour == "ff9db5"


def test_contrast_is_that_of_the_guidelines() -> None:
    assert round(contrast("000000", "ffffff"), 2) == 21
    assert contrast("777777", "777777") == 1
    assert round(contrast("767676", "ffffff"), 2) == 4.54
