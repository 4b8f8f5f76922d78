"""Images of the fake data: some drawings, whose files the extensions share."""

from __future__ import annotations

import io
from math import cos, pi, sin

from extery_demo.fake.plans import random_of
from extery_demo.pictures.canvas import Canvas
from extery_site.catalog.images import uploaded_image
from extery_site.catalog.models import Image

NUMBER = 24
_COLOURS = ("#33478f", "#2f9a83", "#c2784e", "#8d6fc0", "#5a9fb5", "#b7656b", "#60713a", "#41424c")
_PAPER = "#f3ead7"


class Images:
    """Draws each image when the first extension needs it; its worker makes the variants of all that share the file."""

    def __init__(self, seed: int, number: int = NUMBER) -> None:
        self.seed = seed
        self.number = number
        self._rows: dict[int, Image] = {}

    def take(self, wanted: int) -> Image:
        """Return a stored image that no other extension has; requires a transaction."""
        number = wanted % self.number
        first = self._rows.get(number)
        if first is None:
            with uploaded_image(io.BytesIO(_draw(self.seed, number))) as uploaded:
                self._rows[number] = uploaded.store(alt_text="Shapes on a plain ground")
            return self._rows[number]
        fields = [one for one in Image._meta.concrete_fields if not one.primary_key]  # noqa: SLF001
        copy = Image(**{one.attname: getattr(first, one.attname) for one in fields})
        copy.save()
        return copy


def _draw(seed: int, number: int) -> bytes:
    rng = random_of(seed, "image", number)
    ground, shape, light = rng.sample(_COLOURS, 3)
    canvas = Canvas(ground)
    kind = number % 4
    if kind == 0:
        for ring in range(5, 0, -1):
            canvas.circle((960, 540), ring * 90, (shape, light, _PAPER)[ring % 3], 0.9)
    elif kind == 1:
        for column in range(8):
            high = rng.uniform(200, 800)
            canvas.box(
                180 + column * 200, 940 - high, 150, high, (shape, light)[column % 2], radius=20
            )
    elif kind == 2:
        points = [(960 + cos(at * pi / 4) * 430, 540 + sin(at * pi / 4) * 430) for at in range(8)]
        for at, point in enumerate(points):
            canvas.line([point, points[(at + 3) % 8]], light, 10)
            canvas.circle(point, 60, shape)
    else:
        for row in range(4):
            for column in range(7):
                colour = rng.choice((shape, light, _PAPER))
                canvas.box(200 + column * 220, 130 + row * 210, 190, 180, colour, radius=28)
    return canvas.png()
