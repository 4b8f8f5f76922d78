"""Pictures of things that are built: stairs, stones, ropes, meshes."""

from __future__ import annotations

import math
import random

from extery_site.demo.colours import mix, rgb
from extery_site.demo.pictures.canvas import HEIGHT, WIDTH, Canvas, Point
from extery_site.demo.pictures.parts import backdrop, panel
from extery_site.demo.pictures.space import Space, around


def chance(seed: str) -> random.Random:
    """The same numbers every time."""
    return random.Random(seed)  # noqa: S311 (a drawing, not a secret)


def stairs() -> Canvas:
    """A winding staircase and a straight one."""
    canvas = Canvas("#20303a")
    backdrop(canvas, "#1b2933", "#2f4a57")
    space = Space((760, 800), 128, turn=24, tilt=24)
    space.floor(canvas, "#4a6b7a", reach=9)
    pole = [space.on_sheet((-1.9, 0.0, z)) for z in (0.0, 4.75)]
    behind, before = Space(space.centre, 128, 24, 24), Space(space.centre, 128, 24, 24)
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
        space.block(low, high, "#e3c697", "#5a3d2a")
    space.draw(canvas)
    rows = (("Form", "Winding"), ("Steps", "15"), ("Rise", "0.175 m"), ("Width", "0.9 m"))
    panel(canvas, 1390, 90, "Staircase", (*rows, ("Turn", "300\u00b0")), accent="#f28f6b")
    canvas.text((1412, 482), "Height: 2.625 m", "#b9dfe4", 30)
    return canvas


def _tread(space: Space, index: int, turn: float) -> None:
    """A step that turns around the pole."""
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
        space.face([low[side], low[other], high[other], high[side]], colour, "#16323d")
    space.face(high, colour, "#16323d")


def stones() -> Canvas:
    """Stones on a slope, the far ones smaller and paler."""
    canvas = Canvas("#e9dfcd")
    canvas.shade(["#f6ead2", "#efd9b4", "#d9b98a"])
    luck = chance("stones")
    hill = [(x, 420 - 90 * math.sin(x / 420) - 0.06 * x) for x in range(0, WIDTH + 1, 40)]
    canvas.polygon([*hill, (WIDTH, HEIGHT), (0, HEIGHT)], "#c2a27a")
    spots = sorted(
        ((luck.uniform(-40, 1960), luck.random() ** 1.4) for _ in range(330)), key=lambda s: s[1]
    )
    for x, depth in spots:
        ground = 430 - 90 * math.sin(x / 420) - 0.06 * x
        y = ground + depth * (1120 - ground)
        radius = luck.uniform(0.5, 1.0) * (8 + 50 * depth)
        tone = mix(
            luck.choice(("#8d8378", "#a79a8a", "#6d6a6c", "#b08968")), "#e4d3b4", 0.45 * (1 - depth)
        )
        _stone(canvas, luck, x, y, radius, tone)
    rows = (("Density", "8.000"), ("Size", "0.08 m"), ("Flatness", 0.55), ("Seed", "3"))
    panel(canvas, 90, 90, "Pebble Scatter", rows, accent="#c2784e", width=430)
    return canvas


def _stone(
    canvas: Canvas, luck: random.Random, x: float, y: float, radius: float, tone: str
) -> None:
    canvas.circle((x + radius * 0.2, y + radius * 0.28), radius, "#3d2a1c", 0.28, flat=0.55)
    steps = 16
    edge = [luck.uniform(0.86, 1.05) for _ in range(steps)]
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


def rope() -> Canvas:
    """Three strands around two posts."""
    canvas = Canvas("#12332d")
    backdrop(canvas, "#0e2925", "#1c4c43")
    space = Space((960, 620), 110)
    space.floor(canvas, "#2f6f62", reach=10)
    path: list[Point] = [
        (150 + t * 1620, 560 + 230 * math.sin(t * math.tau * 1.05 + 0.4) * (1 - 0.25 * t))
        for t in (index / 260 for index in range(261))
    ]
    for x, top in ((560, 260), (1290, 330)):
        canvas.box(x - 58, top + 20, 116, 620, "#0b1f1b", 0.5, radius=58)
        canvas.shade(["#8b6a4a", "#6d5038", "#513a28"], (x - 60, top, 120, 620))
        canvas.circle((x, top), 60, "#a5805c", flat=0.3)
    pieces = [piece for number in range(3) for piece in _front_of_strand(path, number)]
    for piece in sorted(pieces, key=lambda points: points[0][0]):
        canvas.line(piece, "#6d4a22", 66)
        canvas.line(piece, "#d9b06c", 54)
        canvas.line([(x - 3, y - 9) for x, y in piece], "#f2d7a4", 18)
    rows = (("Strands", "3"), ("Radius", "0.04 m"), ("Turns a Metre", "4.000"))
    panel(canvas, 1400, 90, "Lay Rope", rows, accent="#2f9a83", width=440)
    return canvas


def _front_of_strand(path: list[Point], number: int) -> list[list[Point]]:
    """The pieces of a strand that lie in front; what is behind them needs no drawing."""
    pieces: list[list[Point]] = [[]]
    for index, (x, y) in enumerate(path):
        angle = index * 0.16 + number * math.tau / 3
        if math.cos(angle) < -0.35:
            if pieces[-1]:
                pieces.append([])
            continue
        pieces[-1].append((x, y + 34 * math.sin(angle)))
    return [piece for piece in pieces if len(piece) > 1]


def ledger() -> Canvas:
    """A mesh with its faults marked."""
    canvas = Canvas("#1e2746")
    backdrop(canvas, "#182040", "#2b3763")
    luck = chance("ledger")
    columns, rows = 11, 7
    points = [
        [
            (60 + c * 128 + luck.uniform(-30, 30), 110 + r * 140 + luck.uniform(-30, 30))
            for c in range(columns)
        ]
        for r in range(rows)
    ]
    for row in range(rows - 1):
        for column in range(columns - 1):
            corners = [
                points[row][column],
                points[row][column + 1],
                points[row + 1][column + 1],
                points[row + 1][column],
            ]
            if (row, column) in {(1, 6), (2, 6), (2, 7)}:
                continue
            light = 0.25 + 0.5 * luck.random()
            if (row, column) == (4, 3):
                canvas.polygon(corners, "#f0c27a")
                continue
            canvas.polygon(corners[:3], mix("#33478f", "#6f86d6", light))
            canvas.polygon([corners[0], *corners[2:]], mix("#33478f", "#6f86d6", light + 0.18))
            for start, end in ((0, 1), (1, 2), (2, 3), (3, 0), (0, 2)):
                canvas.line([corners[start], corners[end]], "#c3cdf3", 2, 0.7)
    hole = [(1, 6), (1, 7), (2, 7), (2, 8), (3, 8), (3, 7), (3, 6), (2, 6), (1, 6)]
    canvas.line([points[row][column] for row, column in hole], "#ff7a6b", 9)
    for row, column in hole:
        canvas.circle(points[row][column], 11, "#ff7a6b")
    canvas.circle((955, 395), 15, "#f0c27a", outline="#ffffff")
    rows_found = (
        ("1", "Loose vertex"),
        ("8", "Open borders"),
        ("1", "More than four"),
        ("0", "Without area"),
    )
    panel(canvas, 1370, 190, "Mesh Ledger", rows_found, accent="#f0c27a", button="Check Mesh")
    return canvas


def texels() -> Canvas:
    """Blocks with checkers of different density, from blue to red."""
    canvas = Canvas("#23272b")
    backdrop(canvas, "#1d2126", "#343b44")
    shades = ("#3c6e8f", "#4f9aa8", "#7fb069", "#e6c84f", "#e0803a", "#c8434a")
    space = Space((990, 650), 132, turn=17, tilt=25)
    space.floor(canvas, "#4d5762", reach=10)
    for index, colour in enumerate(shades):
        x, cells = -6.2 + index * 2.15, 2 + index * 2
        for top in (False, True):
            for row in range(cells):
                for column in range(cells):
                    tone = colour if (row + column) % 2 else mix(colour, "#ffffff", 0.55)
                    _checker(space, x, 1.7 / cells, row, column, tone, top=top)
    space.draw(canvas, width=1.0)
    for index, number in enumerate((128, 256, 384, 512, 768, 1024)):
        at = space.on_sheet((-5.35 + index * 2.15, 0, 0))
        canvas.text((at[0], at[1] + 75), f"{number}", shades[index], 46, anchor="mm")
    canvas.text((960, 120), "pixels a metre", "#b9bec7", 40, anchor="mm")
    return canvas


def _checker(
    space: Space, x: float, side: float, row: int, column: int, tone: str, *, top: bool
) -> None:
    a, b = x + column * side, x + (column + 1) * side
    if top:
        near, far = row * side, (row + 1) * side
        space.face([(a, near, 1.7), (b, near, 1.7), (b, far, 1.7), (a, far, 1.7)], tone, "#222222")
        return
    low, high = row * side, (row + 1) * side
    space.face([(a, 0, low), (b, 0, low), (b, 0, high), (a, 0, high)], tone, "#222222")
    far = column * side
    space.face(
        [(x, far + side, low), (x, far, low), (x, far, high), (x, far + side, high)],
        tone,
        "#111111",
    )


def chalk() -> Canvas:
    """A house in chalk, with the lengths of its walls."""
    canvas = Canvas("#2f4b4a")
    backdrop(canvas, "#28403f", "#38605c")
    space = Space((930, 700), 142, turn=32, tilt=24)
    space.floor(canvas, "#4f7a75", reach=8)
    wide, deep, high, roof = 3.4, 2.4, 2.2, 3.7
    low = [(-wide, -deep, 0.0), (wide, -deep, 0.0), (wide, deep, 0.0), (-wide, deep, 0.0)]
    up = [(x, y, high) for x, y, _ in low]
    ridge = [(-wide, 0.0, roof), (wide, 0.0, roof)]
    edges = [(low[i], low[(i + 1) % 4]) for i in range(4)] + [
        (up[i], up[(i + 1) % 4]) for i in range(4)
    ]
    edges += [(low[i], up[i]) for i in range(4)] + [(ridge[0], ridge[1])]
    edges += [(up[0], ridge[0]), (up[3], ridge[0]), (up[1], ridge[1]), (up[2], ridge[1])]
    walls = ([low[0], low[1], up[1], up[0]], [low[1], low[2], up[2], up[1]])
    for spots in (*walls, [up[0], up[1], ridge[1], ridge[0]], [up[1], up[2], ridge[1]]):
        canvas.polygon([space.on_sheet(spot) for spot in spots], "#f1e7d0", 0.1)
    for start, end in edges:
        canvas.line([space.on_sheet(start), space.on_sheet(end)], "#f1e7d0", 5, 0.85)
    measures = (
        (low[0], low[1], "6.800 m"),
        (low[1], low[2], "4.800 m"),
        (low[0], up[0], "2.200 m"),
        (up[1], ridge[1], "2.830 m"),
    )
    for start, end, text in measures:
        one, other = space.on_sheet(start), space.on_sheet(end)
        canvas.line([one, other], "#e09f3e", 9)
        for spot in (one, other):
            canvas.circle(spot, 13, "#e09f3e")
        middle = ((one[0] + other[0]) / 2, (one[1] + other[1]) / 2)
        canvas.box(middle[0] - 95, middle[1] - 32, 190, 64, "#1f3534", 0.92, radius=14)
        canvas.text(middle, text, "#f6dfb2", 34, anchor="mm")
    return canvas


def ring() -> Canvas:
    """Stools around a table, with room for one more."""
    canvas = Canvas("#efe4e1")
    backdrop(canvas, "#f5ece8", "#dcb0ab")
    space = Space((960, 620), 128, turn=20, tilt=38)
    space.floor(canvas, "#c99a95", reach=9)
    empty, *seats = [space.on_sheet(spot) for spot in around(12, 3.7, start=-2.3)]
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
    """A low cylinder that stands at (x, y)."""
    canvas.circle((x + radius * 0.25, y + 6), radius * 1.05, "#5f2f3a", 0.25, flat=0.62)
    canvas.circle((x, y), radius, mix(colour, "#1d0f16", 0.5), flat=0.62)
    canvas.box(x - radius, y - tall, 2 * radius, tall, mix(colour, "#1d0f16", 0.5))
    canvas.box(x - radius, y - tall, radius * 0.9, tall, mix(colour, "#1d0f16", 0.28), 0.7)
    canvas.circle((x, y - tall), radius, mix(colour, "#ffffff", 0.22), flat=0.62)


def palette_ball(canvas: Canvas, x: float, y: float, radius: float, colour: str) -> None:
    """A ball with its shadow."""
    canvas.circle((x + radius * 0.15, y + radius * 0.93), radius * 0.95, "#000000", 0.22, flat=0.22)
    canvas.ball((x, y), radius, rgb(colour))
