"""Pictures of themes: a drawing of Blender's window in the colours of the theme.

All pictures of a page share one drawing (`SPRITE`); a theme adds its colours as CSS variables, so a picture
has a few hundred bytes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from extery.package.theme_colors import PREVIEW_ROLES, ThemeColors

#: Colours in the drawing itself, for those that a theme does not change.
_DEFAULTS = {name: item.default for name, item in PREVIEW_ROLES.items()}


def styles(theme: ThemeColors) -> str:
    """Return the CSS variables of a theme's picture: those that differ from the drawing."""
    colours = theme.preview_colors()
    return ";".join(
        f"--{name}:{_short(colour)}"
        for name, colour in colours.items()
        if colour != _DEFAULTS[name]
    )


def picture(style: str) -> str:
    """Return the picture of a theme from its `styles`, for a page that contains the `SPRITE`."""
    return (
        f'<svg viewBox="0 0 320 180" aria-hidden="true" style="{style}">'
        '<use href="#blender"/></svg>'
    )


def standalone_picture(theme: ThemeColors, *, as_deuteranope: bool = False) -> str:
    """Return the picture of a theme as an SVG file with its colours as attributes: a page needs no inline style.

    With ``as_deuteranope``, as someone sees it who does not tell red and green apart.
    """
    colours = theme.preview_colors()

    def attributes(found: re.Match[str]) -> str:
        pairs = (pair.partition(":") for pair in found[1].split(";"))
        return " ".join(f'{name}="{_color_of(value, colours)}"' for name, _, value in pairs)

    drawing = SPRITE.replace('<symbol id="blender" viewBox="0 0 320 180">', "<g{}>").replace(
        "</symbol>", "</g>"
    )
    drawing = re.sub(r'style="([^"]*)"', attributes, drawing)
    seen, filter_ = (' filter="url(#seen)"', _SEEN) if as_deuteranope else ("", "")
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 180" width="1280" height="720">'
        f"{filter_}{drawing.replace('{}', seen, 1)}</svg>"
    )


#: The matrix of Viénot, Brettel and Mollon (1999) for people without green cones.
_SEEN = (
    '<filter id="seen" color-interpolation-filters="linearRGB"><feColorMatrix values="'
    '0.29275 0.70725 0 0 0 0.29275 0.70725 0 0 0 -0.02234 0.02234 1 0 0 0 0 0 1 0"/></filter>'
)


def _color_of(value: str, colours: Mapping[str, str]) -> str:
    """Return a value of a style of the drawing, with the colour of its variable if it is one."""
    found = re.match(r"var\(--(\w+),", value)
    return _short(colours[found[1]]) if found else value


def _short(colour: str) -> str:
    """Return ``#rrggbb`` for an opaque colour, and ``#rgb`` if that is equal."""
    if len(colour) == 9 and colour.endswith("ff"):
        colour = colour[:7]
    return f"#{colour[1::2]}" if colour[1::2] == colour[2::2] else colour


def _fill(name: str) -> str:
    return f'style="fill:var(--{name},{_short(_DEFAULTS[name])})"'


def _line(name: str, width: float = 1) -> str:
    colour = f"var(--{name},{_short(_DEFAULTS[name])})"
    return f'style="fill:none;stroke:{colour};stroke-width:{width:g}"'


def _box(name: str, x: float, y: float, width: float, height: float, round_: float = 0) -> str:
    corner = f' rx="{round_:g}"' if round_ else ""
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"{corner} {_fill(name)}/>'
    )


def _path(name: str, shape: str, width: float = 1) -> str:
    return f'<path d="{shape}" {_line(name, width)}/>'


def _words(name: str, x: float, y: float, words: str) -> str:
    return f'<text x="{x:g}" y="{y:g}" {_fill(name)}>{words}</text>'


def _top_bar() -> list[str]:
    return [
        _box("gap", 0, 0, 320, 180),
        _box("bar", 0, 0, 320, 12),
        _box("bar2", 0, 0, 320, 12),
        _words("bart", 6, 8.4, "File"),
        _words("bart", 23, 8.4, "Edit"),
        _words("bart", 41, 8.4, "Render"),
        _box("tab", 80, 2, 30, 10, 2),
        _words("tabt", 86, 8.4, "Layout"),
        _words("bart", 117, 8.4, "Modeling"),
        _words("bart", 152, 8.4, "Shading"),
    ]


def _view() -> list[str]:
    """Return the 3D view: grid and axes, selected and other objects, tools, and the header."""
    left = " ".join(f"M{106 - 40 * n} 60 {106 - 116 * n} 108" for n in (-2, -1, 1, 2))
    across = " ".join(f"M0 {y}H211" for y in (61, 66, 74, 87))
    cube = "M92 52 116 44 138 52 138 78 113 88 92 79Z"
    return [
        _box("view2", 0, 13, 211, 95),
        _box("view", 0, 13, 211, 50),
        f'<g opacity=".5">{_box("view", 0, 63, 211, 22)}</g>',
        _path("grid", f"{left} {across}", 0.8),
        _path("x", "M14 91 198 52", 0.9),
        _path("y", "M33 52 181 104", 0.9),
        '<path d="M92 52 116 44 138 52 113 60Z" fill="#c4c4c4"/>',
        '<path d="M92 52 113 60 113 88 92 79Z" fill="#8e8e8e"/>',
        '<path d="M113 60 138 52 138 78 113 88Z" fill="#6d6d6d"/>',
        _path("act", cube, 1.6),
        '<circle cx="160" cy="47" r="9" fill="#9c9c9c"/>',
        f'<circle cx="160" cy="47" r="9" {_line("sel", 1.4)}/>',
        _path("wire", "M60 44 76 40 78 52 62 56ZM60 44 50 54 62 56M50 54 78 52"),
        _box("head", 0, 13, 211, 10),
        _box("menu", 5, 15, 32, 6, 1.5),
        _words("menut", 8, 20, "Object"),
        _words("headt", 43, 20.2, "View"),
        _words("headt", 62, 20.2, "Select"),
        _words("headt", 84, 20.2, "Add"),
        _words("over", 20, 31, "User Perspective"),
        _words("over", 20, 38, "Collection | Cube"),
        _box("tool2", 5, 27, 10, 10, 2),
        *[_box("tool", 5, 38 + 11 * n, 10, 10, 2) for n in range(4)],
        _path("x", "M192 38 203 35", 1.4),
        _path("y", "M192 38 186 46", 1.4),
        _path("z", "M192 38V27", 1.4),
        f'<circle cx="203" cy="35" r="3" {_fill("x")}/>',
        f'<circle cx="186" cy="46" r="3" {_fill("y")}/>',
        f'<circle cx="192" cy="27" r="3" {_fill("z")}/>',
    ]


def _outliner() -> list[str]:
    rows = (("ico", "Collection"), ("icoo", "Camera"), ("icod", "Cube"), ("icoo", "Light"))
    parts = [_box("out", 213, 13, 107, 52)]
    parts += [_box("alt", 213, 24 + 20 * n, 107, 10) for n in (0, 1)]
    parts.append(_box("row", 213, 44, 107, 10))
    parts.append(_words("outt", 218, 21, "Scene Collection"))
    for index, (icon, name) in enumerate(rows):
        y = 24 + 10 * index
        x = 221 if index == 0 else 228
        parts.append(_box(icon, x, y + 2.5, 5, 5, 1))
        parts.append(_words("rowt" if name == "Cube" else "outt", x + 8, y + 7.2, name))
    return parts


def _properties() -> list[str]:
    parts = [
        _box("prop", 213, 67, 107, 113),
        _box("nav", 213, 67, 11, 113),
        *[
            _box(c, 216, 72 + 10 * n, 5, 5, 1)
            for n, c in enumerate(("ico", "icoo", "icom", "icod"))
        ],
        _box("pan", 228, 71, 88, 52, 2.5),
        _words("pant", 233, 78, "Transform"),
        _box("pan2", 228, 81, 88, 42, 2.5),
    ]
    for index, axis in enumerate("XYZ"):
        y = 84 + 9 * index
        parts.append(_words("pant", 233, y + 5.4, f"Location {axis}" if not index else axis))
        parts.append(_box("num", 268, y, 43, 7.4, 1.5))
        parts.append(_words("numt", 281, y + 5.4, ("0.25 m", "1.8 m", "-3 m")[index]))
    return [
        *parts,
        _words("pant", 233, 117, "Size"),
        _box("num", 268, 111.6, 43, 7.4, 1.5),
        _box("sli", 268, 111.6, 26, 7.4, 1.5),
        _words("numt", 283, 117, "0.600"),
        _box("pan", 228, 127, 88, 49, 2.5),
        _words("pant", 233, 134, "Material"),
        _box("menu", 233, 139, 78, 8, 1.5),
        _words("menut", 237, 145, "Principled"),
        _box("chk", 233, 151, 6, 6, 1.2),
        _words("pant", 242, 156, "Shadows"),
        _box("but", 233, 162, 78, 9, 1.5),
        _words("butt", 258, 168.3, "Assign"),
    ]


def _node(x: float, y: float, colour: str, title: str, *, active: bool = False) -> list[str]:
    edge = [_path("on", f"M{x} {y}h44v36h-44Z", 1.2)] if active else []
    return [
        _box("box", x, y, 44, 36, 2),
        _box(colour, x, y, 44, 9, 2),
        _words("boxt", x + 4, y + 6.6, title),
        _words("boxt", x + 4, y + 17, "Color"),
        _words("boxt", x + 4, y + 27, "Value"),
        *edge,
    ]


def _node_editor() -> list[str]:
    dots = " ".join(f"M{x} 109V180" for x in range(14, 211, 24))
    across = " ".join(f"M0 {y}H211" for y in (126, 150, 174))
    return [
        _box("nod", 0, 110, 211, 70),
        _path("nodg", f"{dots} {across}", 0.7),
        *_node(14, 124, "in", "Texture"),
        *_node(82, 118, "mid", "Shader", active=True),
        *_node(152, 130, "end", "Output"),
        _path("nodw", "M58 138C70 138 70 132 82 132M58 148C70 148 70 142 82 142", 1.3),
        _path("nodw", "M126 132C139 132 139 145 152 145", 1.3),
    ]


def _sprite() -> str:
    parts = (_top_bar, _view, _outliner, _properties, _node_editor)
    shapes = "".join(shape for part in parts for shape in part())
    # Later shapes are drawn above earlier ones.
    return (
        '<symbol id="blender" viewBox="0 0 320 180"><g font-size="5.4" '
        f'font-family="Inter,system-ui,sans-serif">{shapes}</g></symbol>'
    )


#: The symbol that pictures of themes use; the page needs it in a hidden ``<svg>``.
SPRITE = _sprite()
