"""The files of an extension, and what is in themes and asset libraries."""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

from extery.core.errors import ExteryError, ProblemList
from extery.core.types import ASSET_LIBRARY, THEME
from extery.inventory.model import Entry, FieldValue, PackedFile, Place
from extery.manifest.document import MANIFEST_FILENAME
from extery.package.theme_settings import parse_elements
from extery.package.theme_xml import read_theme

if TYPE_CHECKING:
    from extery.rules.context import RuleContext

_BLOCK = 1 << 20
#: A theme has 50 to 200 kB.
MAX_THEME = 8_000_000
#: The depth of the elements that contain one for each area: that of <Theme> below <bpy>.
_AREA_DEPTH = 1
_KINDS = {
    "code": (".py", ".pyi"),
    "wheel": (".whl",),
    "compiled": (".so", ".pyd", ".dll", ".dylib", ".exe"),
    "blend": (".blend",),
    "image": (".png", ".jpg", ".jpeg", ".webp", ".svg", ".gif", ".exr", ".hdr", ".tif", ".tiff", ".bmp", ".ico", ".psd", ".tga"),
    "data": (".json", ".toml", ".xml", ".csv", ".yaml", ".yml", ".ini", ".cfg", ".npz", ".glsl", ".osl", ".po", ".mo"),
    "text": (".md", ".txt", ".rst", ".html", ".pdf"),
    "font": (".ttf", ".otf", ".woff", ".woff2"),
    "sound": (".wav", ".ogg", ".mp3", ".flac"),
}  # fmt: skip
_KIND_OF = {suffix: kind for kind, suffixes in _KINDS.items() for suffix in suffixes}


def packed_files(context: RuleContext) -> Iterator[PackedFile]:
    """Yield all files but the manifest, with the SHA-256 of their contents, sorted by path.

    The manifest is left out because a build may write another text into a package; its fields are in the inventory.
    """
    for name in sorted(set(context.names) - {MANIFEST_FILENAME}):
        yield PackedFile(name, context.info(name).size, _sha256(context, name), file_kind(name))


def file_kind(name: str) -> str:
    """Return the kind of a file by its name: ``code``, ``image``, ``other`` and so on."""
    base = posixpath.basename(name).lower()
    if base.startswith(
        ("license", "licence", "copying", "readme", "changelog", "notice", "authors")
    ):
        return "text"
    return _KIND_OF.get(posixpath.splitext(base)[1], "other")


def _sha256(context: RuleContext, name: str) -> str:
    digest = hashlib.sha256()
    try:
        if context.package is not None:
            for block in context.package.blocks(context.package.by_name[context.root + name]):
                digest.update(block)
        else:
            assert context.open_file is not None
            with context.open_file(name) as stream:
                while data := stream.read(_BLOCK):
                    digest.update(data)
    except (ExteryError, OSError):
        return ""
    return digest.hexdigest()


def content_entries(context: RuleContext) -> Iterator[Entry]:
    """Yield the settings of a theme, or the files of an asset library."""
    if context.type == THEME.name:
        for name in THEME.main_files(context.names):
            yield from _theme_entries(context, name)
    elif context.type == ASSET_LIBRARY.name:
        for name in sorted(context.names):
            if name.lower().endswith(".blend"):
                yield Entry("assets", name, Place(name), {"size": context.info(name).size})


def _theme_entries(context: RuleContext, name: str) -> Iterator[Entry]:
    try:
        data = context.read(name, limit=MAX_THEME)
    except ExteryError:
        return
    theme = read_theme(data, ProblemList())  # rules say what is wrong with it
    if theme is None or not theme.is_theme:
        return
    settings: dict[str, list[tuple[str, str]]] = {}
    # Below <bpy><Theme> there is an element for each area.
    stack = [(parse_elements(data), 0, "", "")]
    while stack:
        element, depth, area, path = stack.pop()
        for child in element.children:
            inner = child.name if depth == _AREA_DEPTH else area
            stack.append((child, depth + 1, inner, f"{path}.{child.name}"))
        values = ((f"{path}.{key}", value) for key, value in element.attributes)
        settings.setdefault(area, []).extend(values)
    for area, found in sorted(settings.items()):
        if found:
            fields: dict[str, FieldValue] = {
                "settings": len(found),
                "colors": sum(value.startswith("#") for _, value in found),
                "values": hashlib.sha256(repr(sorted(found)).encode()).hexdigest()[:16],
            }
            yield Entry("theme_settings", area or "general", Place(name), fields)
