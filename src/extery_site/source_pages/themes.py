"""The colours of themes on their pages: a drawn window, colours by use, the contrast of texts, and all settings."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from extery.core.errors import Unavailable
from extery.core.types import THEME
from extery.isolation.limits import Limits, ProcessEnded
from extery.isolation.replies import MALFORMED
from extery.package.theme_colors import (
    BUTTON,
    GOOD_CONTRAST,
    PANEL,
    PANEL_TEXT,
    POOR_CONTRAST,
    VIEW,
    ThemeColors,
    color_role,
)
from extery_site.catalog.extension_page import ExtensionPage, find_extension, open_page
from extery_site.catalog.models import Version
from extery_site.listings.access import may_read
from extery_site.project.isolation import call_isolated
from extery_site.source_pages.models import ThemeFile
from extery_site.source_search.models import PackageFile, SourceFile

logger = logging.getLogger(__name__)

#: A theme of Blender has about 600 colours.
MAX_COLORS = 2_000
_LIMITS = Limits(memory=300_000_000, seconds=12.0, cpu_seconds=8, output=5_000_000)
_COLOR = re.compile(r"#[0-9a-f]{6}(?:[0-9a-f]{2})?")
_PATH = re.compile(r"[a-z0-9_.]{1,200}")
#: The colours by use that a page shows first.
_USES = {
    "Window": color_role("#161616", "user_interface.editor_border"),
    "3D view": VIEW,
    "Panels": PANEL,
    "Buttons": BUTTON,
    "Chosen": color_role("#4772b3", "user_interface.wcol_regular.inner_sel"),
    "Active object": color_role("#ffa028", "view_3d.object_active"),
    "Text": PANEL_TEXT,
}
_AREAS = {"view_3d": "3D view", "nla_editor": "NLA editor", "user_interface": "Interface"}


class Area(NamedTuple):
    """The colours of an area, such as the node editor: names and values."""

    title: str
    colors: list[tuple[str, str]]


class Readable(NamedTuple):
    """A text that people read, and how well it stands out."""

    name: str
    ratio: str
    verdict: str
    is_good: bool


def window_section(page: ExtensionPage) -> SafeString:
    """Render the window of Blender in the colours of a theme; nothing for other types."""
    theme = _theme_of(page)
    if theme is None:
        return SafeString("")
    context = {
        "extension": page.extension,
        "version": page.version,
        "seen": page.request.GET.get("see") == "without-red-and-green",
    }
    return render_to_string("source_pages/theme_window.html", context, page.request)


def colors_section(page: ExtensionPage) -> SafeString:
    """Render the main colours of a theme with their hex values, and whether its texts can be read."""
    theme = _theme_of(page)
    if theme is None:
        return SafeString("")
    uses = [(name, theme[role][:7]) for name, role in _USES.items()]
    context = {
        "extension": page.extension,
        "uses": uses,
        "list": ", ".join(f"{name} {color}" for name, color in uses),
        "texts": [_readable(text.name, text.ratio) for text in theme.texts()],
    }
    return render_to_string("source_pages/theme_colors.html", context, page.request)


def all_colors_section(page: ExtensionPage, version: Version) -> SafeString:
    """Render all colours that a version of a theme sets, by area; nothing for other types."""
    colors = _colors_of(page, version)
    if not colors:
        return SafeString("")
    context = {"areas": _areas(colors), "number": len(colors)}
    return render_to_string("source_pages/theme_all.html", context, page.request)


@require_safe
def picture(request: HttpRequest, extension_id: str) -> HttpResponse:
    """Return the window of Blender in the colours of a theme as SVG."""
    page = open_page(request, find_extension(request, extension_id))
    version = page.chosen_version()
    colors = _colors_of(page, version) if version is not None else {}
    if not colors:
        raise Http404("It has no colours.")
    # Draws with what the pages of static repositories have, which few processes need.
    from extery.repository.page.theme_preview import standalone_picture

    seen = request.GET.get("see") == "without-red-and-green"
    svg = standalone_picture(ThemeColors(colors), as_deuteranope=seen)
    response = HttpResponse(svg, content_type="image/svg+xml")
    response["Cache-Control"] = "public, max-age=600" if page.extension.is_public else "private"
    return response


def _theme_of(page: ExtensionPage) -> ThemeColors | None:
    colors = _colors_of(page, page.version) if page.version is not None else {}
    return ThemeColors(colors) if colors else None


def _colors_of(page: ExtensionPage, version: Version) -> Mapping[str, str]:
    """Return the colours of a version, read once for a request; empty if it has none, or they are not public."""
    if page.extension.type != THEME.name:
        return {}
    found: dict[int, Mapping[str, str]] = page.request.__dict__.setdefault("extery_themes", {})
    if version.pk not in found:
        found[version.pk] = _read(page, version)
    return found[version.pk]


def _read(page: ExtensionPage, version: Version) -> Mapping[str, str]:
    package = version.packages.select_related("file").order_by("original_name", "pk").first()
    if package is None:
        return {}
    package.version = version
    if not may_read(package, page.request):
        return {}
    places = PackageFile.objects.filter(
        package__sha256=package.sha256, package__version=version, path__iendswith=".xml"
    )
    # As Blender's, beside the manifest only.
    place = places.exclude(path__contains="/").order_by("path").first()
    return _stored(place.file_id) if place is not None else {}


def _stored(file: int) -> Mapping[str, str]:
    stored = ThemeFile.objects.filter(pk=file).first()
    if stored is None:
        try:
            colors = _compute(SourceFile.objects.select_related("content").get(pk=file))
        except Unavailable:
            return {}  # the next request tries it again
        # Two requests may have computed the same: the first row stays.
        stored, _ = ThemeFile.objects.get_or_create(pk=file, defaults={"colors": colors})
    colors_of_file: dict[str, str] = stored.colors
    return colors_of_file


def _compute(file: SourceFile) -> dict[str, str]:
    """Return the colours of a theme; none if it is too much for its process, which is stored too."""
    try:
        value = call_isolated("theme-colors", io.BytesIO(file.content.utf8), {}, _LIMITS).value
        colors = dict(value["colors"])
    except (ProcessEnded, *MALFORMED) as error:
        logger.warning("a theme has no colours: %s", error)
        return {}
    usable = ((path, color) for path, color in colors.items() if _is_color(path, color))
    return dict(list(usable)[:MAX_COLORS])


def _is_color(path: Any, color: Any) -> bool:
    """Whether a path and a value are those of a colour; other values of a theme, such as that of a gradient, are texts."""
    if not isinstance(path, str) or not isinstance(color, str) or not _PATH.fullmatch(path):
        return False
    return bool(_COLOR.fullmatch(color)) or path.endswith("background_type")


def _areas(colors: Mapping[str, str]) -> list[Area]:
    areas: dict[str, list[tuple[str, str]]] = {}
    for path, color in sorted(colors.items()):
        if color.startswith("#"):
            area, _, name = path.partition(".")
            areas.setdefault(area, []).append((name.replace(".", " › ").replace("_", " "), color))
    return [
        Area(_AREAS.get(name, name.replace("_", " ").capitalize()), found)
        for name, found in areas.items()
    ]


def _readable(name: str, ratio: float) -> Readable:
    words = "very good" if ratio >= 7 else "good" if ratio >= GOOD_CONTRAST else "weak"
    if ratio < POOR_CONTRAST:
        words = "poor"
    # Rounded down: 4.49 is below 4.5.
    text = f"{int(ratio * 10) / 10:.1f} : 1"
    return Readable(name[:1].upper() + name[1:], text, words, ratio >= GOOD_CONTRAST)
