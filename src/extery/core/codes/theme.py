"""Codes of themes: the .xml file of a package of type theme."""

from __future__ import annotations

from extery.core.codes import Code
from extery.core.installation import installs

_EXPORT = "export the theme from Blender again"

_FAILS_LATER = installs("it can be installed, and fails when the theme is chosen")

#: Names of variants -> message and hint: which Blenders do not know the attributes.
_UNKNOWN = {
    "newer": 'remove {them}, or set blender_version_max = "{bound}" and publish another version for newer Blenders, exported from Blender {first}',
    "older": 'remove {them}, or set blender_version_min = "{bound}": older Blenders need a version of their own',
    "all": "remove {them}: Blender ignores {them}",
}
_LACKS = ", and {missing:,} that {other} Blenders export are not set"


def _unknown_variants() -> dict[str, tuple[str, str]]:
    """Return the variants of ``theme.unknown-attributes``: for several and one, also with attributes that are not set."""
    several = (
        "{count:,} {kind} of {file} are unknown to {blenders}{steps}{lacks}, the first is {name}"
    )
    one = "{name} in {file} is unknown to {blenders}{lacks}"
    variants = {}
    for which, hint in _UNKNOWN.items():
        for suffix, message, them in (("", several, "them"), ("-one", one, "it")):
            for end, lacks in (("", ""), ("-lacks", _LACKS.replace("{other}", which))):
                if not (end and which == "all"):
                    text = message.replace("{lacks}", lacks)
                    variants[f"{which}{suffix}{end}"] = text, hint.replace("{them}", them)
    return variants


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
            "git-lfs": ("{file} is a Git LFS pointer, not the theme", "run 'git lfs pull', then build again"),
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
    "theme.unknown-attributes": Code(
        "warning", "a Blender of the range does not know attributes of the theme", "Blender prints each attribute that it does not know, and ignores elements with all they contain. A theme that was exported from another Blender also lacks the colours that came later or were removed: those stay as in Blender's own theme.",
        installation=installs("Blender ignores the attributes"),
        message="{count:,} {kind} of {file} are unknown to {blenders}, the first is {name}",
        hint=_EXPORT,
        variants=_unknown_variants(),
        example={
            "variant": "newer-lacks", "count": 12, "kind": "attributes", "file": "dusk.xml", "blenders": "Blender 4.5 and newer", "steps": " (4 since 4.5, 8 since 5.0)",
            "name": "ThemeView3D.wire", "bound": "4.5.0", "first": "5.3", "missing": 71,
        },
    ),
    "theme.contrast": Code(
        "warning", "text of the theme is hard to read", "Below a contrast of 3 : 1 many people cannot read text, and 4.5 : 1 is advised (WCAG 2, 1.4.3). Only texts that people read all the time are compared with what is below them. Colours that the file does not set are those of Blender's own theme.",
        message="text in {place} has a contrast of {ratio} : 1, {text} on {background}",
        hint="change {name} or the colour below it; 4.5 : 1 is easy to read",
        variants={"unset": ("", "set {name}, which is Blender's own colour, or change the colour below it; 4.5 : 1 is easy to read")},
        example={"place": "menus", "ratio": "1.8", "text": "#777777", "background": "#4d4d4d", "name": "user_interface.wcol_menu_item.text"},
    ),
    "theme.value": Code(
        "warning", "Blender stops at a value of the theme", "Blender stops with an error when the theme is chosen, half of the theme applied.",
        installation=_FAILS_LATER,
        message="{blenders} cannot load {file}: {name} is {value}",
        hint="write a value as Blender exports it, or remove the attribute",
        variants={
            "number": ("{blenders} cannot load {file}: {name} must be a number, found {value}", ""),
            "integer": ("{blenders} cannot load {file}: {name} must be a whole number, found {value}", ""),
            "boolean": ("{blenders} cannot load {file}: {name} must be TRUE or FALSE, found {value}", ""),
            "color": ("{blenders} cannot load {file}: {name} must be a colour such as #1d1d1dff, found {value}", ""),
            "choice": ("{blenders} cannot load {file}: {name} must be one of {choices}, found {value}", ""),
            "empty": ("{blenders} cannot load {file}: the element {name} is empty", "remove the element, or export the theme from Blender again"),
            "element": ("{blenders} cannot load {file}: {name} is an element, not an attribute", "remove the attribute, or export the theme from Blender again"),
        },
        example={"variant": "color", "file": "dusk.xml", "blenders": "Blender 4.2 to 5.3", "name": "ThemeView3D.grid", "value": "'blue'", "choices": "LINEAR, RADIAL"},
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
