"""Pictures for the tests, made in the formats and with the oddities that people upload."""

import io
import random
from typing import Any

from PIL import Image, ImageDraw

RED = (200, 30, 40)
JPEG = {"content-type": "image/jpeg"}
PNG = {"content-type": "image/png"}
WEBP = {"content-type": "image/webp"}


def written(picture: Image.Image, file_format: str, **options: Any) -> bytes:
    """A picture in a file format."""
    file = io.BytesIO()
    picture.save(file, file_format, **options)
    return file.getvalue()


def read(content: bytes) -> Image.Image:
    """The picture that bytes are."""
    picture = Image.open(io.BytesIO(content))
    picture.load()
    return picture


def poster(width: int = 640, height: int = 400, colour: tuple[int, int, int] = RED) -> Image.Image:
    """A picture whose left half has a colour, and whose right half is white."""
    picture = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(picture).rectangle((0, 0, width // 2 - 1, height - 1), fill=colour)
    return picture


def jpeg(width: int = 640, height: int = 400, colour: tuple[int, int, int] = RED, **options: Any) -> bytes:
    """The same as JPEG."""
    return written(poster(width, height, colour), "JPEG", **options)


def noise(width: int, height: int) -> Image.Image:
    """A picture that nothing makes small."""
    return Image.frombytes("RGB", (width, height), random.Random(7).randbytes(width * height * 3))


def is_near(got: Any, wanted: tuple[int, ...], tolerance: int = 12) -> bool:
    """Tell whether two colours look the same, after some loss."""
    return all(abs(one - other) <= tolerance for one, other in zip(got, wanted, strict=True))
