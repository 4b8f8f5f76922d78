"""Generates Blender theme files from a palette, for Blender 4.2, 5.0 or 5.3.

Blender 5.0 moved colours that each editor had (panels, channels, keyframes) into shared elements.
Blender 5.3 removed the colours of titles, of the texts in headers and of selected files, and prints
each that a theme still sets. Colours that are not set keep the values of Blender's dark theme.
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Literal

from extery_demo import theme_mapping as mapping
from extery_demo.colours import mix, readable_on

Edition = Literal["4.2", "5.0", "5.3"]
Element = ElementTree.Element


@dataclass(frozen=True)
class Palette:
    """The colours of a theme, named after their main use."""

    back: str
    """Background of lists, nodes and the timeline."""
    panel: str
    header: str
    view: str
    """The 3D viewport."""
    field: str
    """Text and number fields."""
    button: str
    line: str
    text: str
    strong: str
    """Titles and selected items."""
    accent: str
    second: str
    active: str
    """The active object and its keyframes."""
    chosen: str
    """Selected objects."""
    warn: str

    @classmethod
    def from_table(cls, table: Mapping[str, str]) -> Palette:
        """Create a palette. Raises `TypeError` for a missing or unknown colour."""
        return cls(**table)

    def items(self) -> list[tuple[str, str]]:
        return [(field.name, getattr(self, field.name)) for field in fields(self)]


def theme_file(palette: Palette, edition: Edition) -> bytes:
    """Return the theme file: colours and font styles, as Blender exports them."""
    root = Element("bpy")
    theme = ElementTree.SubElement(root, "Theme")
    _user_interface(theme, palette, edition)
    if edition != "4.2":
        _common(theme, palette)
    for editor, kind in mapping.EDITORS.items():
        attributes = mapping.EDITOR_COLOURS.get(editor, {})
        if edition != "5.3":
            attributes = attributes | mapping.EDITOR_COLOURS_50.get(editor, {})
        if edition == "4.2":
            attributes = attributes | mapping.EDITOR_COLOURS_42.get(editor, {})
        element = _part(theme, editor, kind, _resolve(attributes, palette))
        _space(element, editor, palette, edition)
    _fonts(root, palette)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode").encode() + b"\n"


def _resolve(colours: Mapping[str, str], palette: Palette) -> dict[str, str]:
    return {name: _colour(value, palette) for name, value in colours.items()}


def _colour(expression: str, palette: Palette) -> str:
    """Return the colour of an expression: ``accent``, ``accent+80`` or ``accent/back:60``."""
    known = dict(palette.items()) | {"on_accent": readable_on(palette.accent)}
    name, _, alpha = expression.partition("+")
    if "/" in name:
        one, _, rest = name.partition("/")
        other, _, share = rest.partition(":")
        return mix(known[one], known[other], int(share) / 100) + alpha
    return known[name] + alpha


def _part(parent: Element, name: str, kind: str, attributes: Mapping[str, str]) -> Element:
    """Add a property to ``parent``: an element with its name that contains one with its type."""
    return ElementTree.SubElement(ElementTree.SubElement(parent, name), kind, dict(attributes))


def _user_interface(theme: Element, palette: Palette, edition: Edition) -> None:
    line = palette.line if edition == "4.2" else f"{palette.line}ff"
    main = {
        "widget_text_cursor": "accent",
        "icon_scene": "text",
        "icon_collection": "strong",
        "icon_object": "chosen",
        "icon_object_data": "second",
        "icon_modifier": "accent",
        "icon_shading": "warn",
        "icon_folder": "active",
        "gizmo_hi": "strong",
        "gizmo_primary": "active",
        "gizmo_secondary": "second",
    }
    attributes = _resolve(main, palette) | {"editor_outline": line, "panel_roundness": "0.4"}
    if edition != "4.2":
        panels = {
            "panel_header": "panel",
            "panel_back": "panel",
            "panel_sub_back": "back+30",
            "panel_title": "strong",
            "panel_text": "text",
            "panel_outline": "strong+12",
            "panel_active": "accent",
            "editor_border": "back",
        }
        attributes |= _resolve(panels, palette) | {"editor_outline_active": f"{palette.accent}ff"}
    element = _part(theme, "user_interface", "ThemeUserInterface", attributes)
    for name, colours in mapping.WIDGETS.items():
        _part(element, name, "ThemeWidgetColors", _widget(colours, palette, edition))


def _widget(colours: tuple[str, ...], palette: Palette, edition: Edition) -> dict[str, str]:
    names = ("inner", "inner_sel", "item", "text", "text_sel")
    attributes = _resolve(dict(zip(names, colours, strict=True)), palette)
    for name in ("inner", "inner_sel", "item"):
        attributes[name] = attributes[name].ljust(9, "f")
    attributes["outline"] = f"{palette.line}ff"
    if edition != "4.2":
        attributes["outline_sel"] = f"{palette.accent}ff"
    return attributes | {"show_shaded": "FALSE", "roundness": "0.4"}


def _space(editor: Element, name: str, palette: Palette, edition: Edition) -> None:
    """Add background, header and text of an editor; before 5.3 titles, for 4.2 also sidebar and panels."""
    colours = {"text": "text", "text_hi": "strong", "header": "header+f2"}
    if edition != "5.3":
        colours |= {"title": "strong", "header_text": "text", "header_text_hi": "strong"}
    if name not in ("view_3d", "properties", "preferences"):
        colours["back"] = "back"
    elif name != "view_3d":
        colours["back"] = "panel/back:40"
    if edition == "4.2":
        colours |= {
            "button": "panel+e6",
            "button_title": "strong",
            "button_text": "text",
            "button_text_hi": "strong",
            "navigation_bar": "back+ff",
            "execution_buts": "back+ff",
            "tab_active": "panel",
            "tab_inactive": "back",
            "tab_back": "back+ff",
            "tab_outline": "line",
        }
    kind = "ThemeSpaceGradient" if name == "view_3d" else "ThemeSpaceGeneric"
    space = _part(editor, "space", kind, _resolve(colours, palette))
    if name == "view_3d":
        gradient = {"high_gradient": palette.view, "gradient": mix(palette.view, palette.back, 0.5)}
        single = {"background_type": "SINGLE_COLOR"} | gradient
        _part(space, "gradients", "ThemeGradientColors", single)
    if edition == "4.2":
        panels = {"header": "panel+ff", "back": "panel+ff", "sub_back": "back+30"}
        _part(space, "panelcolors", "ThemePanelColors", _resolve(panels, palette))


def _common(theme: Element, palette: Palette) -> None:
    """Add the elements that all editors share since Blender 5.0."""
    regions = ElementTree.SubElement(ElementTree.SubElement(theme, "regions"), "ThemeRegions")
    channels = {"back": "panel", "text": "text", "text_selected": "strong"}
    scrubbing = {
        "back": "header+ff",
        "text": "text",
        "time_marker": "text+ff",
        "time_marker_selected": "strong+ff",
    }
    sidebars = {"back": "panel/back:40+e6", "tab_back": "back+ff"}
    _part(regions, "channels", "ThemeRegionsChannels", _resolve(channels, palette))
    _part(regions, "scrubbing", "ThemeRegionsScrubbing", _resolve(scrubbing, palette))
    _part(regions, "sidebars", "ThemeRegionsSidebars", _resolve(sidebars, palette))
    common = ElementTree.SubElement(ElementTree.SubElement(theme, "common"), "ThemeCommon")
    anim = {"playhead": "accent", "channel_selected": "accent+40", "long_key": "text+20"}
    _part(common, "anim", "ThemeCommonAnim", _resolve(anim | mapping.KEYS, palette))


def _fonts(root: Element, palette: Palette) -> None:
    """Add font styles. Titles have a shadow on dark panels only."""
    style = ElementTree.SubElement(root, "ThemeStyle")
    shadow = "3" if readable_on(palette.panel) == "#ffffff" else "0"
    for name, points in (("panel_title", "11"), ("widget", "11")):
        _part(style, name, "ThemeFontStyle", {"points": points, "shadow": shadow})
