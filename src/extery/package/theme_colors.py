"""The colours of a theme package, read from its XML in the names of Blender 4.2, 5.0 and 5.3.

Colours that a file does not set are those of Blender's own dark theme, as in Blender.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from extery.core.errors import ProblemList

Colour = tuple[float, float, float, float]

#: Ratios of WCAG 2: enough for all text, and the least for large text.
GOOD_CONTRAST, POOR_CONTRAST = 4.5, 3.0


@dataclass(frozen=True)
class ColorRole:
    """A colour of Blender's interface: the paths where a theme can set it, the first of which counts."""

    paths: Sequence[str]
    default: str


def color_role(default: str, *paths: str) -> ColorRole:
    """Return the role with these paths; ``default`` is the colour of Blender's own dark theme."""
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

_UI = "user_interface"

#: The colours of the drawing of a theme: short name -> role.
PREVIEW_ROLES: dict[str, ColorRole] = {
    "gap": color_role("#161616", f"{_UI}.editor_border", f"{_UI}.editor_outline"),
    "bar": color_role("#181818", "topbar.space.back"),
    "bar2": color_role("#181818b3", "topbar.space.header"),
    "bart": color_role("#eeeeee", "topbar.space.header_text", "topbar.space.text"),
    "tab": color_role("#303030", f"{_UI}.wcol_tab.inner_sel"),
    "tabt": color_role("#ffffff", f"{_UI}.wcol_tab.text_sel"),
    "view": VIEW,
    "view2": color_role("#3d3d3d", "view_3d.space.gradients.gradient"),
    "head": color_role("#303030b3", "view_3d.space.header"),
    "headt": color_role("#eeeeee", "view_3d.space.header_text", "view_3d.space.text"),
    "over": color_role("#ffffff", "view_3d.space.text_hi"),
    "grid": color_role("#54545480", "view_3d.grid"),
    "x": color_role("#ff3352", f"{_UI}.axis_x"),
    "y": color_role("#8bdc00", f"{_UI}.axis_y"),
    "z": color_role("#2890ff", f"{_UI}.axis_z"),
    "act": color_role("#ffa028", "view_3d.object_active"),
    "sel": color_role("#ed5700", "view_3d.object_selected"),
    "wire": color_role("#000000", "view_3d.wire"),
    "tool": color_role("#282828", f"{_UI}.wcol_toolbar_item.inner"),
    "tool2": color_role("#4772b3", f"{_UI}.wcol_toolbar_item.inner_sel"),
    "out": OUTLINER,
    "outt": OUTLINER_TEXT,
    "alt": color_role("#ffffff04", "outliner.row_alternate"),
    "row": color_role("#334d80", "outliner.active"),
    "rowt": color_role("#ffaf29", "outliner.active_object"),
    "ico": color_role("#ffffff", f"{_UI}.icon_collection"),
    "icoo": color_role("#e19658", f"{_UI}.icon_object"),
    "icod": color_role("#00d4a3", f"{_UI}.icon_object_data"),
    "icom": color_role("#74a2ff", f"{_UI}.icon_modifier"),
    "prop": PROPERTIES,
    "nav": color_role("#1d1d1d", "properties.space.navigation_bar", f"{_UI}.wcol_tab.inner"),
    "pan": PANEL,
    "pan2": color_role(
        "#0000001f", f"{_UI}.panel_sub_back", "properties.space.panelcolors.sub_back"
    ),
    "pant": PANEL_TEXT,
    "num": color_role("#545454", f"{_UI}.wcol_num.inner"),
    "numt": color_role("#e6e6e6", f"{_UI}.wcol_num.text"),
    "sli": color_role("#4772b3", f"{_UI}.wcol_numslider.item"),
    "menu": color_role("#282828", f"{_UI}.wcol_menu.inner"),
    "menut": color_role("#e6e6e6", f"{_UI}.wcol_menu.text"),
    "but": BUTTON,
    "butt": BUTTON_TEXT,
    "chk": color_role("#4772b3", f"{_UI}.wcol_option.inner_sel"),
    "nod": NODES,
    "nodg": color_role("#282828", "node_editor.grid"),
    "box": NODE,
    "boxt": NODE_TEXT,
    "nodw": color_role("#8d8d8d", "node_editor.wire_inner"),
    "in": color_role("#ff3371", "node_editor.input_node"),
    "mid": color_role("#24b524", "node_editor.shader_node"),
    "end": color_role("#4d0017", "node_editor.output_node"),
    "on": color_role("#ffffff", "node_editor.node_active"),
}

#: The texts that people read most: name -> text colour, and the backgrounds below it from top to bottom.
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


class TextContrast(NamedTuple):
    """The contrast of a text that people read: its role, the name of its place, both colours as seen, and their ratio."""

    name: str
    role: ColorRole
    text: str
    background: str
    ratio: float


class ThemeColors:
    """The colours that a theme sets, by path such as ``view_3d.space.text``."""

    def __init__(self, colours: Mapping[str, str]) -> None:
        self.colours = colours

    @classmethod
    def parse(cls, data: bytes) -> ThemeColors | None:
        """Parse the XML of a theme; ``None`` if it is not a theme."""
        from extery.package.theme_xml import read_theme  # not needed for add-ons

        theme = read_theme(data, ProblemList())
        return cls(theme.colours) if theme and theme.is_theme else None

    def __getitem__(self, color: ColorRole) -> str:
        return next(
            (self.colours[path] for path in color.paths if path in self.colours), color.default
        )

    @property
    def has_gradient(self) -> bool:
        """Whether the background of the 3D view is a gradient of two colours; otherwise the second is unused."""
        kind = self.colours.get("view_3d.space.gradients.background_type", "SINGLE_COLOR")
        return kind != "SINGLE_COLOR"

    def preview_colors(self) -> dict[str, str]:
        """Return the colour of each of the `PREVIEW_ROLES`."""
        colours = {name: self[role] for name, role in PREVIEW_ROLES.items()}
        if not self.has_gradient:
            colours["view2"] = colours["view"]
        return colours

    @property
    def contrasts(self) -> dict[str, float]:
        """The contrast ratio (WCAG) of text in each of the main editors, by name."""
        return {text.name: text.ratio for text in self.texts()}

    def texts(self) -> Iterator[TextContrast]:
        """Yield the text of each of the main editors with its contrast (WCAG) to what is below it."""
        for name, (role, backgrounds) in _PAIRS.items():
            background = _composite(self[layer] for layer in reversed(backgrounds))
            text = _blend(_rgba(self[role]), background)
            yield TextContrast(name, role, _hex(text), _hex(background), _ratio(text, background))


def contrast_verdict(contrasts: Mapping[str, float]) -> tuple[str, str]:
    """Return ``good``, ``weak`` or ``poor``, and a sentence that explains it."""
    name, lowest = min(contrasts.items(), key=lambda item: item[1])
    # Rounded down: 4.49 is below 4.5.
    ratio_text = f"{int(lowest * 10) / 10:.1f} : 1"
    if lowest >= GOOD_CONTRAST:
        return "good", f"Text is easy to read: its contrast is at least {ratio_text} ({name})."
    weak = [name for name, ratio in contrasts.items() if ratio < GOOD_CONTRAST]
    where = f"{', '.join(weak[:-1])} and {weak[-1]}" if len(weak) > 1 else weak[0]
    level = "poor" if lowest < POOR_CONTRAST else "weak"
    return level, f"Text has {level} contrast in {where}: {ratio_text}, where 4.5 : 1 is advised."


def _rgba(text: str) -> Colour:
    red, green, blue = (int(text[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue, int(text[7:9] or "ff", 16) / 255


def _hex(colour: Colour) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in colour[:3])


def _blend(top: Colour, background: Colour) -> Colour:
    alpha = top[3]
    red, green, blue = (
        a * alpha + b * (1 - alpha) for a, b in zip(top[:3], background[:3], strict=True)
    )
    return red, green, blue, 1.0


def _composite(colours: Iterator[str]) -> Colour:
    """Return the visible colour of layers, the lowest first."""
    background = (*_rgba(next(colours))[:3], 1.0)
    for colour in colours:
        background = _blend(_rgba(colour), background)
    return background


def _luminance(colour: Colour) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _ratio(one: Colour, other: Colour) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
