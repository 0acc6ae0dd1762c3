"""Pictures encoded anew: whatever people upload becomes plain pixels, and what is none is refused with a reason."""

import contextlib
import io
import struct
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from fullhouse.printing.picture import encoded
from fullhouse.rules.image import PLAIN, SMALLEST_BYTES_MAX, Encoded, plain_size
from fullhouse.rules.image_refusals import ImageNotValid
from tests.pictures import RED, is_near, jpeg, noise, poster, read, written

SECRET = b"52.5200 N 13.4050 E"
GOOD = jpeg(64, 40)


def plain(made: Encoded) -> Image.Image:
    (content,) = [one.content for one in made.files if one.name == PLAIN]
    return read(content)


def reason_for(sent: bytes) -> object:
    with pytest.raises(ImageNotValid) as refused:
        encoded(sent, "event")
    assert refused.value.detail
    return refused.value.facts["reason"]


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP"])
def test_each_kind_that_is_taken_is_kept_in_all_its_sizes(file_format: str) -> None:
    made = encoded(written(poster(1300, 650), file_format), "event")
    assert (made.width, made.height, made.widths) == (1300, 650, (480, 960, 1300))
    for one in made.files:
        shown = read(one.content)
        is_plain = one.name == PLAIN
        assert (shown.format, one.media_type) == (("JPEG", "image/jpeg") if is_plain else ("WEBP", "image/webp"))
        assert one.name in {PLAIN, f"{shown.width}.webp"}
        assert shown.size == (plain_size(1300, 650) if is_plain else (shown.width, shown.width // 2))
        assert is_near(shown.convert("RGB").getpixel((shown.width // 4, shown.height // 2)), RED)


def test_what_is_transparent_stays_so_and_what_only_could_be_does_not() -> None:
    logo = Image.new("RGBA", (200, 100), (*RED, 0))
    assert encoded(written(logo, "PNG"), "logo").plain_type == "image/png"
    shown = plain(encoded(written(logo, "PNG"), "logo"))
    assert (shown.mode, shown.getpixel((5, 5))[3]) == ("RGBA", 0)  # type: ignore[index] # a pixel of four parts
    opaque = Image.new("RGBA", (200, 100), (*RED, 255))
    assert encoded(written(opaque, "PNG"), "logo").plain_type == "image/jpeg"
    palette = logo.convert("P")
    assert encoded(written(palette, "PNG", transparency=0), "logo").plain_type == "image/png"
    keyed = written(Image.new("RGB", (64, 64), RED), "PNG", transparency=RED)
    assert encoded(keyed, "logo").plain_type == "image/png"
    grey = Image.new("LA", (64, 64), (9, 9))
    assert encoded(written(grey, "PNG"), "logo").plain_type == "image/png"


@pytest.mark.parametrize("mode", ["1", "L", "P"])
def test_few_colours_are_as_good_as_many(mode: str) -> None:
    assert plain(encoded(written(Image.new(mode, (64, 64)), "PNG"), "logo")).getpixel((3, 3)) == (0, 0, 0)


def test_16_bits_are_scaled_and_not_cut_off() -> None:
    deep = Image.new("I;16", (64, 64))
    deep.putdata([64 * (n % 64) * 16 for n in range(64 * 64)])
    shown = plain(encoded(written(deep, "PNG"), "logo"))
    assert is_near(shown.getpixel((32, 32)), (128, 128, 128))
    assert is_near(shown.getpixel((60, 32)), (240, 240, 240))


def test_the_colours_of_print_become_those_of_a_screen() -> None:
    red = Image.new("CMYK", (64, 64), (0, 255, 255, 0))
    assert is_near(plain(encoded(written(red, "JPEG"), "logo")).getpixel((9, 9)), (255, 0, 0))


def test_colours_of_another_profile_are_changed_into_those_of_the_web() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    same = plain(encoded(jpeg(64, 40, icc_profile=lab), "logo"))
    assert is_near(same.getpixel((5, 5)), RED)
    # Red and green change places in this one, so red is shown as green.
    swapped = lab.replace(b"rXYZ", b"tXYZ").replace(b"gXYZ", b"rXYZ").replace(b"tXYZ", b"gXYZ")
    shown = plain(encoded(jpeg(64, 40, (255, 0, 0), icc_profile=swapped), "logo")).getpixel((5, 5))
    assert isinstance(shown, tuple)
    assert shown[1] > shown[0]
    for nonsense in (b"no profile", lab[:200], ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()):
        assert is_near(plain(encoded(jpeg(64, 40, icc_profile=nonsense), "logo")).getpixel((5, 5)), RED)


@pytest.mark.parametrize(("orientation", "size", "red_at"), [(3, (64, 40), (60, 20)), (6, (40, 64), (20, 5))])
def test_a_picture_is_turned_as_its_camera_was_held(
    orientation: int, size: tuple[int, int], red_at: tuple[int, int]
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    shown = plain(encoded(jpeg(64, 40, exif=exif), "logo"))
    assert shown.size == size
    assert is_near(shown.getpixel(red_at), RED)


def with_secrets() -> list[bytes]:
    """Pictures that say where they were taken, in every way in which their kind can."""
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    told = PngInfo()
    told.add_text("Comment", SECRET.decode())
    told.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    return [
        jpeg(64, 40, exif=exif, comment=SECRET, xmp=SECRET),
        written(poster(64, 40), "PNG", exif=exif, pnginfo=told),
        written(poster(64, 40), "WEBP", exif=exif, xmp=SECRET),
        GOOD + SECRET,
        GOOD + b"<script>alert(1)</script>" + SECRET,
        written(poster(64, 40), "PNG") + b"PK\x03\x04" + SECRET,
    ]


@pytest.mark.parametrize("sent", with_secrets())
def test_nothing_but_pixels_is_kept(sent: bytes) -> None:
    assert SECRET in sent
    for one in encoded(sent, "event").files:
        assert SECRET not in one.content
        assert b"script" not in one.content
        shown = read(one.content)
        assert not shown.getexif()
        assert not {"exif", "comment", "xmp", "icc_profile", "Comment"} & shown.info.keys()


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png_of(width: int, height: int) -> bytes:
    """A PNG that says it is so large, and has hardly any bytes."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def test_a_picture_that_blows_up_is_refused_before_it_does() -> None:
    for sides in ((60_000, 60_000), (2**31 - 1, 2**31 - 1), (2**31 - 1, 16), (6_000, 5_000)):
        assert reason_for(png_of(*sides)) == "too_many_pixels"
    bomb = PngInfo()
    bomb.add_text("Comment", "x" * 50_000_000, zip=True)
    assert reason_for(written(poster(64, 40), "PNG", pnginfo=bomb)) == "damaged"


def test_a_large_jpeg_is_decoded_small() -> None:
    large = written(Image.new("RGB", (7_000, 6_000)), "JPEG")
    assert encoded(large, "event").widths == (480, 960, 1600)
    assert reason_for(written(Image.new("L", (8_000, 6_500)), "JPEG")) == "too_many_pixels"


def test_what_moves_is_refused() -> None:
    frames = [poster(64, 40), poster(64, 40, (0, 0, 255))]
    for file_format in ("PNG", "WEBP"):
        moving = written(frames[0], file_format, save_all=True, append_images=frames[1:], duration=50)
        assert reason_for(moving) == "animated"


def test_of_a_jpeg_with_several_pictures_the_first_is_taken() -> None:
    several = written(poster(64, 40), "MPO", save_all=True, append_images=[poster(64, 40, (0, 0, 255))])
    assert is_near(plain(encoded(several, "logo")).getpixel((5, 5)), RED)


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP"])
def test_a_picture_that_ends_too_early_is_refused(file_format: str) -> None:
    whole = written(noise(64, 40), file_format)
    for length in (12, 30, len(whole) // 2, len(whole) - 30):
        assert reason_for(whole[:length]) == "damaged"


def test_a_jpeg_of_endless_scans_is_refused() -> None:
    assert reason_for(GOOD[:-2] + b"\xff\xda\0\0" * 3_000) == "damaged"


@pytest.mark.parametrize("file_format", ["GIF", "BMP", "TIFF", "ICO"])
def test_other_kinds_are_refused(file_format: str) -> None:
    assert reason_for(written(poster(64, 40), file_format)) == "not_a_picture"


def test_a_picture_too_small_to_see_is_refused() -> None:
    assert reason_for(written(poster(8, 400), "PNG")) == "too_small"


def test_the_smallest_size_is_light_whatever_is_on_it() -> None:
    made = encoded(written(noise(1_000, 600), "JPEG"), "event")
    assert len(made.files[0].content) <= SMALLEST_BYTES_MAX < len(made.files[1].content)


def test_the_same_picture_becomes_the_same_bytes() -> None:
    assert encoded(GOOD, "event") == encoded(GOOD, "event")


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), st.sampled_from(["JPEG", "PNG", "WEBP"]))
def test_whatever_is_wrong_with_the_bytes_it_is_a_picture_or_refused(data: st.DataObject, file_format: str) -> None:
    whole = bytearray(written(noise(24, 20), file_format))
    for _ in range(data.draw(st.integers(1, 12))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ImageNotValid):
        assert Image.open(io.BytesIO(encoded(bytes(whole), "logo").files[0].content)).format == "WEBP"
