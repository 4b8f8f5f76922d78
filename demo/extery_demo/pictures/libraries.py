"""Pictures of asset libraries: shelves of materials, a farmyard, brush strokes."""

from __future__ import annotations

import math
import random

from extery_demo.colours import mix
from extery_demo.pictures.canvas import WIDTH, Canvas
from extery_demo.pictures.scene import Scene, circle_points
from extery_demo.pictures.widgets import backdrop, ball_with_shadow, seeded_random

#: Colour and pattern of each material.
_MATERIALS = (
    *(("#a8543c", "bricks"), ("#8a6a48", "rings"), ("#6f7468", "spots"), ("#c9b79c", "plain")),
    *(("#6b4a36", "bark"), ("#b9835a", "rings"), ("#57606b", "bricks"), ("#d9cfba", "spots")),
    *(("#8f9a7c", "spots"), ("#4d3a30", "bark"), ("#c98f6b", "bricks"), ("#7d7f86", "plain")),
)


def draw_materials() -> Canvas:
    """Twelve balls on three shelves, each with a pattern of its material."""
    canvas = Canvas("#23282b")
    canvas.gradient(["#343b3f", "#23282b", "#171b1d"])
    rng = seeded_random("materials")
    for index, (colour, pattern) in enumerate(_MATERIALS):
        row, column = divmod(index, 4)
        x, y = 330 + column * 420, 205 + row * 325
        if column == 0:
            canvas.box(90, y + 128, WIDTH - 180, 22, "#0f1213", radius=8)
            canvas.box(90, y + 124, WIDTH - 180, 12, "#465055", radius=6)
        ball_with_shadow(canvas, x, y, 128, colour)
        _draw_pattern(canvas, x, y, colour, pattern, rng)
    return canvas


def _draw_pattern(
    canvas: Canvas, x: float, y: float, colour: str, pattern: str, rng: random.Random
) -> None:
    dark = mix(colour, "#000000", 0.55)
    if pattern == "bricks":
        for step in range(-4, 5):
            _chord(canvas, x, y, y + step * 26, dark)
            for across in range(-4, 5):
                left = x + across * 52 + step % 2 * 26
                _joint(canvas, x, y, left, y + step * 26, dark)
    elif pattern == "rings":
        for step in range(1, 6):
            canvas.circle((x - 18, y - 12), step * 17, None, outline=dark, width=3.5, flat=0.86)
    elif pattern == "bark":
        for step in range(-5, 6):
            bend = rng.uniform(-9, 9)
            high = math.sqrt(max(0.0, 118**2 - (step * 22) ** 2))
            points = [
                (x + step * 22, y - high),
                (x + step * 22 + bend, y),
                (x + step * 22, y + high),
            ]
            canvas.line(points, dark, 6, 0.7)
    elif pattern == "spots":
        for _ in range(38):
            angle, far = rng.uniform(0, math.tau), 112 * math.sqrt(rng.random())
            at = (x + far * math.cos(angle), y + far * math.sin(angle))
            canvas.circle(at, rng.uniform(2, 8), dark, 0.5)


def _chord(canvas: Canvas, x: float, y: float, at: float, colour: str) -> None:
    half = math.sqrt(max(0.0, 125**2 - (at - y) ** 2))
    canvas.line([(x - half, at), (x + half, at)], colour, 4, 0.75)


def _joint(canvas: Canvas, x: float, y: float, at: float, top: float, colour: str) -> None:
    """Draw the joint between two bricks, if all of it is on the ball."""
    if max(math.hypot(at - x, edge - y) for edge in (top, top + 26)) < 124:
        canvas.line([(at, top), (at, top + 26)], colour, 4, 0.75)


def draw_farm() -> Canvas:
    """A barn, sheds, a silo and a fence with an open gate."""
    canvas = Canvas("#c9d6c3")
    canvas.gradient(["#e8e2cf", "#cfd8bf", "#a9bb92"])
    scene = Scene((880, 660), 112, turn=38, tilt=27)
    scene.floor(canvas, "#8ba077", reach=7)
    scene.block((-3.4, 0.4, 0), (-0.2, 3.4, 2.1), "#b0523f", "#33201c")
    _roof(scene, -3.6, -0.0, 0.2, 3.6, 2.1, 3.4)
    scene.block((1.2, 1.8, 0), (2.8, 3.2, 1.2), "#c9a26a", "#38301f")
    scene.block((3.4, 0.4, 0), (4.6, 1.6, 1.0), "#93a0a6", "#23292c")
    ring = list(circle_points(20, 0.75))
    for (ax, ay, _), (bx, by, _) in zip(ring, ring[1:] + ring[:1], strict=True):
        wall = [(ax + 0.9, ay - 0.3, 0.0), (bx + 0.9, by - 0.3, 0.0)]
        top = [(x, y, 3.1) for x, y, _ in reversed(wall)]
        scene.face([*wall, *top], "#dfe3e0", "#3d4649")
    scene.draw(canvas)
    canvas.polygon([scene.to_canvas((x + 0.9, y - 0.3, 3.1)) for x, y, _ in ring], "#eef1ee")
    for step in range(11):
        if step == 6:
            continue
        left = -5.2 + step
        scene.block((left, -2.1, 0), (left + 0.12, -1.98, 0.9), "#7a5b3c", "#2b2016")
        if step not in (5, 10):
            for high in (0.35, 0.7):
                scene.block(
                    (left, -2.06, high), (left + 1, -2.02, high + 0.09), "#94714c", "#2b2016"
                )
    scene.draw(canvas)
    return canvas


def _roof(
    scene: Scene, left: float, right: float, near: float, far: float, low: float, high: float
) -> None:
    middle = (near + far) / 2
    ridge = [(right, middle, high), (left, middle, high)]
    scene.face([(left, near, low), (right, near, low), *ridge], "#5d636b", "#1c1f23")
    scene.face([(left, near, low), (left, middle, high), (left, far, low)], "#9a4636", "#33201c")


def draw_strokes() -> Canvas:
    """Five strokes that begin wet and end dry."""
    canvas = Canvas("#f4efe4")
    backdrop(canvas, "#faf6ec", "#e9e2d2")
    rng = seeded_random("strokes")
    names = ("Chalk", "Charcoal", "Marker", "Sponge", "Dry ink")
    colours = ("#5e8fa8", "#2c2b2e", "#d0643f", "#7c9a5c", "#4a3f73")
    for index, (name, colour) in enumerate(zip(names, colours, strict=True)):
        y = 150 + index * 190
        canvas.text((120, y), name, "#6b6458", 40)
        for _ in range(240 + index % 2 * 120):
            offset = rng.gauss(0, 27)
            end = 1720 - abs(rng.gauss(0, 430)) * (0.6 + index * 0.12)
            start = 380 + abs(rng.gauss(0, 14))
            _bristle(canvas, start, max(start + 60, end), y + offset, colour, rng)
    return canvas


def _bristle(
    canvas: Canvas, start: float, end: float, y: float, colour: str, rng: random.Random
) -> None:
    points = [
        (x, y + 20 * math.sin(x / 260) + rng.uniform(-1, 1))
        for x in range(round(start), round(end), 30)
    ]
    canvas.line(points, colour, rng.uniform(1, 4), 0.5)
