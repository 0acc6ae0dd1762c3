"""Pictures that organizers upload: which are taken, in which sizes they are kept, and under which address."""

import hashlib
from typing import Literal, NamedTuple, TypeAlias
from uuid import UUID

from fullhouse.rules.image_refusals import ImageNotFound, ImageNotValid

Kind: TypeAlias = Literal["jpeg", "png", "webp"]
Purpose: TypeAlias = Literal["event", "logo"]
PlainType: TypeAlias = Literal["image/jpeg", "image/png"]

MEDIA_TYPES = ("image/jpeg", "image/png", "image/webp")
"""What is taken. SVG is not: it is a program as much as a picture."""

SIDE_MIN = 16
PIXELS_MAX = 50_000_000
"""Of a picture as it is sent; phones make fewer."""
DECODED_PIXELS_MAX = 25_000_000
"""Of a picture as it is decoded, 4 bytes each. A large JPEG is decoded at half its size or less."""
JPEG_SCANS_MAX = 48
"""A progressive JPEG has about ten, and its previews some more; thousands of empty ones would cost hours."""

WIDTHS: dict[Purpose, tuple[int, ...]] = {"event": (480, 960, 1600), "logo": (120, 240, 480)}
"""Pixels. The smallest is for phones, the largest for wide screens."""
PLAIN_WIDTH_MAX = 1_200
"""Of the size for what knows no WebP: link previews (Open Graph), mails, printed tickets."""
HEIGHT_PER_WIDTH_MAX = 2
"""A taller picture gets narrower, so that no size of it is a column of text long."""
SMALLEST_BYTES_MAX = 24_576
"""Of the smallest size, so that a page with it stays light; it is compressed harder until it fits."""

PLAIN = "plain"


class Image(NamedTuple):
    """A picture without its bytes: the largest size that is kept, all widths in WebP, and the type of the plain one."""

    id: str
    width: int
    height: int
    widths: tuple[int, ...]
    plain_type: PlainType


class ImageFile(NamedTuple):
    """One size of a picture."""

    name: str
    media_type: str
    content: bytes


class Encoded(NamedTuple):
    """A picture as it is to be kept, before it has an id."""

    width: int
    height: int
    plain_type: PlainType
    files: tuple[ImageFile, ...]

    @property
    def widths(self) -> tuple[int, ...]:
        """Those of its sizes in WebP, ascending."""
        return tuple(int(one.name.removesuffix(".webp")) for one in self.files if one.name != PLAIN)


def kind_of(sent: bytes) -> Kind:
    """Which kind of picture it is, by how its bytes begin. Raises ImageNotValid."""
    if not sent:
        raise ImageNotValid("The body is empty. Send the picture itself.", reason="empty")
    if sent.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if sent.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if sent.startswith(b"RIFF") and sent[8:12] == b"WEBP":
        return "webp"
    raise ImageNotValid("This is no JPEG, PNG or WebP, whatever it says it is.", reason="not_a_picture")


def check_scans(sent: bytes) -> None:
    """Raises ImageNotValid for a JPEG that would take very long to decode."""
    # Within a scan, 0xFF is always followed by 0x00 or a restart marker (ITU-T T.81, section B.1.1.5).
    if sent.count(b"\xff\xda") > JPEG_SCANS_MAX:
        raise damaged()


def check_size(width: int, height: int) -> None:
    """Raises ImageNotValid for a picture of too many or too few pixels, before any is decoded."""
    if min(width, height) < SIDE_MIN:
        raise ImageNotValid(
            f"The picture is {width} × {height} pixels. Each side must have {SIDE_MIN} at least.", reason="too_small"
        )
    if width * height > PIXELS_MAX:
        raise too_many_pixels(width, height, PIXELS_MAX)


def check_decoded_size(width: int, height: int) -> None:
    """Raises ImageNotValid for a picture of too many pixels to be decoded as they are."""
    if width * height > DECODED_PIXELS_MAX:
        raise too_many_pixels(width, height, DECODED_PIXELS_MAX)


def too_many_pixels(width: int, height: int, most: int) -> ImageNotValid:
    """More pixels than are decoded here."""
    millions = most // 1_000_000
    return ImageNotValid(
        f"The picture is {width} × {height} pixels. Send one of {millions} million pixels at most.",
        reason="too_many_pixels",
    )


def damaged() -> ImageNotValid:
    """It begins as a picture, but is none."""
    return ImageNotValid("The picture is damaged or incomplete.", reason="damaged")


def animated() -> ImageNotValid:
    """It moves."""
    return ImageNotValid("The picture is animated. Send one that stands still.", reason="animated")


def sizes_of(width: int, height: int, purpose: Purpose) -> list[tuple[int, int]]:
    """In which sizes a picture is kept, ascending; none is larger than the picture itself."""
    wanted = sorted({_width_within(most, width, height) for most in WIDTHS[purpose]})
    return [(one, height_at(one, width, height)) for one in wanted]


def plain_size(width: int, height: int) -> tuple[int, int]:
    """Width and height of the plain one, by those of the largest."""
    wanted = _width_within(PLAIN_WIDTH_MAX, width, height)
    return wanted, height_at(wanted, width, height)


def _width_within(most: int, width: int, height: int) -> int:
    return max(1, min(most, width, most * HEIGHT_PER_WIDTH_MAX * width // height))


def height_at(wanted: int, width: int, height: int) -> int:
    """How high a picture of this width and height is when it is as wide as wanted."""
    return max(1, (height * wanted * 2 + width) // (width * 2))


def id_of(organizer_id: str, encoded: Encoded) -> str:
    """The id of a picture: by its content and its organizer, so that what is found under it never changes.

    A UUID of version 8 (RFC 9562, section 5.8) from SHA-256. Of another organizer the same picture is another one:
    nobody finds out whether somebody else has it.
    """
    digest = hashlib.sha256(organizer_id.encode())
    for one in encoded.files:
        digest.update(hashlib.sha256(one.name.encode()).digest() + hashlib.sha256(one.content).digest())
    number = int.from_bytes(digest.digest()[:16], "big")
    number = number & ~(0xF << 76) & ~(0x3 << 62) | (0x8 << 76) | (0x2 << 62)
    return str(UUID(int=number))


def image_of(organizer_id: str, encoded: Encoded) -> Image:
    """The picture as it is remembered."""
    return Image(id_of(organizer_id, encoded), encoded.width, encoded.height, encoded.widths, encoded.plain_type)


def found(one: ImageFile | None) -> ImageFile:
    """Raises ImageNotFound unless there is one."""
    if one is None:
        raise ImageNotFound("There is no such picture.")
    return one
