"""Pictures for modelling add-ons: stairs, stones, ropes, furniture."""

from __future__ import annotations

import math
import random

from extery_demo.colours import mix
from extery_demo.pictures.canvas import HEIGHT, WIDTH, Canvas, Point
from extery_demo.pictures.scene import Scene, circle_points
from extery_demo.pictures.widgets import backdrop, panel, seeded_random


def draw_stairs() -> Canvas:
    """A winding staircase and a straight one."""
    canvas = Canvas("#20303a")
    backdrop(canvas, "#1b2933", "#2f4a57")
    scene = Scene((760, 800), 128, turn=24, tilt=24)
    scene.floor(canvas, "#4a6b7a", reach=9)
    pole = [scene.to_canvas((-1.9, 0.0, z)) for z in (0.0, 4.75)]
    behind, before = Scene(scene.centre, 128, 24, 24), Scene(scene.centre, 128, 24, 24)
    turn = math.radians(300) / 15
    for index in range(15):
        middle = (index + 0.5) * turn - 2.2
        _tread(behind if math.sin(middle + math.radians(24)) > 0 else before, index, turn)
    behind.draw(canvas, edge="#16323d")
    canvas.line(pole, "#f6dfb2", 44)
    canvas.circle(pole[1], 22, "#fff6dc", flat=0.4)
    before.draw(canvas, edge="#16323d")
    for index in range(10):
        low, high = (1.5, index * 0.42 - 1.9, 0.0), (3.3, index * 0.42 - 1.48, (index + 1) * 0.3)
        scene.block(low, high, "#e3c697", "#5a3d2a")
    scene.draw(canvas)
    rows = (("Form", "Winding"), ("Steps", "15"), ("Rise", "0.175 m"), ("Width", "0.9 m"))
    panel(canvas, 1390, 90, "Staircase", (*rows, ("Turn", "300\u00b0")), accent="#f28f6b")
    canvas.text((1412, 482), "Height: 2.625 m", "#b9dfe4", 30)
    return canvas


def _tread(scene: Scene, index: int, turn: float) -> None:
    """Add a step of the winding staircase."""
    top, inner, outer = (index + 1) * 0.3, 0.12, 1.9
    start, end = index * turn - 2.2, (index + 1) * turn - 2.2
    corners = [
        (radius * math.cos(angle) - 1.9, radius * math.sin(angle))
        for radius, angle in ((inner, start), (outer, start), (outer, end), (inner, end))
    ]
    low = [(x, y, top - 0.12) for x, y in corners]
    high = [(x, y, top) for x, y in corners]
    colour = "#f28f6b" if index == 14 else mix("#b9dfe4", "#6fb3c6", index % 2 * 0.5)
    for side in range(4):
        other = (side + 1) % 4
        scene.face([low[side], low[other], high[other], high[side]], colour, "#16323d")
    scene.face(high, colour, "#16323d")


def draw_stones() -> Canvas:
    """Stones on a slope, the far ones smaller and paler."""
    canvas = Canvas("#e9dfcd")
    canvas.gradient(["#f6ead2", "#efd9b4", "#d9b98a"])
    rng = seeded_random("stones")
    hill = [(x, 420 - 90 * math.sin(x / 420) - 0.06 * x) for x in range(0, WIDTH + 1, 40)]
    canvas.polygon([*hill, (WIDTH, HEIGHT), (0, HEIGHT)], "#c2a27a")
    positions = sorted(
        ((rng.uniform(-40, 1960), rng.random() ** 1.4) for _ in range(330)), key=lambda s: s[1]
    )
    for x, depth in positions:
        ground = 430 - 90 * math.sin(x / 420) - 0.06 * x
        y = ground + depth * (1120 - ground)
        radius = rng.uniform(0.5, 1.0) * (8 + 50 * depth)
        tone = mix(
            rng.choice(("#8d8378", "#a79a8a", "#6d6a6c", "#b08968")), "#e4d3b4", 0.45 * (1 - depth)
        )
        _stone(canvas, rng, x, y, radius, tone)
    rows = (("Density", "8.000"), ("Size", "0.08 m"), ("Flatness", 0.55), ("Seed", "3"))
    panel(canvas, 90, 90, "Pebble Scatter", rows, accent="#c2784e", width=430)
    return canvas


def _stone(
    canvas: Canvas, rng: random.Random, x: float, y: float, radius: float, tone: str
) -> None:
    canvas.circle((x + radius * 0.2, y + radius * 0.28), radius, "#3d2a1c", 0.28, flat=0.55)
    steps = 16
    edge = [rng.uniform(0.86, 1.05) for _ in range(steps)]
    for share, colour in (
        (1.0, mix(tone, "#2b211a", 0.45)),
        (0.9, tone),
        (0.55, mix(tone, "#ffffff", 0.3)),
    ):
        lift = (1 - share) * radius * 0.45
        outline = []
        for index in range(steps):
            angle = math.tau * index / steps
            reach = radius * share * edge[index]
            outline.append(
                (
                    x - lift * 0.7 + reach * math.cos(angle),
                    y - lift + reach * 0.62 * math.sin(angle),
                )
            )
        canvas.polygon(outline, colour)


def draw_rope() -> Canvas:
    """Three strands around two posts."""
    canvas = Canvas("#12332d")
    backdrop(canvas, "#0e2925", "#1c4c43")
    scene = Scene((960, 620), 110)
    scene.floor(canvas, "#2f6f62", reach=10)
    path: list[Point] = [
        (150 + t * 1620, 560 + 230 * math.sin(t * math.tau * 1.05 + 0.4) * (1 - 0.25 * t))
        for t in (index / 260 for index in range(261))
    ]
    for x, top in ((560, 260), (1290, 330)):
        canvas.box(x - 58, top + 20, 116, 620, "#0b1f1b", 0.5, radius=58)
        canvas.gradient(["#8b6a4a", "#6d5038", "#513a28"], (x - 60, top, 120, 620))
        canvas.circle((x, top), 60, "#a5805c", flat=0.3)
    pieces = [piece for number in range(3) for piece in _visible_pieces(path, number)]
    for piece in sorted(pieces, key=lambda points: points[0][0]):
        canvas.line(piece, "#6d4a22", 66)
        canvas.line(piece, "#d9b06c", 54)
        canvas.line([(x - 3, y - 9) for x, y in piece], "#f2d7a4", 18)
    rows = (("Strands", "3"), ("Radius", "0.04 m"), ("Turns a Metre", "4.000"))
    panel(canvas, 1400, 90, "Lay Rope", rows, accent="#2f9a83", width=440)
    return canvas


def _visible_pieces(path: list[Point], number: int) -> list[list[Point]]:
    """Return the visible pieces of a strand; hidden pieces are not drawn."""
    pieces: list[list[Point]] = [[]]
    for index, (x, y) in enumerate(path):
        angle = index * 0.16 + number * math.tau / 3
        if math.cos(angle) < -0.35:
            if pieces[-1]:
                pieces.append([])
            continue
        pieces[-1].append((x, y + 34 * math.sin(angle)))
    return [piece for piece in pieces if len(piece) > 1]


def draw_ring() -> Canvas:
    """Stools around a table, with room for one more."""
    canvas = Canvas("#efe4e1")
    backdrop(canvas, "#f5ece8", "#dcb0ab")
    scene = Scene((960, 620), 128, turn=20, tilt=38)
    scene.floor(canvas, "#c99a95", reach=9)
    empty, *seats = [scene.to_canvas(spot) for spot in circle_points(12, 3.7, start=-2.3)]
    seats.sort(key=lambda seat: seat[1])
    canvas.circle(empty, 66, None, outline="#b7656b", width=6, flat=0.62)
    for x, y in seats:
        if y < 620:
            _drum(canvas, x, y, 62, 92, "#b7656b")
    _drum(canvas, 960, 620, 150, 60, "#5f3a55")
    _drum(canvas, 960, 560, 300, 26, "#3c6e8f")
    for x, y in seats:
        if y >= 620:
            _drum(canvas, x, y, 62, 92, "#b7656b")
    return canvas


def _drum(canvas: Canvas, x: float, y: float, radius: float, tall: float, colour: str) -> None:
    """Draw a low cylinder that stands at (x, y)."""
    canvas.circle((x + radius * 0.25, y + 6), radius * 1.05, "#5f2f3a", 0.25, flat=0.62)
    canvas.circle((x, y), radius, mix(colour, "#1d0f16", 0.5), flat=0.62)
    canvas.box(x - radius, y - tall, 2 * radius, tall, mix(colour, "#1d0f16", 0.5))
    canvas.box(x - radius, y - tall, radius * 0.9, tall, mix(colour, "#1d0f16", 0.28), 0.7)
    canvas.circle((x, y - tall), radius, mix(colour, "#ffffff", 0.22), flat=0.62)
