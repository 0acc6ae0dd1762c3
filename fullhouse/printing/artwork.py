"""Artwork for events that have no picture: gradients and shapes, drawn from the event's name alone."""

import io
import math
import random
from colorsys import hls_to_rgb

from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 1_200, 675
_Colour = tuple[int, int, int]


def picture_of(name: str) -> bytes:
    """A PNG of 1200 by 675 pixels; the same name always has the same one. No text: a page has the name already."""
    chance = random.Random(name)  # noqa: S311 - a drawing, not a secret
    hue = chance.random()
    image = _gradient(_colour(hue, 0.28), _colour(hue + chance.uniform(0.08, 0.2), 0.52))
    chance.choice([_rings, _waves, _stripes, _bokeh])(image, chance, hue)
    written = io.BytesIO()
    image.save(written, "PNG", optimize=False, compress_level=6)
    return written.getvalue()


def _colour(hue: float, lightness: float, saturation: float = 0.55) -> _Colour:
    red, green, blue = hls_to_rgb(hue % 1, lightness, saturation)
    return round(red * 255), round(green * 255), round(blue * 255)


def _gradient(top: _Colour, bottom: _Colour) -> Image.Image:
    """From one corner to the other, made small and stretched, which is quick and smooth."""
    small = Image.new("RGB", (16, 9))
    for x in range(16):
        for y in range(9):
            part = (x / 15 + y / 8) / 2
            small.putpixel((x, y), tuple(round(a + (b - a) * part) for a, b in zip(top, bottom, strict=True)))
    return small.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)


def _rings(image: Image.Image, chance: random.Random, hue: float) -> None:
    draw = ImageDraw.Draw(image, "RGBA")
    x, y = chance.randrange(WIDTH // 4, WIDTH), chance.randrange(HEIGHT)
    for n in range(12):
        radius = 60 + 55 * n
        draw.ellipse(
            (x - radius, y - radius, x + radius, y + radius),
            outline=(*_colour(hue + 0.5, 0.75), 150 - 10 * n),
            width=14,
        )


def _waves(image: Image.Image, chance: random.Random, hue: float) -> None:
    draw = ImageDraw.Draw(image, "RGBA")
    for n in range(7):
        base, swing, length = HEIGHT * (0.35 + n * 0.1), chance.uniform(18, 48), chance.uniform(180, 420)
        shift = chance.uniform(0, 6)
        edge = [(x, base + swing * math.sin(x / length + shift)) for x in range(0, WIDTH + 20, 20)]
        draw.polygon([*edge, (WIDTH, HEIGHT), (0, HEIGHT)], fill=(*_colour(hue + 0.04 * n, 0.3 + 0.05 * n), 110))


def _stripes(image: Image.Image, chance: random.Random, hue: float) -> None:
    draw = ImageDraw.Draw(image, "RGBA")
    lean = chance.randrange(-300, 300)
    for n in range(-4, 26, 2):
        left = n * 60 + chance.randrange(20)
        fill = (*_colour(hue + 0.5, chance.uniform(0.4, 0.7)), 90)
        draw.polygon([(left, 0), (left + 46, 0), (left + 46 + lean, HEIGHT), (left + lean, HEIGHT)], fill=fill)


def _bokeh(image: Image.Image, chance: random.Random, hue: float) -> None:
    lights = Image.new("RGBA", (WIDTH // 2, HEIGHT // 2))
    draw = ImageDraw.Draw(lights)
    for _ in range(40):
        x, y, radius = chance.randrange(WIDTH // 2), chance.randrange(HEIGHT // 2), chance.randrange(8, 60)
        fill = (*_colour(hue + chance.uniform(-0.1, 0.4), 0.72), chance.randrange(40, 130))
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill)
    soft = lights.filter(ImageFilter.GaussianBlur(2)).resize((WIDTH, HEIGHT))
    image.paste(soft, (0, 0), soft)
