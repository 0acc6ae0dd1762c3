"""Pictures as they are sent become pictures as they are kept: decoded, turned upright, encoded anew in a few sizes.

Only the pixels survive that, and nothing that was hidden in the bytes, or behind them.
"""

import io
from typing import Any

from PIL import Image, ImageCms, ImageOps
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from fullhouse.rules.image import (
    PLAIN,
    SMALLEST_BYTES_MAX,
    Encoded,
    ImageFile,
    Kind,
    PlainType,
    Purpose,
    animated,
    check_decoded_size,
    check_scans,
    check_size,
    damaged,
    kind_of,
    plain_size,
    sizes_of,
)
from fullhouse.rules.refusals import Refusal

QUALITIES = (80, 68, 56, 44, 32, 20, 8, 0)
"""Of the smallest size in WebP, until it is small enough; all others have the first."""
PLAIN_QUALITY = 82

_DECODERS: dict[Kind, type[JpegImageFile | PngImageFile | WebPImageFile]] = {
    "jpeg": JpegImageFile,
    "png": PngImageFile,
    "webp": WebPImageFile,
}
"""Named here, so that the bytes can choose no other of the many decoders that Pillow has."""
_SRGB = ImageCms.createProfile("sRGB")


def encoded(sent: bytes, purpose: Purpose) -> Encoded:
    """Encode a picture anew, in the sizes for its purpose. Takes up to seconds, and some hundred MB for the largest.

    Raises ImageNotValid.
    """
    kind = kind_of(sent)
    try:
        whole = _decoded(sent, kind, purpose)
    except Refusal:
        raise
    except Exception as error:  # no list of what decoders raise for broken bytes would be whole
        raise damaged() from error
    files = []
    for n, (width, height) in enumerate(sizes_of(*whole.size, purpose)):
        most = SMALLEST_BYTES_MAX if n == 0 else None
        files.append(ImageFile(f"{width}.webp", "image/webp", _webp(_scaled(whole, width, height), most)))
    media_type: PlainType = "image/png" if whole.mode == "RGBA" else "image/jpeg"
    plain = _plain(_scaled(whole, *plain_size(*whole.size)), media_type)
    return Encoded(*whole.size, media_type, (*files, ImageFile(PLAIN, media_type, plain)))


def _decoded(sent: bytes, kind: Kind, purpose: Purpose) -> Image.Image:
    """The pixels in the largest size that is wanted, upright, in sRGB, with an alpha channel only if it is used."""
    if kind == "jpeg":
        check_scans(sent)
    with _DECODERS[kind](io.BytesIO(sent)) as opened:
        check_size(*opened.size)
        # Of a JPEG with several pictures (MPO) the decoder sees the first, which is the picture.
        if getattr(opened, "is_animated", False):
            raise animated()
        largest = max(sizes_of(*opened.size, purpose))
        opened.draft(opened.mode, (max(largest), max(largest)))
        check_decoded_size(*opened.size)
        opened.load()
        profile = opened.info.get("icc_profile")
        picture = _in_8_bits(ImageOps.exif_transpose(opened))
    width, height = max(sizes_of(*picture.size, purpose))
    picture = _scaled(picture, width, height)
    picture = _in_srgb(picture, profile)
    if picture.mode == "RGBA" and picture.getchannel("A").getextrema() == (255, 255):
        picture = picture.convert("RGB")
    # What is left of the file would be written again: comments and profiles.
    picture.info = {}
    return picture


def _in_8_bits(picture: Image.Image) -> Image.Image:
    """The same as RGB, RGBA or CMYK: palettes, greys, and 16 bits a pixel, which Pillow has only as grey."""
    if picture.mode.startswith("I"):
        return picture.convert("I").point(lambda value: value * (1 / 256)).convert("L").convert("RGB")
    if picture.mode in {"RGB", "RGBA", "CMYK"}:
        has_hidden_colour = picture.mode == "RGB" and "transparency" in picture.info
        return picture.convert("RGBA") if has_hidden_colour else picture
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _in_srgb(picture: Image.Image, profile: Any) -> Image.Image:  # noqa: ANN401 - whatever the file has as one
    """The same in the colours of the web. A profile that says nothing, or fits another picture, is passed over."""
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(picture, source, _SRGB, outputMode=mode)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            return picture.convert(mode)
        if converted is not None:
            return converted
    return picture.convert(mode)


def _scaled(picture: Image.Image, width: int, height: int) -> Image.Image:
    if picture.size == (width, height):
        return picture
    return picture.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)


def _webp(picture: Image.Image, bytes_max: int | None) -> bytes:
    """WebP, with as much loss as it takes to fit."""
    content = b""
    for quality in QUALITIES:
        written = io.BytesIO()
        picture.save(written, "WEBP", quality=quality, method=4)
        content = written.getvalue()
        if bytes_max is None or len(content) <= bytes_max:
            break
    return content


def _plain(picture: Image.Image, media_type: PlainType) -> bytes:
    written = io.BytesIO()
    if media_type == "image/png":
        picture.save(written, "PNG", optimize=True)
    else:
        picture.save(written, "JPEG", quality=PLAIN_QUALITY, optimize=True, progressive=True)
    return written.getvalue()
