"""A sheet of 1920 × 1080 to draw on, with smooth edges, and what comes of it as a file."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache

from PIL import Image, ImageDraw, ImageFont

from extery_site.demo.colours import RGB, rgb

WIDTH, HEIGHT = 1920, 1080
# Everything is drawn at twice the size and made smaller at the end: that smooths the edges.
_FINE = 2

Point = tuple[float, float]


@cache
def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _ink(colour: str, alpha: float) -> tuple[int, int, int, int]:
    red, green, blue = rgb(colour)
    return red, green, blue, round(255 * alpha)


class Canvas:
    """Shapes in colours such as ``#1d3557``, each with an alpha from 0 to 1."""

    def __init__(self, ground: str) -> None:
        self.image = Image.new("RGB", (WIDTH * _FINE, HEIGHT * _FINE), ground)
        self._pen = ImageDraw.Draw(self.image, "RGBA")

    def polygon(self, points: Sequence[Point], colour: str, alpha: float = 1.0) -> None:
        self._pen.polygon(self._fine(points), fill=_ink(colour, alpha))

    def line(
        self, points: Sequence[Point], colour: str, width: float = 3.0, alpha: float = 1.0
    ) -> None:
        ink, fine = _ink(colour, alpha), max(1, round(width * _FINE))
        self._pen.line(self._fine(points), fill=ink, width=fine, joint="curve")

    def circle(
        self,
        centre: Point,
        radius: float,
        colour: str | None,
        alpha: float = 1.0,
        *,
        outline: str | None = None,
        width: float = 3.0,
        flat: float = 1.0,
    ) -> None:
        """A disc, or a ring; ``flat`` below 1 makes it an ellipse that lies on the ground."""
        (x, y), high = centre, radius * flat
        self._pen.ellipse(
            self._fine([(x - radius, y - high), (x + radius, y + high)]),
            fill=_ink(colour, alpha) if colour else None,
            outline=_ink(outline, alpha) if outline else None,
            width=round(width * _FINE),
        )

    def arc(
        self, centre: Point, radius: float, start: float, end: float, colour: str, width: float
    ) -> None:
        """A part of a circle, between two angles in degrees, clockwise from the right."""
        x, y = centre
        corners = self._fine([(x - radius, y - radius), (x + radius, y + radius)])
        self._pen.arc(corners, start, end, fill=_ink(colour, 1.0), width=round(width * _FINE))

    def box(
        self,
        left: float,
        top: float,
        width: float,
        height: float,
        colour: str | None,
        alpha: float = 1.0,
        *,
        radius: float = 0.0,
        outline: str | None = None,
    ) -> None:
        self._pen.rounded_rectangle(
            self._fine([(left, top), (left + width, top + height)]),
            radius * _FINE,
            fill=_ink(colour, alpha) if colour else None,
            outline=_ink(outline, 1.0) if outline else None,
            width=2 * _FINE,
        )

    def text(
        self, at: Point, text: str, colour: str, size: float = 26.0, *, anchor: str = "lm"
    ) -> None:
        """One line of text; the anchor says which part of it lies at the point."""
        (place,) = self._fine([at])
        self._pen.text(place, text, fill=_ink(colour, 1.0), font=_font(size * _FINE), anchor=anchor)

    def shade(
        self, colours: Sequence[str], box: tuple[float, float, float, float] | None = None
    ) -> None:
        """Fill a box, or everything, with colours that run into each other from top to bottom."""
        left, top, width, height = box or (0, 0, WIDTH, HEIGHT)
        strip = Image.new("RGB", (1, len(colours)))
        strip.putdata([rgb(colour) for colour in colours])
        size = (round(width * _FINE), round(height * _FINE))
        # Grown from the middle of the first colour to that of the last, in one step across.
        column = strip.resize(
            (1, size[1]), Image.Resampling.BILINEAR, (0, 0.5, 1, len(colours) - 0.5)
        )
        self.image.paste(column.resize(size, Image.Resampling.NEAREST), _at(left, top))

    def glow(self, centre: Point, radius: float, colour: str, strength: float = 1.0) -> None:
        """Light that fades towards its edge."""
        size = round(2 * radius * _FINE)
        mask = _disc().resize((size, size), Image.Resampling.BILINEAR)
        if strength < 1.0:
            mask = mask.point(lambda value: round(value * strength))
        self.image.paste(rgb(colour), _at(centre[0] - radius, centre[1] - radius), mask)

    def vignette(self, left: float, strength: float) -> None:
        """Darken the corners of what lies right of ``left``."""
        size = (round((WIDTH - left) * _FINE), HEIGHT * _FINE)
        steps = [round(strength * max(0, value - 90) ** 2 / 165**2 * 255) for value in range(256)]
        mask = Image.radial_gradient("L").point(steps).resize(size, Image.Resampling.BILINEAR)
        self.image.paste((0, 0, 0), _at(left, 0), mask)

    def ball(self, centre: Point, radius: float, colour: RGB, light: Point = (-0.4, -0.5)) -> None:
        """A sphere, lit from the direction of ``light``."""
        size = round(2 * radius * _FINE)
        lit = _lit(light).resize((size, size), Image.Resampling.BILINEAR)
        bands = [lit.point([round(value / 255 * part) for value in range(256)]) for part in colour]
        shine = _lit(light, sharp=True).resize((size, size), Image.Resampling.BILINEAR)
        picture = Image.merge("RGB", bands)
        picture.paste((255, 255, 255), (0, 0), shine)
        mask = Image.new("L", (size, size), 0)
        ImageDraw.Draw(mask).ellipse((1, 1, size - 2, size - 2), fill=255)
        self.image.paste(picture, _at(centre[0] - radius, centre[1] - radius), mask)

    def paste(self, other: Canvas, left: float, top: float, width: float) -> None:
        """Another drawing, made smaller, as a picture in this one."""
        height = width * HEIGHT / WIDTH
        size = (round(width * _FINE), round(height * _FINE))
        small = other.image.resize(size, Image.Resampling.BILINEAR, reducing_gap=1.5)
        self.image.paste(small, _at(left, top))

    def png(self) -> bytes:
        """The finished sheet, packed quickly rather than tightly."""
        buffer = io.BytesIO()
        self.image.reduce(_FINE).save(buffer, "PNG", compress_level=1)
        return buffer.getvalue()

    @staticmethod
    def _fine(points: Sequence[Point]) -> list[Point]:
        return [(x * _FINE, y * _FINE) for x, y in points]


def _at(left: float, top: float) -> tuple[int, int]:
    return round(left * _FINE), round(top * _FINE)


@cache
def _disc() -> Image.Image:
    """White in the middle, black at the edge."""
    disc = Image.radial_gradient("L")
    # The gradient of Pillow reaches its end in the corners, ours at the sides, and gently.
    shares = [max(0.0, 1 - value * 2**0.5 / 255) for value in range(256)]
    return disc.point([round(255 * share * share * (3 - 2 * share)) for share in shares])


@cache
def _lit(light: Point, *, sharp: bool = False) -> Image.Image:
    """How bright a sphere is at each place, or where it shines."""
    size = 96
    image = Image.new("L", (size, size))
    x_light, y_light = light
    z_light = max(0.0, 1 - x_light**2 - y_light**2) ** 0.5
    values = []
    for row in range(size):
        for column in range(size):
            x, y = (column + 0.5) / size * 2 - 1, (row + 0.5) / size * 2 - 1
            z = max(0.0, 1 - x * x - y * y) ** 0.5
            facing = max(0.0, x * x_light + y * y_light + z * z_light)
            values.append(round(200 * facing**24) if sharp else round(255 * (0.22 + 0.78 * facing)))
    image.putdata(values)
    return image
