"""The tabs What it does and Compatibility of an extension, and the old address of what a version changes."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.module_loading import import_string
from django.views.decorators.http import require_safe

from extery.core.errors import NotFound
from extery.core.versions import BLENDER_SERIES, format_series
from extery_site.catalog.endpoints import visible_extension, visible_versions
from extery_site.catalog.extension_page import (
    find_extension,
    open_page,
    own_address,
    render_tab,
)
from extery_site.scanning.compatibility import compatibility_of
from extery_site.scanning.description import describe
from extery_site.scanning.matrix import make_matrix
from extery_site.scanning.page_facts import inventory_for, matrix_of
from extery_site.scanning.permission_table import permission_cases

#: Characters of a text that is looked for in the list of what an extension does.
MAX_QUERY_LENGTH = 80


@require_safe
def does(request: HttpRequest, extension_id: str) -> HttpResponse:
    """Show what a version does, as it was found in its code."""
    extension = find_extension(request, extension_id)
    if address := own_address(request, extension, extension_id):
        return address
    page = open_page(request, extension)
    version = page.chosen_version()
    inventory = inventory_for(page, version) if version is not None else None
    text = request.GET.get("find", "").strip()[:MAX_QUERY_LENGTH]
    description = describe(inventory) if inventory is not None else None
    paths = settings.CONTENTS_SECTIONS if version is not None else []
    sections = [import_string(path)(page, version) for path in paths]
    context = {
        "shown": version,
        "contents": [html for html in sections if html],
        "cases": permission_cases(version, inventory) if version is not None else None,
        "description": description.matching(text) if description and text else description,
        "find": text,
    }
    return render_tab(page, "scanning/does.html", "scanning:does", context)


@require_safe
def compatibility(request: HttpRequest, extension_id: str) -> HttpResponse:
    """Show in which Blender on which system the public versions work, or one of them."""
    extension = find_extension(request, extension_id)
    if address := own_address(request, extension, extension_id):
        return address
    page = open_page(request, extension)
    version = page.chosen_version()
    mine = page.mine
    if version is None or "version" not in request.GET:
        matrix = matrix_of(page)
    else:
        matrix = make_matrix(extension, [version], blender=mine.blender, platform=mine.platform)
    known = compatibility_of(page.versions)
    sections = [import_string(path) for path in settings.COMPATIBILITY_SECTIONS]
    context = {
        "shown": version,
        "is_one_version": "version" in request.GET,
        "matrix": matrix,
        "compatibility": known.get(version.pk) if version is not None else None,
        "blenders": [format_series(one) for one in BLENDER_SERIES],
        "rows": [(one, known[one.pk]) for one in page.versions if one.pk in known],
        "sections": [section(page, version) for section in sections] if version else [],
        "versions": page.versions,
    }
    return render_tab(page, "scanning/compatibility_tab.html", "scanning:compatibility", context)


@require_safe
def version_changes(request: HttpRequest, extension_id: str, number: str) -> HttpResponse:
    """Redirect to the comparison of a version with the one before it."""
    try:
        extension = visible_extension(extension_id, request.user)
    except NotFound as error:
        raise Http404(str(error)) from error
    versions = visible_versions(extension, request.user)
    at = next((at for at, one in enumerate(versions) if one.number == number), None)
    if at is None or at + 1 == len(versions):
        raise Http404("There is no earlier version.")
    query = urlencode({"from": versions[at + 1].number, "to": number})
    compare = reverse("source_pages:compare", args=[extension.extension_id])
    return redirect(f"{compare}?{query}")
