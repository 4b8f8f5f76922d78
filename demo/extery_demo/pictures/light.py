"""Pictures for lighting and colour: lamps, swatches, skies, a photograph."""

from __future__ import annotations

import math

from extery_demo.colours import mix, rgb
from extery_demo.pictures.canvas import HEIGHT, WIDTH, Canvas
from extery_demo.pictures.widgets import ball_with_shadow, panel

_HORIZON = 700


def draw_lanterns() -> Canvas:
    """A ball between a warm, a cool and a rim light."""
    canvas = Canvas("#16181d")
    canvas.gradient(["#14161b", "#1d2026", "#30333a", "#23252b"])
    canvas.glow((240, 300), 760, "#f2a65a", 0.75)
    canvas.glow((1700, 460), 780, "#5a86c8", 0.5)
    canvas.glow((1120, 60), 460, "#ffffff", 0.6)
    canvas.circle((960, 880), 420, "#08090b", 0.55, flat=0.2)
    canvas.ball((960, 590), 300, rgb("#d8c2b0"), (-0.66, -0.42))
    canvas.arc((960, 590), 292, 285, 352, "#dfe8ff", 16)
    lamps = (
        (300, 330, "#ffc98a", "Key"),
        (1640, 480, "#a8c4f0", "Fill"),
        (1130, 110, "#ffffff", "Rim"),
    )
    for x, y, colour, name in lamps:
        angle = math.atan2(590 - y, 960 - x)
        ux, uy = math.cos(angle), math.sin(angle)
        reach = 120 if name == "Fill" else 70
        ends = [(x - uy * reach, y + ux * reach), (x + uy * reach, y - ux * reach)]
        canvas.line(ends, colour, 20)
        canvas.line([(x, y), (x + ux * 130, y + uy * 130)], colour, 4, 0.9)
        canvas.text((x - ux * 70, y - uy * 70), name, colour, 42, anchor="mm")
    rows = (("Strength", "60.000"), ("Key to Fill", "4.000"), ("Warm and Cool", 0.5))
    panel(canvas, 90, 720, "Lantern Kit", rows, accent="#c9843c", width=450)
    return canvas


def draw_swatches() -> Canvas:
    """Balls in the colours of a list."""
    colours = (
        *("#1d3557", "#457b9d", "#a8dadc", "#f1faee", "#e63946", "#b5838d"),
        *("#ffb703", "#fb8500", "#606c38", "#dda15e", "#6d597a", "#355070"),
    )
    canvas = Canvas("#d8d4cc")
    canvas.gradient(["#e8e4dc", "#d8d4cc", "#b8b1a5"])
    for row in range(3):
        y = 340 + row * 275
        canvas.box(90, y + 102, 1210, 26, "#8a7f70", radius=10)
        canvas.box(90, y + 98, 1210, 12, "#a2968a", radius=6)
        for column in range(4):
            colour = colours[row * 4 + column]
            ball_with_shadow(canvas, 250 + column * 295, y, 104, colour)
    canvas.box(1390, 110, 440, 860, "#2b2d33", radius=22)
    canvas.text((1424, 160), "palette.css", "#b9bec7", 30)
    for index, colour in enumerate(colours):
        y = 232 + index * 60
        canvas.box(1424, y - 19, 38, 38, colour, radius=8)
        canvas.text((1486, y), colour, "#f2f4f7", 34)
    return canvas


def draw_sky() -> Canvas:
    """The path of the sun over a day."""
    canvas = Canvas("#20304a")
    hours = ("#8a4f6d", "#e39a7b", "#9cc3dd", "#5a9fd4", "#7fb3d5", "#f0b27a", "#b3543c")
    column = WIDTH / 210
    for index in range(210):
        share = index / 209 * (len(hours) - 1)
        start = min(int(share), len(hours) - 2)
        tone = mix(hours[start], hours[start + 1], share - start)
        top = mix(tone, "#1d3557", 0.35)
        canvas.gradient(
            [top, tone, mix(tone, "#fff1d6", 0.35)], (index * column, 0, column + 1, _HORIZON + 30)
        )
    arc = [_sun_at(step / 60) for step in range(61)]
    for number in range(0, 60, 2):
        canvas.line(arc[number : number + 2], "#ffffff", 4, 0.7)
    for hour in range(5, 20, 2):
        x, y = _sun_at((hour - 5) / 14)
        height = (_HORIZON - y) / 520
        if hour == 15:
            canvas.glow((x, y), 260, "#fff3c4", 0.8)
        canvas.circle((x, y), 40 if hour == 15 else 18, mix("#f0743a", "#fff6dc", height))
        canvas.text((x, y + 74), f"{hour}:00", "#ffffff", 32, anchor="mm")
    ground = [(x, _HORIZON + 14 * math.sin(x / 130)) for x in range(0, WIDTH + 1, 40)]
    canvas.polygon([*ground, (WIDTH, HEIGHT), (0, HEIGHT)], "#24352f")
    for index in range(9):
        x, tall = 120 + index * 215, 60 + index * 37 % 110
        canvas.polygon(
            [(x + 60, 790), (x + 120, 790), (x - 260 + index * 10, 960), (x - 330, 960)],
            "#131e1a",
            0.6,
        )
        canvas.box(x, 790 - tall, 120, tall, mix("#3d5a50", "#e39a7b", index / 14))
        canvas.polygon(
            [(x - 14, 790 - tall), (x + 134, 790 - tall), (x + 60, 730 - tall)], "#6d4436"
        )
    rows = (("Latitude", "48\u00b0"), ("Day of the Year", "172"), ("Hour", "15.00"))
    panel(canvas, 1380, 800, "Sky Dial", rows, accent="#e39a4b")
    return canvas


def _sun_at(share: float) -> tuple[float, float]:
    return 150 + share * 1620, _HORIZON - 30 - 520 * math.sin(math.pi * share)


def draw_darkroom() -> Canvas:
    """A landscape before and after."""
    canvas = Canvas("#1d2b3a")
    canvas.gradient(["#26364a", "#6d5a7a", "#e08a5b", "#f6c66b"], (0, 0, WIDTH, 640))
    canvas.circle((1180, 560), 84, "#fff0c9")
    for layer in range(5):
        base, tone = 520 + layer * 105, mix("#7a5a72", "#141a24", layer / 4)
        ridge = [
            (
                x,
                base
                + (46 - layer * 4) * math.sin(x / (170 - layer * 18) + layer * 2.1)
                + 20 * math.sin(x / 61 + layer),
            )
            for x in range(0, WIDTH + 1, 16)
        ]
        canvas.polygon([*ridge, (WIDTH, HEIGHT), (0, HEIGHT)], tone)
    half = WIDTH // 2
    canvas.glow((1180, 560), 430, "#ffd79a", 0.75)
    canvas.circle((1180, 560), 84, "#fffaf0")
    for offset, colour in ((-5, "#ff5a4f"), (5, "#4fb0ff")):
        canvas.circle((1180 + offset, 560), 88, None, 0.8, outline=colour, width=4)
    canvas.vignette(half, 0.85)
    canvas.box(half - 3, 0, 6, HEIGHT, "#ffffff")
    canvas.circle((half, 900), 40, "#ffffff")
    canvas.polygon([(half - 28, 900), (half - 10, 884), (half - 10, 916)], "#141a24")
    canvas.polygon([(half + 28, 900), (half + 10, 884), (half + 10, 916)], "#141a24")
    canvas.text((60, 70), "Before", "#ffffff", 44)
    canvas.text((WIDTH - 60, 70), "After", "#ffffff", 44, anchor="rm")
    return canvas
