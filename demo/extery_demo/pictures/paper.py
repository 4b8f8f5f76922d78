"""Pictures for rendering, comics and files: contact sheets, a page, a slate, doors."""

from __future__ import annotations

import math

from extery_demo.colours import mix
from extery_demo.pictures.canvas import HEIGHT, WIDTH, Canvas
from extery_demo.pictures.scene import Scene
from extery_demo.pictures.widgets import backdrop, ball_with_shadow, seeded_random


def draw_prints() -> Canvas:
    """Twelve small pictures of one scene."""
    canvas = Canvas("#1f1f22")
    names = (
        "Left far",
        "Door",
        "Window",
        "Top",
        "Crane",
        "Street",
        "Hall",
        "Wide",
        "Close",
        "Low",
        "Roof",
        "Night",
    )
    for index, name in enumerate(names):
        row, column = divmod(index, 4)
        left, top = 66 + column * 455, 62 + row * 335
        _frame(canvas, index, left, top)
        canvas.text((left + 6, top + 276), name, "#d6d3cb", 30)
        canvas.text((left + 410, top + 276), "0042", "#85827a", 28, anchor="rm")
    return canvas


def _frame(canvas: Canvas, index: int, left: float, top: float) -> None:
    """Draw the same towers from another viewpoint and at another time of day."""
    skies = (("#f6d9a8", "#e39a7b"), ("#bcd9e6", "#6aa0c0"), ("#3a3f63", "#1b1d33"))
    sky, below = skies[index % 3]
    width, height = 416, 236
    canvas.gradient([below, sky], (left, top, width, height))
    middle, turn = left + width / 2, 15 + index * 27
    scene = Scene(
        (middle, top + 178), 17 + index % 4 * 5, turn=turn % 90, tilt=14 + index * 13 % 40
    )
    for x, y, tall, colour in (
        (-3, 1, 3.4, "#c2784e"),
        (0, 2, 5.0, "#5d7f78"),
        (2, -1, 2.4, "#d99a3d"),
        (-1, -2, 1.6, "#a5553f"),
    ):
        scene.block((x - 0.8, y - 0.8, 0), (x + 0.8, y + 0.8, tall), colour, "#1d1a22")
    scene.faces = [
        (
            near,
            [(min(max(x, left), left + width), min(max(y, top), top + height)) for x, y in points],
            tone,
        )
        for near, points, tone in scene.faces
    ]
    canvas.polygon(
        [
            (left, top + 190),
            (left + width, top + 176),
            (left + width, top + height),
            (left, top + height),
        ],
        mix(below, "#2a2a22", 0.6),
    )
    scene.draw(canvas)
    canvas.box(left, top, width, height, None, radius=2, outline="#f2efe6")


def draw_comic() -> Canvas:
    """A comic page with one large panel and three small ones, partly inked."""
    canvas = Canvas("#4a5568")
    backdrop(canvas, "#3d4656", "#667389")
    canvas.box(372, 52, 1200, 1000, "#1b212b", 0.5, radius=6)
    canvas.box(360, 40, 1200, 1000, "#fbf8f1", radius=6)
    frames = (
        (410, 90, 1100, 520),
        (410, 640, 347, 350),
        (787, 640, 347, 350),
        (1164, 640, 346, 350),
    )
    for number, (left, top, width, height) in enumerate(frames):
        tint = ("#f3d9a4", "#bcd9e6", "#f0b0a8", "#cfe0c3")[number]
        canvas.box(left, top, width, height, tint if number == 0 else "#fbf8f1")
        if number == 0:
            canvas.circle((1230, 300), 110, "#fbf8f1")
            hills = [(x, 470 + 46 * math.sin(x / 130)) for x in range(410, 1511, 20)]
            canvas.polygon([*hills, (1510, 610), (410, 610)], "#d99a6c")
            _figure(canvas, 720, 540)
        elif number == 1:
            for ray in range(11):
                angle = math.pi * ray / 10
                end = (584 - 160 * math.cos(angle), 900 - 200 * math.sin(angle))
                canvas.line([(584, 900), end], "#1b212b", 5, 0.7)
        corners = [
            (left, top),
            (left + width, top),
            (left + width, top + height),
            (left, top + height),
            (left, top),
        ]
        canvas.line(corners, "#1b212b", 9)
        canvas.line([corners[3], corners[0]], "#1b212b", 9)
    canvas.box(1110, 130, 330, 96, "#ffffff", radius=46, outline="#1b212b")
    canvas.polygon([(1160, 222), (1210, 222), (1120, 276)], "#ffffff")
    canvas.text((1275, 178), "At last, land!", "#1b212b", 40, anchor="mm")
    return canvas


def _figure(canvas: Canvas, x: float, y: float) -> None:
    """Draw a person with a staff."""
    ink = "#1b212b"
    canvas.circle((x, y - 250), 40, "#fbf8f1", outline=ink, width=7)
    canvas.polygon([(x - 56, y - 282), (x + 56, y - 282), (x + 8, y - 352)], "#c8434a")
    canvas.polygon(
        [(x - 30, y - 208), (x + 30, y - 208), (x + 76, y - 10), (x - 76, y - 10)], "#3c6e8f"
    )
    for start, end in (
        ((x - 30, y - 190), (x - 96, y - 110)),
        ((x + 30, y - 190), (x + 110, y - 150)),
    ):
        canvas.line([start, end], ink, 14)
    canvas.line([(x + 110, y - 300), (x + 118, y)], "#7d4f1a", 12)
    for foot in (-34, 34):
        canvas.line([(x + foot, y - 12), (x + foot, y + 24)], ink, 16)


def draw_slate() -> Canvas:
    """A frame of film with its data along the edge."""
    canvas = Canvas("#0f1318")
    canvas.gradient(["#1f3347", "#3f6478", "#c9966b", "#e9c48c"], (0, 90, WIDTH, 900))
    for layer in range(4):
        base = 600 + layer * 90
        ridge = [
            (x, base + 50 * math.sin(x / (220 - layer * 30) + layer * 1.7))
            for x in range(0, WIDTH + 1, 24)
        ]
        canvas.polygon([*ridge, (WIDTH, 990), (0, 990)], mix("#4d5f66", "#12181d", layer / 3))
    ball_with_shadow(canvas, 660, 700, 120, "#e0803a")
    ball_with_shadow(canvas, 900, 760, 70, "#f2efe6")
    canvas.box(0, 0, WIDTH, 90, "#000000")
    canvas.box(0, 990, WIDTH, 90, "#000000")
    canvas.text((48, 1035), "sq020_sh110   take 3   Robin", "#ffffff", 42)
    canvas.text((WIDTH - 48, 1035), "Frame 0042", "#ffffff", 42, anchor="rm")
    canvas.text((48, 45), "Camera.Main   50.00 mm", "#b9bec7", 38)
    for x, y, dx, dy in (
        (140, 190, 1, 1),
        (1780, 190, -1, 1),
        (140, 890, 1, -1),
        (1780, 890, -1, -1),
    ):
        canvas.line([(x + 70 * dx, y), (x, y), (x, y + 70 * dy)], "#ffffff", 4, 0.8)
    return canvas


def draw_doors() -> Canvas:
    """Three doors, the middle one open."""
    canvas = Canvas("#2f5d73")
    canvas.gradient(["#2a5266", "#2f5d73", "#3a7089"], (0, 0, WIDTH, 860))
    canvas.gradient(["#1d3a48", "#16303c"], (0, 860, WIDTH, HEIGHT - 860))
    canvas.polygon([(790, 860), (1130, 860), (1390, HEIGHT), (530, HEIGHT)], "#f6dfa0", 0.85)
    for index, (name, colour) in enumerate(
        (("File", "#f28f6b"), ("Renders", "#f2b134"), ("Textures", "#b9dfe4"))
    ):
        left = 270 + index * 520
        canvas.box(left - 26, 214, 392, 646, mix(colour, "#0d2029", 0.55), radius=10)
        if index == 1:
            canvas.gradient(["#fff6dc", "#f6dfa0", "#f2c45a"], (left, 240, 340, 620))
            canvas.polygon(
                [(left, 240), (left - 150, 190), (left - 150, 930), (left, 860)],
                mix(colour, "#7d4f1a", 0.4),
            )
            canvas.circle((left - 120, 560), 15, "#fff6dc")
        else:
            canvas.box(left, 240, 340, 620, colour, radius=4)
            for top in (290, 580):
                canvas.box(left + 50, top, 240, 230, mix(colour, "#0d2029", 0.16), radius=8)
            canvas.circle((left + 300, 560), 16, "#16303c")
        canvas.text((left + 170, 150), name, "#f2f4f7", 58, anchor="mm")
    rng = seeded_random("doors")
    for _ in range(9):
        x, y = rng.uniform(840, 1080), rng.uniform(300, 780)
        canvas.box(x, y, 46, 34, rng.choice(("#c8566a", "#2f9a83", "#3c6e8f")), 0.85, radius=5)
    return canvas
