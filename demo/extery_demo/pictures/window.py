"""Preview image of a theme: a Blender window in its colours."""

from __future__ import annotations

import math
import random

from extery_demo.colours import mix, readable_on
from extery_demo.pictures.canvas import Canvas
from extery_demo.pictures.scene import Scene
from extery_demo.theme_xml import Palette

_GAP = 6
_NAMES = ("Scene", "Set", "Table", "Lamp", "Camera", "Cube", "Light", "Ground", "Window")


def draw_window(palette: Palette, seed: str) -> Canvas:
    """Draw viewport, outliner, properties and either nodes or a timeline."""
    rng = random.Random(seed)  # noqa: S311 (not for secrets)
    canvas = Canvas(mix(palette.back, "#000000", 0.35))
    _top_bar(canvas, palette)
    below = 330 if rng.random() < 0.5 else 250
    split, right = 1080 - 44 - below, 1400
    _viewport(canvas, palette, 0, 60, right - _GAP, split - 60 - _GAP)
    _outliner(canvas, palette, right, 60, 1920 - right, 390)
    _properties(canvas, palette, rng, right, 456, 1920 - right, 1080 - 44 - 456)
    if below > 300:
        _nodes(canvas, palette, 0, split, right - _GAP, below)
    else:
        _timeline(canvas, palette, rng, 0, split, right - _GAP, below)
    canvas.box(0, 1042, 1920, 38, palette.header)
    canvas.text((24, 1061), "Select      Rotate View      Object", palette.text, 20)
    return canvas


def _top_bar(canvas: Canvas, palette: Palette) -> None:
    canvas.box(0, 0, 1920, 54, palette.header)
    x = 70.0
    canvas.circle((34, 27), 13, palette.accent)
    for word in ("File", "Edit", "Render", "Window", "Help"):
        canvas.text((x, 27), word, palette.text, 23)
        x += 38 + 12.5 * len(word)
    for index, word in enumerate(("Layout", "Modeling", "Shading", "Animation")):
        if index == 0:
            canvas.box(x - 20, 9, 118, 45, palette.view, radius=10)
        canvas.text((x, 29), word, palette.strong if index == 0 else palette.text, 23)
        x += 50 + 12.5 * len(word)


def _header(
    canvas: Canvas, palette: Palette, left: float, top: float, width: float, words: str
) -> None:
    canvas.box(left, top, width, 46, palette.header)
    canvas.box(left + 12, top + 8, 62, 30, palette.button, radius=7, outline=palette.line)
    canvas.text((left + 92, top + 23), words, palette.text, 21)


def _viewport(
    canvas: Canvas, palette: Palette, left: float, top: float, width: float, height: float
) -> None:
    canvas.box(left, top, width, height, palette.view)
    scene = Scene((left + width * 0.5, top + height * 0.66), min(width, height) * 0.13)
    scene.floor(canvas, mix(palette.view, palette.line, 0.6), reach=7)
    axes = (((-7, 0, 0), (7, 0, 0), "#b3423c"), ((0, -7, 0), (0, 7, 0), "#5a8f3e"))
    for start, stop, colour in axes:
        canvas.line([scene.to_canvas(start), scene.to_canvas(stop)], colour, 3)
    # Objects are grey in solid shading, independent of the theme.
    grey, dark = "#9d9d9d", "#454545"
    scene.block((-3.4, 1.2, 0), (-1.4, 3.2, 2.6), grey, dark)
    scene.draw(canvas, edge=palette.chosen, width=4)
    scene.block((-1.2, -1.2, 0), (1.2, 1.2, 2.2), "#bdbdbd", dark)
    scene.draw(canvas, edge=palette.active, width=5)
    # Neighbouring areas and the header cover drawing outside the viewport.
    canvas.box(left + width, top, 60, height, mix(palette.back, "#000000", 0.35))
    _header(canvas, palette, left, top, width, "Object Mode     View     Select     Add     Object")
    for index in range(7):
        y = top + 66 + index * 54
        colour = palette.accent if index == 1 else palette.panel
        canvas.box(left + 14, y, 48, 48, colour, radius=9)
        tone = readable_on(palette.accent) if index == 1 else palette.text
        canvas.circle((left + 38, y + 24), 9, None, outline=tone)
    canvas.text((left + 84, top + 74), "User Perspective", palette.strong, 22)
    canvas.text((left + 84, top + 104), "(1) Scene Collection | Cube", palette.strong, 22)


def _outliner(
    canvas: Canvas, palette: Palette, left: float, top: float, width: float, height: float
) -> None:
    canvas.box(left, top, width, height, palette.back)
    _header(canvas, palette, left, top, width, "")
    canvas.box(left + 150, top + 8, 240, 30, palette.field, radius=7, outline=palette.line)
    for index, name in enumerate(_NAMES):
        y, step = top + 52 + index * 37, 26 * min(index, 2)
        if index % 2:
            canvas.box(left, y, width, 37, palette.strong, 0.03)
        if name == "Cube":
            canvas.box(left, y, width, 37, mix(palette.back, palette.text, 0.18))
        icon = palette.second if index > 1 else palette.strong
        canvas.box(left + 30 + step, y + 10, 17, 17, icon, radius=4)
        chosen = {"Cube": palette.active, "Table": palette.chosen}.get(name, palette.text)
        canvas.text((left + 62 + step, y + 19), name, chosen, 21)
        canvas.circle((left + width - 34, y + 19), 7, None, outline=palette.text, width=2)


def _properties(
    canvas: Canvas,
    palette: Palette,
    rng: random.Random,
    left: float,
    top: float,
    width: float,
    height: float,
) -> None:
    canvas.box(left, top, width, height, mix(palette.panel, palette.back, 0.4))
    canvas.box(left, top, 46, height, palette.back)
    for index in range(10):
        y = top + 52 + index * 44
        if index == 5:
            canvas.box(left + 4, y - 5, 42, 42, palette.panel, radius=8)
        colour = (palette.text, palette.chosen, palette.second, palette.accent)[index % 4]
        canvas.box(left + 14, y + 6, 18, 18, colour, radius=5)
    _header(canvas, palette, left, top, width, "")
    y = top + 58
    for title, rows in (("Transform", 4), ("Material", 3), ("Display", 2)):
        if y + 56 + rows * 42 > top + height:
            break
        tall = 52 + rows * 42
        canvas.box(left + 56, y, width - 68, tall, palette.panel, radius=9)
        canvas.text((left + 80, y + 24), title, palette.strong, 22)
        for row in range(rows):
            _property(canvas, palette, rng, left + 76, y + 46 + row * 42, width - 108, row)
        y += tall + 10


def _property(
    canvas: Canvas,
    palette: Palette,
    rng: random.Random,
    left: float,
    top: float,
    width: float,
    row: int,
) -> None:
    """Draw a label and a field; some fields are sliders, some are buttons."""
    label = ("Location", "Rotation", "Scale", "Mode")[row % 4]
    canvas.text((left + width * 0.38, top + 17), label, palette.text, 20, anchor="rm")
    start, room = left + width * 0.42, width * 0.58
    if row == 3:
        canvas.box(start, top, room / 2, 34, palette.accent, radius=7)
        canvas.box(start + room / 2, top, room / 2, 34, palette.button, radius=7)
        ink = readable_on(palette.accent)
        canvas.text((start + room / 4, top + 17), "XYZ", ink, 20, anchor="mm")
        canvas.text((start + room * 3 / 4, top + 17), "Axis", palette.text, 20, anchor="mm")
        return
    canvas.box(start, top, room, 34, palette.field, radius=7, outline=palette.line)
    value = rng.random()
    if row == 1:
        canvas.box(start, top, max(20, room * value), 34, palette.accent, radius=7)
        ink = readable_on(palette.accent) if value > 0.5 else palette.text
    else:
        ink = palette.text
    canvas.text((start + room / 2, top + 17), f"{value:.3f}", ink, 20, anchor="mm")


def _nodes(
    canvas: Canvas, palette: Palette, left: float, top: float, width: float, height: float
) -> None:
    canvas.box(left, top, width, height, palette.back)
    for x in range(0, round(width), 48):
        for y in range(46, round(height), 48):
            canvas.box(left + x, top + y, 3, 3, mix(palette.back, palette.line, 0.7))
    nodes = (
        (110, 92, "Noise", palette.chosen),
        (420, 150, "Ramp", mix(palette.text, palette.panel, 0.4)),
        (740, 80, "Principled", palette.accent),
        (1090, 130, "Output", palette.warn),
    )
    for one, other in ((0, 1), (1, 2), (2, 3), (0, 2)):
        start = (left + nodes[one][0] + 220, top + nodes[one][1] + 56)
        end = (left + nodes[other][0], top + nodes[other][1] + (92 if one == 0 else 56))
        canvas.line(_noodle(start, end), palette.text, 4)
    for x, y, name, colour in nodes:
        chosen = palette.active if name == "Principled" else None
        canvas.box(left + x, top + y, 220, 168, palette.panel, radius=10, outline=chosen)
        canvas.box(left + x + 2, top + y + 2, 216, 36, colour, radius=9)
        canvas.text((left + x + 14, top + y + 20), name, readable_on(colour), 20)
        for row in range(2):
            spot = (left + x + 14, top + y + 52 + row * 38)
            canvas.box(*spot, 192, 28, palette.field, radius=6)
    _header(canvas, palette, left, top, width, "Object     View     Select     Add     Node")


def _noodle(start: tuple[float, float], end: tuple[float, float]) -> list[tuple[float, float]]:
    """Return the points of a curve that is horizontal at both ends."""
    (x0, y0), (x1, y1) = start, end
    steps = [index / 24 for index in range(25)]
    return [(x0 + (x1 - x0) * s, y0 + (y1 - y0) * (1 - math.cos(math.pi * s)) / 2) for s in steps]


def _timeline(
    canvas: Canvas,
    palette: Palette,
    rng: random.Random,
    left: float,
    top: float,
    width: float,
    height: float,
) -> None:
    canvas.box(left, top, width, height, palette.back)
    _header(canvas, palette, left, top, width, "Playback     Keying     View     Marker")
    canvas.box(left, top + 46, width, 34, mix(palette.header, palette.line, 0.25))
    canvas.box(left, top + 80, 230, height - 80, palette.panel)
    for index in range(11):
        x = left + 250 + index * 112
        canvas.text((x, top + 63), str(index * 10), palette.text, 19, anchor="mm")
        canvas.line([(x, top + 80), (x, top + height)], mix(palette.back, palette.line, 0.6), 2)
    for row, name in enumerate(("Summary", "Cube", "Camera")):
        y = top + 104 + row * 48
        canvas.text((left + 20, y), name, palette.text, 20)
        for index in range(11):
            if rng.random() < 0.55:
                colour = palette.active if rng.random() < 0.3 else palette.text
                x = left + 250 + index * 112
                canvas.polygon([(x - 10, y), (x, y - 10), (x + 10, y), (x, y + 10)], colour)
    x = left + 250 + 3.4 * 112
    canvas.line([(x, top + 64), (x, top + height)], palette.accent, 4)
    canvas.box(x - 26, top + 48, 52, 30, palette.accent, radius=7)
    canvas.text((x, top + 63), "34", readable_on(palette.accent), 20, anchor="mm")
