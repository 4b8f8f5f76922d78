"""Pictures for mesh checks and measuring: mesh errors, texel density, a measured house."""

from __future__ import annotations

from extery_demo.colours import mix
from extery_demo.pictures.canvas import Canvas
from extery_demo.pictures.scene import Scene
from extery_demo.pictures.widgets import backdrop, panel, seeded_random


def draw_ledger() -> Canvas:
    """A mesh with its errors marked."""
    canvas = Canvas("#1e2746")
    backdrop(canvas, "#182040", "#2b3763")
    rng = seeded_random("ledger")
    columns, rows = 11, 7
    points = [
        [
            (60 + c * 128 + rng.uniform(-30, 30), 110 + r * 140 + rng.uniform(-30, 30))
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
            light = 0.25 + 0.5 * rng.random()
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
    counts = (
        ("1", "Loose vertex"),
        ("8", "Open borders"),
        ("1", "More than four"),
        ("0", "Without area"),
    )
    panel(canvas, 1370, 190, "Mesh Ledger", counts, accent="#f0c27a", button="Check Mesh")
    return canvas


def draw_texels() -> Canvas:
    """Blocks with checkers of different density, from blue to red."""
    canvas = Canvas("#23272b")
    backdrop(canvas, "#1d2126", "#343b44")
    shades = ("#3c6e8f", "#4f9aa8", "#7fb069", "#e6c84f", "#e0803a", "#c8434a")
    scene = Scene((990, 650), 132, turn=17, tilt=25)
    scene.floor(canvas, "#4d5762", reach=10)
    for index, colour in enumerate(shades):
        x, cells = -6.2 + index * 2.15, 2 + index * 2
        for top in (False, True):
            for row in range(cells):
                for column in range(cells):
                    tone = colour if (row + column) % 2 else mix(colour, "#ffffff", 0.55)
                    _checker(scene, x, 1.7 / cells, row, column, tone, top=top)
    scene.draw(canvas, width=1.0)
    for index, number in enumerate((128, 256, 384, 512, 768, 1024)):
        at = scene.to_canvas((-5.35 + index * 2.15, 0, 0))
        canvas.text((at[0], at[1] + 75), f"{number}", shades[index], 46, anchor="mm")
    canvas.text((960, 120), "pixels a metre", "#b9bec7", 40, anchor="mm")
    return canvas


def _checker(
    scene: Scene, x: float, side: float, row: int, column: int, tone: str, *, top: bool
) -> None:
    a, b = x + column * side, x + (column + 1) * side
    if top:
        near, far = row * side, (row + 1) * side
        scene.face([(a, near, 1.7), (b, near, 1.7), (b, far, 1.7), (a, far, 1.7)], tone, "#222222")
        return
    low, high = row * side, (row + 1) * side
    scene.face([(a, 0, low), (b, 0, low), (b, 0, high), (a, 0, high)], tone, "#222222")
    far = column * side
    scene.face(
        [(x, far + side, low), (x, far, low), (x, far, high), (x, far + side, high)],
        tone,
        "#111111",
    )


def draw_chalk() -> Canvas:
    """A house in chalk, with the lengths of its walls."""
    canvas = Canvas("#2f4b4a")
    backdrop(canvas, "#28403f", "#38605c")
    scene = Scene((930, 700), 142, turn=32, tilt=24)
    scene.floor(canvas, "#4f7a75", reach=8)
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
        canvas.polygon([scene.to_canvas(spot) for spot in spots], "#f1e7d0", 0.1)
    for start, end in edges:
        canvas.line([scene.to_canvas(start), scene.to_canvas(end)], "#f1e7d0", 5, 0.85)
    measures = (
        (low[0], low[1], "6.800 m"),
        (low[1], low[2], "4.800 m"),
        (low[0], up[0], "2.200 m"),
        (up[1], ridge[1], "2.830 m"),
    )
    for start, end, text in measures:
        one, other = scene.to_canvas(start), scene.to_canvas(end)
        canvas.line([one, other], "#e09f3e", 9)
        for spot in (one, other):
            canvas.circle(spot, 13, "#e09f3e")
        middle = ((one[0] + other[0]) / 2, (one[1] + other[1]) / 2)
        canvas.box(middle[0] - 95, middle[1] - 32, 190, 64, "#1f3534", 0.92, radius=14)
        canvas.text(middle, text, "#f6dfb2", 34, anchor="mm")
    return canvas
