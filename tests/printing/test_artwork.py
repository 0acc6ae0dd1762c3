"""Artwork for the demo: a real picture, small enough, and one for each name."""

import io

from PIL import Image

from fullhouse.actions.demo_shows import SHOWS
from fullhouse.printing.artwork import HEIGHT, WIDTH, picture_of


def test_every_event_has_a_picture_of_its_own_and_always_the_same() -> None:
    pictures = {show.name: picture_of(show.name) for show in SHOWS}
    assert len(set(pictures.values())) == len(SHOWS)
    for written in pictures.values():
        with Image.open(io.BytesIO(written)) as image:
            assert (image.format, image.size) == ("PNG", (WIDTH, HEIGHT))
            assert len(image.resize((60, 34)).getcolors(60 * 34) or []) > 50, "it is not one plain colour"
        assert len(written) < 1_500_000
    assert picture_of(SHOWS[0].name) == pictures[SHOWS[0].name]
