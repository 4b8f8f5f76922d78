"""The tab Code: the files of a package, and the source of one of them in colours, with what was found in its lines.

The texts are those of the index of the source search: nothing here opens a package. Who may read them is who may
download the package (`extery_site.listings.access`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from extery.inventory.model import Inventory
from extery_site.catalog.extension_page import (
    ExtensionPage,
    find_extension,
    open_page,
    own_address,
    render_tab,
)
from extery_site.catalog.models import Package, Version
from extery_site.listings.access import may_read
from extery_site.moderation.syntax import Span
from extery_site.scanning.inventories import inventories_of
from extery_site.source_pages.file_tree import make_tree
from extery_site.source_pages.highlighting import spans_of
from extery_site.source_pages.lines import render_lines
from extery_site.source_search.models import PackageFile

#: A text with more lines than the first number is cut after the second.
MAX_LINES, SHOWN_LINES = 5_000, 2_000
MAX_LINE_LENGTH = 2_000
#: Characters of the lines that a page shows.
MAX_CHARACTERS = 600_000


class Found(NamedTuple):
    """A use of a permission in a line: ``reason`` is what the author says, ``None`` if it is not declared."""

    permission: str
    call: str
    reason: str | None


@dataclass(frozen=True)
class ShownText:
    """A text as the page shows it."""

    path: str
    size: int
    number: int
    html: SafeString
    left_out: int

    @property
    def is_cut(self) -> bool:
        return self.left_out > 0


@require_safe
def code(request: HttpRequest, extension_id: str) -> HttpResponse:
    """Show the files of a package, and one of them."""
    extension = find_extension(request, extension_id)
    if address := own_address(request, extension, extension_id):
        return address
    page = open_page(request, extension)
    version = page.chosen_version()
    packages = _packages(version)
    package = _chosen(packages, request)
    context: dict[str, Any] = {
        "shown": version,
        "packages": packages,
        "package": package,
        "code_versions": page.versions,
    }
    status = 200
    if version is not None and package is not None:
        if not may_read(package, request):
            context["is_refused"] = True
        else:
            status = _fill(context, page, version, package)
    return render_tab(page, "source_pages/code.html", "source_pages:code", context, status=status)


@require_safe
def plain_text(request: HttpRequest, extension_id: str) -> HttpResponse:
    """Return a text of a package as it is, for those who may download the package."""
    extension = find_extension(request, extension_id)
    page = open_page(request, extension)
    package = _chosen(_packages(page.chosen_version()), request)
    if package is None or not may_read(package, request):
        raise Http404("There is no such package.")
    place = _places(package).filter(path=request.GET.get("file", "")).first()
    if place is None:
        raise Http404("There is no text with this name in the package.")
    response = HttpResponse(place.file.content.utf8, content_type="text/plain; charset=utf-8")
    # Nothing in it is to act as a page of this site.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _packages(version: Version | None) -> list[Package]:
    if version is None:
        return []
    found = version.packages.select_related("file").order_by("original_name", "pk")
    packages = list(found)
    for package in packages:
        package.version = version
    return packages


def _chosen(packages: Sequence[Package], request: HttpRequest) -> Package | None:
    """Return the package of ``?package=``, otherwise the first one."""
    wanted = request.GET.get("package", "")
    return next((one for one in packages if one.sha256 == wanted), next(iter(packages), None))


def _places(package: Package) -> Any:
    found = PackageFile.objects.filter(
        package__sha256=package.sha256, package__version=package.version_id
    )
    return found.select_related("file__content")


def _fill(context: dict[str, Any], page: ExtensionPage, version: Version, package: Package) -> int:
    """Add the tree and the chosen text; return the status of the response."""
    inventory = inventories_of([package]).get(package.sha256)
    found = _found(inventory, version)
    paths = list(
        PackageFile.objects.filter(
            package__sha256=package.sha256, package__version=version
        ).values_list("path", flat=True)
    )
    tree, left_out = make_tree(
        paths,
        inventory,
        {
            path: tuple(dict.fromkeys(one.permission for uses in of_file.values() for one in uses))
            for path, of_file in found.items()
        },
    )
    wanted = page.request.GET.get("file", "")
    known = {entry.path for entry in tree} | set(paths)
    context |= {"tree": tree, "left_out": left_out, "is_indexed": bool(paths), "wanted": wanted}
    context["number_of_files"] = sum(not entry.is_folder for entry in tree) + left_out
    path = wanted or _first(paths)
    context["current"] = path
    if path in paths:
        context["text"] = _text(package, path, found.get(path, {}))
        return 200
    context["is_missing"] = bool(wanted) and wanted not in known
    return 404 if context["is_missing"] else 200


def _first(paths: Sequence[str]) -> str:
    """Return the file that is shown without a choice: the one that Blender loads, otherwise the first."""
    for name in ("__init__.py", "blender_manifest.toml"):
        if name in paths:
            return name
    return min(paths, default="")


def _found(inventory: Inventory | None, version: Version) -> dict[str, dict[int, list[Found]]]:
    """Return the uses of permissions by file and line."""
    found: dict[str, dict[int, list[Found]]] = {}
    for permission in inventory.permissions if inventory is not None else ():
        for use in permission.uses:
            uses = found.setdefault(use.file, {}).setdefault(use.line, [])
            uses.append(Found(permission.name, use.call, version.permissions.get(permission.name)))
    return found


def _text(package: Package, path: str, found: dict[int, list[Found]]) -> ShownText | None:
    place = _places(package).filter(path=path).first()
    if place is None:
        return None
    lines = place.file.content.utf8.decode("utf-8", "replace").split("\n")
    if len(lines) > 1 and not lines[-1]:
        lines.pop()
    number = len(lines)
    if number > MAX_LINES:
        lines = lines[:SHOWN_LINES]
    shown, characters = [], 0
    for line in lines:
        cut = line[:MAX_LINE_LENGTH]
        characters += len(cut)
        if characters > MAX_CHARACTERS:
            break
        shown.append(cut)
    spans: list[list[Span]] = spans_of(place.file, path, shown)
    html = render_lines(shown, spans, found)
    return ShownText(path, place.file.size, number, html, number - len(shown))
