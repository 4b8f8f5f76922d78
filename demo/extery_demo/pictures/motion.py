"""Pictures for animation and scene management: beats, curves, a turntable, renaming."""

from __future__ import annotations

import math

from extery_demo.colours import mix
from extery_demo.pictures.canvas import HEIGHT, WIDTH, Canvas
from extery_demo.pictures.scene import Scene, circle_points
from extery_demo.pictures.widgets import backdrop, ball_with_shadow, panel, seeded_random


def draw_beats() -> Canvas:
    """A sound wave over a timeline with a marker on every beat."""
    canvas = Canvas("#2a2233")
    backdrop(canvas, "#241d2c", "#40305a")
    rng = seeded_random("beats")
    step, first = 100, 130
    for index in range(181):
        x = 60 + index * 10
        since = (x - first) % step / step
        loud = (1 - since) ** 2.2 * (1.0 if (x - first) // step % 4 == 0 else 0.68) + 0.1
        tall = 250 * loud * rng.uniform(0.75, 1.0)
        colour = mix("#8d6fc0", "#d4bdec", loud)
        canvas.box(x, 400 - tall, 6, 2 * tall, colour, radius=3)
    canvas.box(0, 730, WIDTH, 350, "#1c1624")
    for index in range(18):
        x, bar = first + index * step, index % 4 == 0
        colour = "#f4a56b" if bar else "#b99ad9"
        canvas.line([(x, 130 if bar else 300), (x, 1000)], colour, 4 if bar else 2, 0.75)
        canvas.polygon([(x - 16, 1000), (x + 16, 1000), (x, 968)], colour)
        if bar:
            canvas.text((x + 14, 800), f"{index // 4 + 1}.1", "#f6dfb2", 38)
    for row in range(2):
        for index in range(18):
            if rng.random() < 0.5:
                x, y = first + index * step, 870 + row * 56
                canvas.polygon([(x - 15, y), (x, y - 15), (x + 15, y), (x, y + 15)], "#f2f4f7")
    rows = (("Tempo", "120.00"), ("First Beat", "1"), ("Beats a Bar", "4"))
    panel(canvas, 1380, 70, "Beat Marker", rows, accent="#8d6fc0", button="Mark Beats")
    return canvas


def draw_echo() -> Canvas:
    """One curve, repeated with a growing delay."""
    canvas = Canvas("#20303a")
    backdrop(canvas, "#1a2830", "#2a4553")
    for left in range(0, WIDTH, 80):
        canvas.line([(left, 0), (left, HEIGHT)], "#3a5a68", 2, 0.5)
    for top in range(60, HEIGHT, 80):
        canvas.line([(0, top), (WIDTH, top)], "#3a5a68", 2, 0.5)
    for number in reversed(range(9)):
        shift = number * 95
        colour = mix("#f28f6b", "#3f7f95", number / 8)
        curve = [(x, _bounce(x - shift - 160)) for x in range(-20, WIDTH + 20, 8)]
        canvas.line(curve, colour, 9 - number * 0.6)
        for key in (0, 240, 470):
            x, y = float(key + shift + 160), _bounce(key)
            canvas.polygon(
                [(x - 15, y), (x, y - 15), (x + 15, y), (x, y + 15)], mix(colour, "#ffffff", 0.5)
            )
    panel(
        canvas, 1390, 80, "Echo Keys", (("Delay", "2.000"), ("Order", "By Name")), accent="#f28f6b"
    )
    return canvas


def _bounce(x: float) -> float:
    """Height of the curve at x: flat, a rise, an overshoot, flat again."""
    if x <= 0:
        return 860
    share = min(x / 470, 1.0)
    swing = math.exp(-max(x - 470, 0) / 180) * math.sin(max(x - 470, 0) / 42) * 60
    return 860 - 560 * (1 - math.cos(math.pi * share)) / 2 - swing


def draw_turntable() -> Canvas:
    """A vase, and cameras on a circle around it."""
    canvas = Canvas("#3b1f27")
    backdrop(canvas, "#331a22", "#7c2f3e")
    scene = Scene((960, 640), 118, turn=0, tilt=28)
    scene.floor(canvas, "#a34a58", reach=9)
    ring = [scene.to_canvas(spot) for spot in circle_points(96, 5.6)]
    canvas.line([*ring, ring[0]], "#f6dfb2", 5)
    cameras = sorted(circle_points(8, 5.6, start=-1.45), key=lambda spot: -spot[1])
    newest = min(cameras, key=lambda spot: spot[1])
    behind = [spot for spot in cameras if spot[1] > 0]
    for spot in behind:
        _camera(canvas, scene, spot, 0.55)
    canvas.circle(scene.to_canvas((0, 0, 0)), 250, "#2a1219", 0.6, flat=0.47)
    canvas.circle(scene.to_canvas((0, 0, 0.25)), 240, "#f0b0a8", flat=0.47)
    _vase(canvas, *scene.to_canvas((0, 0, 0.35)))
    for spot in cameras:
        if spot not in behind:
            _camera(canvas, scene, spot, 1.0 if spot == newest else 0.75)
    return canvas


def _camera(
    canvas: Canvas, scene: Scene, spot: tuple[float, float, float], strength: float
) -> None:
    x, y = scene.to_canvas((spot[0], spot[1], 0.7))
    to_x, to_y = scene.to_canvas((0, 0, 1.6))
    colour = mix("#7c2f3e", "#f6dfb2", strength)
    length = math.hypot(to_x - x, to_y - y)
    ux, uy = (to_x - x) / length, (to_y - y) / length
    mouth = [
        (x + ux * 20, y + uy * 20),
        (x + ux * 74 - uy * 34, y + uy * 74 + ux * 34),
        (x + ux * 74 + uy * 34, y + uy * 74 - ux * 34),
    ]
    canvas.polygon(mouth, mix(colour, "#3b1f27", 0.4))
    canvas.box(x - 42, y - 30, 84, 60, colour, radius=12)
    canvas.circle((x, y), 16, "#3b1f27")


def _vase(canvas: Canvas, x: float, y: float) -> None:
    """Draw a body of revolution as slices from the foot to the lip."""
    for index in range(260):
        share = index / 259
        bulge = 62 + 82 * math.sin(math.pi * share**0.8) ** 2 - 30 * share + 46 * share**9
        light = 0.3 + 0.5 * math.sin(share * 5.0 + 0.6) ** 2
        canvas.circle((x, y - share * 430), bulge, mix("#5a9fb5", "#e4f3f4", light * 0.5), flat=0.3)
        canvas.circle((x + bulge * 0.45, y - share * 430), bulge * 0.5, "#12303c", 0.16, flat=0.3)
    canvas.circle((x, y - 432), 66, "#0d2530", flat=0.3)


def draw_names() -> Canvas:
    """Old names, connected by lines to new names."""
    canvas = Canvas("#f1e7d0")
    backdrop(canvas, "#f6eedd", "#e2cfa8")
    colours = ("#c2784e", "#7d3f35", "#2f4b4a", "#d99a3d", "#5d7f78", "#a5553f", "#3f5f86")
    old = ("Cube.017", "Cube", "Cube.003", "Cylinder.002", "Cube.021", "Plane.008", "Cube.005")
    order = (3, 0, 5, 1, 6, 2, 4)
    for index, (name, target) in enumerate(zip(old, order, strict=True)):
        colour = colours[index]
        y, end = 165 + index * 125, 165 + target * 125
        thread = [
            (660 + 640 * s, y + (end - y) * (1 - math.cos(math.pi * s)) / 2)
            for s in (step / 40 for step in range(41))
        ]
        canvas.line(thread, mix(colour, "#ffffff", 0.55), 26)
        canvas.line(thread, colour, 14)
        canvas.box(150, y - 44, 500, 88, "#ffffff", 0.85, radius=22)
        canvas.circle((204, y), 18, mix(colour, "#ffffff", 0.2))
        canvas.text((246, y), name, "#6b5a49", 42)
        canvas.box(1300, end - 44, 500, 88, colour, radius=22)
        canvas.text((1340, end), f"Harbour_crate_{target + 1:03}", "#ffffff", 42)
    return canvas


def draw_sweep() -> Canvas:
    """Connected points, and loose ones that fade out."""
    canvas = Canvas("#e4ece4")
    backdrop(canvas, "#eef4ee", "#a9c9b4")
    rng = seeded_random("sweep")
    spots = [(rng.gauss(620, 210), rng.gauss(540, 190)) for _ in range(46)]
    for index, one in enumerate(spots):
        near = sorted(spots, key=lambda spot: math.dist(spot, one))[1:4]
        for other in near if index % 5 else near[:2]:
            canvas.line([one, other], "#245c57", 4, 0.55)
    for index, spot in enumerate(spots):
        ball_with_shadow(
            canvas, *spot, 20 + index % 4 * 6, ("#245c57", "#5d9c86", "#e09f3e")[index % 3]
        )
    for index in range(60):
        x, y = rng.uniform(1180, 1860), rng.uniform(140, 960)
        canvas.circle((x, y), rng.uniform(8, 20), "#5d9c86", max(0.08, 0.75 - (x - 1180) / 800))
        canvas.line([(x, y), (x - 30 - index, y + 6)], "#5d9c86", 3, 0.2)
    for bristle in range(26):
        start = (1120 + bristle * 3, 250 + bristle * 22)
        canvas.line(
            [start, (start[0] + 110, start[1] + 26)], mix("#e09f3e", "#7d4f1a", bristle % 3 / 3), 12
        )
    canvas.line([(1100, 220), (1210, 850)], "#7d4f1a", 34)
    canvas.line([(1155, 535), (840, 980)], "#8b6a4a", 30)
    return canvas
