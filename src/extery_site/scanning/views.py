"""The page with what a version changes in what the extension does."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from extery.core.errors import NotFound
from extery_site.catalog.endpoints import visible_extension, visible_versions
from extery_site.scanning.changes import changes_between


@require_safe
def version_changes(request: HttpRequest, extension_id: str, number: str) -> HttpResponse:
    """Show what a version changes since the one before it, for those who may see both."""
    try:
        extension = visible_extension(extension_id, request.user)
    except NotFound as error:
        raise Http404(str(error)) from error
    if extension.extension_id != extension_id:
        return redirect("scanning:changes", extension.extension_id, number, permanent=True)
    versions = visible_versions(extension, request.user)
    at = next((at for at, one in enumerate(versions) if one.number == number), None)
    if at is None or at + 1 == len(versions):
        raise Http404("There is no earlier version.")
    version, before = versions[at], versions[at + 1]
    context = {
        "extension": extension,
        "version": version,
        "before": before,
        "changes": changes_between(before, version),
    }
    return render(request, "scanning/version_changes.html", context)
