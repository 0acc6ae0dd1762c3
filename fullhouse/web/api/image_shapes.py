"""The shapes of pictures in the JSON API."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints

from fullhouse.rules.image import MEDIA_TYPES, Image, height_at, plain_size
from fullhouse.web.api.shapes import TEXT_PATTERN, Shape, has_control_characters

ALT_LENGTH_MAX = 300


def _one_line(value: str) -> str:
    if has_control_characters(value):
        raise ValueError("must not hold control characters")
    return value.strip()


ImageAlt = Annotated[
    str,
    StringConstraints(max_length=ALT_LENGTH_MAX, strict=True),
    AfterValidator(_one_line),
    Field(
        description="What the event's picture shows, for who doesn't see it; empty if it only decorates.",
        json_schema_extra={"pattern": rf"^{TEXT_PATTERN}*$"},
    ),
]

PICTURE = {
    "required": True,
    "description": "The picture itself: JPEG, PNG or WebP. What counts is its content.",
    "content": {media_type: {"schema": {}} for media_type in MEDIA_TYPES},
}
"""The body of an upload, for the document: raw bytes have no type there (OpenAPI 3.1.1, section 4.14.4)."""


class ImageSizeShape(Shape):
    """One size of a picture, in WebP."""

    url: str
    width: int
    height: int


class ImageShape(Shape):
    """A picture. What is found at its addresses never changes; another picture has others."""

    url: Annotated[str, Field(description="JPEG, or PNG if it is transparent: for what shows nothing else.")]
    width: int
    height: int
    sizes: Annotated[list[ImageSizeShape], Field(description="The same in WebP, ascending, for `srcset`.")]


def image_url(image: Image) -> str:
    """The address of the plain size."""
    return f"/images/{image.id}"


def image_fields(image: Image | None) -> dict[str, Any] | None:
    """A picture as JSON-ready data."""
    if image is None:
        return None
    width, height = plain_size(image.width, image.height)
    sizes = [
        {"url": f"/images/{image.id}/{one}.webp", "width": one, "height": height_at(one, image.width, image.height)}
        for one in image.widths
    ]
    return {"url": image_url(image), "width": width, "height": height, "sizes": sizes}
