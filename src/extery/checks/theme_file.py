"""A theme has exactly one ``.xml`` beside its manifest, and Blender can read it."""

from __future__ import annotations

from extery.checks.contents import Contents
from extery.core.errors import ProblemList

# What a theme has no use for: entities that grow are an old attack on parsers. Looked for in
# bytes without NUL, so that it is found in UTF-16 and UTF-32 as well.
_DOCTYPE = b"<!DOCTYPE"


def check(contents: Contents, problems: ProblemList) -> None:
    if contents.type != "theme":
        return
    found = sorted(n for n in contents.names if n.lower().endswith(".xml") and "/" not in n)
    if not found:
        problems.add(
            "theme.xml-missing",
            "a theme needs its .xml file beside the manifest",
            hint="export it from Blender: Preferences, Themes, Install and Save As",
            where=contents.where(""),
        )
    elif len(found) > 1:
        problems.add(
            "theme.several-xml",
            f"a theme must have one .xml file, found {len(found)}: {', '.join(found[:4])}",
            hint="make a package of its own for each theme",
            where=contents.where(found[1]),
        )
    for name in found:
        _check_xml(name, contents, problems)


def _check_xml(name: str, contents: Contents, problems: ProblemList) -> None:
    # Imported here: add-ons are checked more often than themes.
    import xml.etree.ElementTree as ElementTree

    data = contents.read(name)
    try:
        if _DOCTYPE in data.replace(b"\0", b""):
            raise ElementTree.ParseError("it has a <!DOCTYPE>, which a theme never needs")
        document = ElementTree.fromstring(data)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        problems.add(
            "theme.not-xml",
            f"{name} cannot be read as XML: {error}",
            hint="export the theme from Blender again",
            where=contents.where(name),
        )
        return
    if document.tag != "bpy" or document.find("Theme") is None:
        problems.add(
            "theme.not-a-theme",
            f"{name} is not a theme: its outermost element is <{document.tag}>",
            hint="export the theme from Blender again",
            where=contents.where(name),
        )
        return
    if document.find("ThemeStyle") is None:
        problems.add(
            "theme.style-missing",
            f"{name} has no <ThemeStyle> beside its <Theme>",
            hint="export the theme from Blender again, or add an empty <ThemeStyle></ThemeStyle>",
            where=contents.where(name),
        )
