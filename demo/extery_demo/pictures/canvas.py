"""A canvas of 1920 × 1080 with anti-aliased shapes, saved as PNG."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache

from PIL import Image, ImageDraw, ImageFont

from extery_demo.colours import RGB, rgb

WIDTH, HEIGHT = 1920, 1080
# Supersampling: shapes are drawn at twice the size and scaled down for smooth edges.
_SCALE = 2

Point = tuple[float, float]


@cache
def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _rgba(colour: str, alpha: float) -> tuple[int, int, int, int]:
    red, green, blue = rgb(colour)
    return red, green, blue, round(255 * alpha)


class Canvas:
    """Draws shapes in colours such as ``#1d3557``, each with an alpha from 0 to 1."""

    def __init__(self, background: str) -> None:
        self.image = Image.new("RGB", (WIDTH * _SCALE, HEIGHT * _SCALE), background)
        self._draw = ImageDraw.Draw(self.image, "RGBA")

    def polygon(self, points: Sequence[Point], colour: str, alpha: float = 1.0) -> None:
        self._draw.polygon(self._scaled(points), fill=_rgba(colour, alpha))

    def line(
        self, points: Sequence[Point], colour: str, width: float = 3.0, alpha: float = 1.0
    ) -> None:
        ink, fine = _rgba(colour, alpha), max(1, round(width * _SCALE))
        self._draw.line(self._scaled(points), fill=ink, width=fine, joint="curve")

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
        """Draw a disc or a ring; ``flat`` is the height of the ellipse divided by its width."""
        (x, y), high = centre, radius * flat
        self._draw.ellipse(
            self._scaled([(x - radius, y - high), (x + radius, y + high)]),
            fill=_rgba(colour, alpha) if colour else None,
            outline=_rgba(outline, alpha) if outline else None,
            width=round(width * _SCALE),
        )

    def arc(
        self, centre: Point, radius: float, start: float, end: float, colour: str, width: float
    ) -> None:
        """Draw an arc between two angles in degrees, clockwise from the right."""
        x, y = centre
        corners = self._scaled([(x - radius, y - radius), (x + radius, y + radius)])
        self._draw.arc(corners, start, end, fill=_rgba(colour, 1.0), width=round(width * _SCALE))

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
        self._draw.rounded_rectangle(
            self._scaled([(left, top), (left + width, top + height)]),
            radius * _SCALE,
            fill=_rgba(colour, alpha) if colour else None,
            outline=_rgba(outline, 1.0) if outline else None,
            width=2 * _SCALE,
        )

    def text(
        self, at: Point, text: str, colour: str, size: float = 26.0, *, anchor: str = "lm"
    ) -> None:
        """Draw one line of text; ``anchor`` is a Pillow text anchor."""
        (place,) = self._scaled([at])
        self._draw.text(
            place, text, fill=_rgba(colour, 1.0), font=_font(size * _SCALE), anchor=anchor
        )

    def gradient(
        self, colours: Sequence[str], box: tuple[float, float, float, float] | None = None
    ) -> None:
        """Fill a box (default: the whole canvas) with a vertical gradient."""
        left, top, width, height = box or (0, 0, WIDTH, HEIGHT)
        strip = Image.new("RGB", (1, len(colours)))
        strip.putdata([rgb(colour) for colour in colours])
        size = (round(width * _SCALE), round(height * _SCALE))
        # Interpolate from the centre of the first colour to the centre of the last.
        column = strip.resize(
            (1, size[1]), Image.Resampling.BILINEAR, (0, 0.5, 1, len(colours) - 0.5)
        )
        self.image.paste(column.resize(size, Image.Resampling.NEAREST), _to_pixel(left, top))

    def glow(self, centre: Point, radius: float, colour: str, strength: float = 1.0) -> None:
        """Draw a disc of light that fades towards its edge."""
        size = round(2 * radius * _SCALE)
        mask = _soft_disc().resize((size, size), Image.Resampling.BILINEAR)
        if strength < 1.0:
            mask = mask.point(lambda value: round(value * strength))
        self.image.paste(rgb(colour), _to_pixel(centre[0] - radius, centre[1] - radius), mask)

    def vignette(self, left: float, strength: float) -> None:
        """Darken the corners of the area right of ``left``."""
        size = (round((WIDTH - left) * _SCALE), HEIGHT * _SCALE)
        steps = [round(strength * max(0, value - 90) ** 2 / 165**2 * 255) for value in range(256)]
        mask = Image.radial_gradient("L").point(steps).resize(size, Image.Resampling.BILINEAR)
        self.image.paste((0, 0, 0), _to_pixel(left, 0), mask)

    def ball(self, centre: Point, radius: float, colour: RGB, light: Point = (-0.4, -0.5)) -> None:
        """Draw a sphere lit from the direction ``light``."""
        size = round(2 * radius * _SCALE)
        lit = _sphere_shading(light).resize((size, size), Image.Resampling.BILINEAR)
        bands = [lit.point([round(value / 255 * part) for value in range(256)]) for part in colour]
        highlight = _sphere_shading(light, sharp=True).resize(
            (size, size), Image.Resampling.BILINEAR
        )
        picture = Image.merge("RGB", bands)
        picture.paste((255, 255, 255), (0, 0), highlight)
        mask = Image.new("L", (size, size), 0)
        ImageDraw.Draw(mask).ellipse((1, 1, size - 2, size - 2), fill=255)
        self.image.paste(picture, _to_pixel(centre[0] - radius, centre[1] - radius), mask)

    def paste(self, other: Canvas, left: float, top: float, width: float) -> None:
        """Draw another canvas, scaled to ``width``."""
        height = width * HEIGHT / WIDTH
        size = (round(width * _SCALE), round(height * _SCALE))
        small = other.image.resize(size, Image.Resampling.BILINEAR, reducing_gap=1.5)
        self.image.paste(small, _to_pixel(left, top))

    def png(self) -> bytes:
        """Return the PNG, compressed for speed rather than size."""
        buffer = io.BytesIO()
        self.image.reduce(_SCALE).save(buffer, "PNG", compress_level=1)
        return buffer.getvalue()

    def detail(self, centre: tuple[int, int]) -> bytes:
        """Return a PNG of 1280 × 720 of a third of the canvas, around a point, at its full resolution."""
        width, height = 1280, 720
        left = min(max(0, centre[0] * _SCALE - width // 2), WIDTH * _SCALE - width)
        top = min(max(0, centre[1] * _SCALE - height // 2), HEIGHT * _SCALE - height)
        buffer = io.BytesIO()
        part = self.image.crop((left, top, left + width, top + height))
        part.save(buffer, "PNG", compress_level=1)
        return buffer.getvalue()

    @staticmethod
    def _scaled(points: Sequence[Point]) -> list[Point]:
        return [(x * _SCALE, y * _SCALE) for x, y in points]


def _to_pixel(left: float, top: float) -> tuple[int, int]:
    return round(left * _SCALE), round(top * _SCALE)


@cache
def _soft_disc() -> Image.Image:
    """Return a mask that is white in the centre and black at the edge."""
    disc = Image.radial_gradient("L")
    # Pillow's radial gradient ends in the corners; this one ends at the sides, with smoothstep.
    shares = [max(0.0, 1 - value * 2**0.5 / 255) for value in range(256)]
    return disc.point([round(255 * share * share * (3 - 2 * share)) for share in shares])


@cache
def _sphere_shading(light: Point, *, sharp: bool = False) -> Image.Image:
    """Return the brightness of a lit sphere, or with ``sharp`` its highlight."""
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
