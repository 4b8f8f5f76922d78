"""Elements of several pictures: a sidebar panel, a backdrop, a ball."""

from __future__ import annotations

import random
from collections.abc import Sequence

from extery_demo.colours import mix, rgb
from extery_demo.pictures.canvas import Canvas

PANEL, FIELD, TEXT, BRIGHT = "#2b2d33", "#1b1d21", "#b9bec7", "#f2f4f7"

#: A row of a panel: its label and its value; a value from 0 to 1 is shown as a slider.
Row = tuple[str, str | float]


def panel(
    canvas: Canvas,
    left: float,
    top: float,
    title: str,
    rows: Sequence[Row],
    *,
    accent: str,
    width: float = 470,
    button: str = "",
) -> None:
    """Draw a sidebar panel of an add-on."""
    height = 84 + 54 * len(rows) + (66 if button else 0)
    canvas.box(left + 6, top + 10, width, height, "#000000", 0.25, radius=18)
    canvas.box(left, top, width, height, PANEL, radius=18)
    canvas.polygon([(left + 24, top + 28), (left + 44, top + 28), (left + 34, top + 44)], TEXT)
    canvas.text((left + 60, top + 36), title, BRIGHT, 28)
    half = width * 0.47
    for index, (label, value) in enumerate(rows):
        y = top + 74 + index * 54
        canvas.text((left + half - 14, y + 21), label, TEXT, 23, anchor="rm")
        room = width - half - 22
        canvas.box(left + half, y, room, 42, FIELD, radius=9)
        if isinstance(value, float):
            canvas.box(left + half, y, max(18.0, room * value), 42, accent, radius=9)
            value = f"{value:.2f}"
        canvas.text((left + half + 16, y + 21), value, BRIGHT, 23)
    if button:
        y = top + height - 68
        canvas.box(left + 22, y, width - 44, 46, mix(PANEL, "#ffffff", 0.16), radius=9)
        canvas.text((left + width / 2, y + 23), button, BRIGHT, 24, anchor="mm")


def backdrop(canvas: Canvas, top: str, bottom: str) -> None:
    """Fill the canvas with a vertical gradient."""
    canvas.gradient([top, mix(top, bottom, 0.5), bottom])


def ball_with_shadow(canvas: Canvas, x: float, y: float, radius: float, colour: str) -> None:
    """Draw a ball with its shadow."""
    canvas.circle((x + radius * 0.15, y + radius * 0.93), radius * 0.95, "#000000", 0.22, flat=0.22)
    canvas.ball((x, y), radius, rgb(colour))


def seeded_random(seed: str) -> random.Random:
    """Return a generator that gives the same numbers in every run."""
    return random.Random(seed)  # noqa: S311 (not for secrets)
