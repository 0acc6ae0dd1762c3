"""Which pictures are taken, in which sizes they are kept, and what their ids stand for."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.rules.image import (
    DECODED_PIXELS_MAX,
    HEIGHT_PER_WIDTH_MAX,
    JPEG_SCANS_MAX,
    PIXELS_MAX,
    PLAIN_WIDTH_MAX,
    WIDTHS,
    Encoded,
    ImageFile,
    Purpose,
    check_decoded_size,
    check_scans,
    check_size,
    found,
    id_of,
    image_of,
    kind_of,
    plain_size,
    sizes_of,
)
from fullhouse.rules.image_refusals import ImageNotFound, ImageNotValid

SIDES = st.integers(min_value=1, max_value=20_000)
PURPOSES = st.sampled_from(list(WIDTHS))
FILES = (ImageFile("480.webp", "image/webp", b"abc"), ImageFile("plain", "image/jpeg", b"de"))
ENCODED = Encoded(480, 300, "image/jpeg", FILES)


@given(SIDES, SIDES, PURPOSES)
def test_no_size_is_larger_than_the_picture_or_than_what_is_wanted_or_out_of_shape(
    width: int, height: int, purpose: Purpose
) -> None:
    sizes = sizes_of(width, height, purpose)
    assert 1 <= len(sizes) <= len(WIDTHS[purpose])
    assert sizes == sorted(set(sizes))
    for wide, high in sizes:
        assert 1 <= wide <= min(width, max(WIDTHS[purpose]))
        assert high <= max(height, 1)
        assert abs(high - height * wide / width) <= 1
        if wide > 1:
            assert high <= HEIGHT_PER_WIDTH_MAX * max(WIDTHS[purpose]) + 1
    wide, high = sizes[-1]
    assert plain_size(wide, high)[0] <= min(wide, PLAIN_WIDTH_MAX)


def test_a_large_picture_is_kept_in_every_size_and_a_small_one_as_it_is() -> None:
    assert sizes_of(4000, 3000, "event") == [(480, 360), (960, 720), (1600, 1200)]
    assert plain_size(1600, 1200) == (1200, 900)
    assert sizes_of(600, 300, "event") == [(480, 240), (600, 300)]
    assert plain_size(600, 300) == (600, 300)
    assert sizes_of(100, 50, "logo") == [(100, 50)]


def test_a_tall_picture_is_kept_narrower() -> None:
    assert sizes_of(1000, 10_000, "event") == [(96, 960), (192, 1920), (320, 3200)]


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        (b"\xff\xd8\xff\xe0", "jpeg"),
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "webp"),
        (b"", "empty"),
        (b"GIF89a", "not_a_picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_a_picture"),
        (b"RIFF\0\0\0\0WAVE", "not_a_picture"),
        (b"%PDF-1.7", "not_a_picture"),
        (b"\0", "not_a_picture"),
    ],
)
def test_what_a_file_is_is_told_by_its_bytes(sent: bytes, kind: str) -> None:
    try:
        told: object = kind_of(sent)
    except ImageNotValid as refusal:
        told = refusal.facts["reason"]
    assert told == kind


def reason_of(width: int, height: int, *, decoded: bool = False) -> object:
    try:
        (check_decoded_size if decoded else check_size)(width, height)
    except ImageNotValid as refusal:
        return refusal.facts["reason"]
    return None


def test_a_picture_may_have_neither_too_many_pixels_nor_too_few() -> None:
    assert reason_of(16, 16) is None
    assert reason_of(15, 2_000) == reason_of(2_000, 15) == "too_small"
    assert reason_of(PIXELS_MAX // 100, 100) is None
    assert reason_of(PIXELS_MAX // 100 + 1, 100) == "too_many_pixels"
    assert reason_of(DECODED_PIXELS_MAX // 100, 100, decoded=True) is None
    assert reason_of(DECODED_PIXELS_MAX // 100 + 1, 100, decoded=True) == "too_many_pixels"


def test_a_jpeg_of_endless_scans_is_refused_before_it_is_decoded() -> None:
    check_scans(b"\xff\xda" * JPEG_SCANS_MAX)
    with pytest.raises(ImageNotValid):
        check_scans(b"\xff\xda" * (JPEG_SCANS_MAX + 1))


@given(st.binary(), st.binary())
def test_another_content_or_organizer_has_another_id_and_the_same_has_the_same(one: bytes, other: bytes) -> None:
    def encoded(content: bytes) -> Encoded:
        return ENCODED._replace(files=(ImageFile("480.webp", "image/webp", content), FILES[1]))

    assert (id_of("ada", encoded(one)) == id_of("ada", encoded(other))) == (one == other)
    assert id_of("ada", encoded(one)) != id_of("bob", encoded(one))
    made = UUID(id_of("ada", encoded(one)))
    assert (made.version, made.variant) == (8, "specified in RFC 4122")


def test_bytes_that_move_from_one_size_to_the_next_make_another_picture() -> None:
    moved = (FILES[0]._replace(content=b"abcd"), FILES[1]._replace(content=b"e"))
    assert id_of("ada", ENCODED) != id_of("ada", ENCODED._replace(files=moved))


def test_what_is_remembered_of_a_picture_are_its_sizes() -> None:
    assert image_of("ada", ENCODED)[1:] == (480, 300, (480,), "image/jpeg")


def test_a_size_that_there_is_not_is_refused() -> None:
    assert found(FILES[0]) == FILES[0]
    with pytest.raises(ImageNotFound):
        found(None)
