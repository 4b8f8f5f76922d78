"""Codes of themes: the .xml file of a package of type theme."""

from __future__ import annotations

from extery.core.codes import Code
from extery.core.installation import installs

_EXPORT = "export the theme from Blender again"

_FAILS_LATER = installs("it can be installed, and fails when the theme is chosen")

CODES = {
    "theme.xml-missing": Code(
        "error", "a theme has no .xml file", "Blender would install it and show nothing.",
        installation=installs("it can be installed, and has no effect"),
        stricter=True,
        build="error",
        message="a theme needs its .xml file next to the manifest",
        hint="export it from Blender: Preferences, Themes, Install and Save As",
    ),
    "theme.several-xml": Code(
        "error", "a theme has several .xml files", "Blender applies the first by name and shows all: one theme, one package.",
        installation=installs("Blender applies the first by name"),
        stricter=True,
        build="error",
        message="a theme must have one .xml file, found {count}: {files}",
        hint="make a separate package for each theme",
        example={"count": 2, "files": "dusk.xml, night.xml"},
    ),
    "theme.not-xml": Code(
        "error", "the theme's .xml cannot be read", "Blender would fail when the theme is chosen.",
        installation=_FAILS_LATER,
        stricter=True,
        build="error",
        message="{file} cannot be read as XML: {reason}",
        hint=_EXPORT,
        variants={
            "encoding": ("{file} cannot be read as XML: its encoding is {encoding}", "save it as UTF-8"),
            "doctype": ("{file} cannot be read as XML: it has a <!DOCTYPE>, which a theme never needs", ""),
        },
        example={"file": "dusk.xml", "reason": "unclosed token: line 1, column 83", "encoding": "'utf-7'"},
    ),
    "theme.too-deep": Code(
        "error", "the theme's .xml is nested too deeply", "Blender's own themes have 8 levels. Blender reads them recursively, and stops with an error at about a thousand.",
        installation=_FAILS_LATER,
        stricter=True,
        build="error",
        message="{file} has elements nested more than {limit} levels deep",
        hint=_EXPORT,
        example={"file": "dusk.xml", "limit": 50},
    ),
    "theme.too-large": Code(
        "error", "the theme's .xml is too large", "Blender's own themes have 50 KB; a file with more than 2 MiB, 10,000 elements or 50,000 attributes only keeps its readers busy.",
        installation=_FAILS_LATER,
        stricter=True,
        build="error",
        message="{file} has more than {limit:,} bytes",
        hint="a theme contains colours and sizes, and nothing else",
        variants={
            "bytes": ("", ""),
            "elements": ("{file} has more than {limit:,} elements", ""),
            "attributes": ("{file} has more than {limit:,} attributes", ""),
        },
        example={"file": "dusk.xml", "limit": 10000, "variant": "elements"},
    ),
    "theme.style-missing": Code(
        "error", "the theme's .xml has no <ThemeStyle>", "Blender reads it after <Theme> and stops with an error, half of the theme applied.",
        installation=_FAILS_LATER,
        stricter=True,
        build="error",
        message="{file} has no <ThemeStyle> next to its <Theme>",
        hint="export the theme from Blender again, or add an empty <ThemeStyle></ThemeStyle>",
        example={"file": "dusk.xml"},
    ),
    "theme.not-a-theme": Code(
        "error", "the .xml is not a Blender theme", "A theme is a <bpy> element with a <Theme> in it, as Blender's own export writes.",
        installation=_FAILS_LATER,
        stricter=True,
        build="error",
        message="{file} is not a theme: its outermost element is {element}",
        hint=_EXPORT,
        example={"file": "dusk.xml", "element": "'svg'"},
    ),
}  # fmt: skip
