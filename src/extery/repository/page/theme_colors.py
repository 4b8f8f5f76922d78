"""The colours of a theme package, read from its XML in the names of Blender 4.2 and of 5.0.

Colours that a file does not set are those of Blender's own dark theme, as in Blender.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from extery.core.errors import ProblemList

Colour = tuple[float, float, float, float]

_GOOD, _POOR = 4.5, 3.0


@dataclass(frozen=True)
class ColorRole:
    """A colour by where it stands in a theme: the first path that is set counts."""

    paths: Sequence[str]
    default: str


def color_role(default: str, *paths: str) -> ColorRole:
    """``default`` is the value of Blender's own dark theme."""
    return ColorRole(paths, default)


VIEW = color_role("#3d3d3d", "view_3d.space.gradients.high_gradient")
PANEL = color_role("#3d3d3d", "user_interface.panel_back", "properties.space.panelcolors.back")
PANEL_TEXT = color_role("#e6e6e6", "user_interface.panel_text", "properties.space.text")
PROPERTIES = color_role("#303030", "properties.space.back")
OUTLINER = color_role("#282828", "outliner.space.back")
OUTLINER_TEXT = color_role("#c3c3c3", "outliner.space.text")
NODES = color_role("#1d1d1d", "node_editor.space.back")
NODE = color_role("#303030", "node_editor.node_backdrop")
NODE_TEXT = color_role("#e6e6e6", "node_editor.space.text")
BUTTON = color_role("#545454", "user_interface.wcol_regular.inner")
BUTTON_TEXT = color_role("#e6e6e6", "user_interface.wcol_regular.text")

#: What people read most: name -> text, and the grounds below it from the top to the bottom.
_PAIRS = {
    "3D View": (color_role("#ffffff", "view_3d.space.text_hi"), (VIEW,)),
    "Outliner": (OUTLINER_TEXT, (OUTLINER,)),
    "Properties": (PANEL_TEXT, (PANEL, PROPERTIES)),
    "Node Editor": (NODE_TEXT, (NODE, NODES)),
    "Text Editor": (
        color_role("#e6e6e6", "text_editor.space.text"),
        (color_role("#232323", "text_editor.space.back"),),
    ),
    "buttons": (BUTTON_TEXT, (BUTTON, PANEL, PROPERTIES)),
    "menus": (
        color_role("#dddddd", "user_interface.wcol_menu_item.text"),
        (color_role("#181818", "user_interface.wcol_menu_back.inner"), VIEW),
    ),
}


class ThemeColors:
    """The colours that a theme sets, by path such as ``view_3d.space.text``."""

    def __init__(self, colours: Mapping[str, str]) -> None:
        self.colours = colours

    @classmethod
    def parse(cls, data: bytes) -> ThemeColors | None:
        """Read a theme's file; ``None`` if it is none."""
        from extery.package.theme_xml import read_theme  # add-ons need none

        theme = read_theme(data, ProblemList())
        return cls(theme.colours) if theme and theme.is_theme else None

    def __getitem__(self, color: ColorRole) -> str:
        return next(
            (self.colours[path] for path in color.paths if path in self.colours), color.default
        )

    @property
    def has_gradient(self) -> bool:
        """Whether the 3D view goes from one colour to another; else its second one is not seen."""
        kind = self.colours.get("view_3d.space.gradients.background_type", "SINGLE_COLOR")
        return kind != "SINGLE_COLOR"

    @property
    def contrasts(self) -> dict[str, float]:
        """How well text can be read in the main editors: name -> WCAG's contrast ratio."""
        found = {}
        for name, (text, grounds) in _PAIRS.items():
            ground = _composite(self[item] for item in reversed(grounds))
            found[name] = _ratio(_blend(_rgba(self[text]), ground), ground)
        return found


def contrast_verdict(contrasts: Mapping[str, float]) -> tuple[str, str]:
    """``good``, ``weak`` or ``poor``, and a sentence for people."""
    name, lowest = min(contrasts.items(), key=lambda item: item[1])
    # Never rounded up: 4.49 is not 4.5.
    shown = f"{int(lowest * 10) / 10:.1f} : 1"
    if lowest >= _GOOD:
        return "good", f"Text is easy to read: its contrast is at least {shown} ({name})."
    weak = [name for name, ratio in contrasts.items() if ratio < _GOOD]
    where = f"{', '.join(weak[:-1])} and {weak[-1]}" if len(weak) > 1 else weak[0]
    level = "poor" if lowest < _POOR else "weak"
    return level, f"Text has {level} contrast in {where}: {shown}, where 4.5 : 1 is advised."


def _rgba(text: str) -> Colour:
    red, green, blue = (int(text[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue, int(text[7:9] or "ff", 16) / 255


def _blend(top: Colour, ground: Colour) -> Colour:
    alpha = top[3]
    red, green, blue = (
        a * alpha + b * (1 - alpha) for a, b in zip(top[:3], ground[:3], strict=True)
    )
    return red, green, blue, 1.0


def _composite(colours: Iterator[str]) -> Colour:
    """What is seen of colours laid over each other, the lowest first."""
    ground = (*_rgba(next(colours))[:3], 1.0)
    for colour in colours:
        ground = _blend(_rgba(colour), ground)
    return ground


def _luminance(colour: Colour) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _ratio(one: Colour, other: Colour) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
