"""The page with the tests of a version in Blender: results for everyone, logs for its owner and moderators."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from extery.core.errors import ExteryError, NotFound
from extery_site.accounts.permissions import may_moderate
from extery_site.catalog.endpoints import visible_extension, visible_version
from extery_site.test_runs.actions import run_again
from extery_site.test_runs.models import Blender
from extery_site.test_runs.rows import runs_of
from extery_site.ui.form_problems import join_messages


@require_http_methods(["GET", "HEAD", "POST"])
def version_runs(request: HttpRequest, extension_id: str, number: str) -> HttpResponse:
    """Show the tests of a version; moderators have them made again."""
    try:
        extension = visible_extension(extension_id, request.user)
        version = visible_version(extension, number, request.user)
    except NotFound as error:
        raise Http404(str(error)) from error
    if request.method == "POST":
        try:
            number_of_runs = run_again(version=version, by=request.user)
        except ExteryError as error:
            if not may_moderate(request.user):
                raise
            messages.error(request, join_messages(error))
        else:
            messages.success(request, f"{number_of_runs} tests wait for the worker.")
        return redirect("test_runs:runs", extension.extension_id, version.number)
    reads_logs = extension.is_owned_by(request.user) or may_moderate(request.user)
    context = {
        "extension": extension,
        "version": version,
        "rows": runs_of(version),
        "reads_logs": reads_logs,
        "may_moderate": may_moderate(request.user),
        "is_configured": bool(settings.EXTERY_TEST_BLENDERS),
        "faults": Blender.objects.exclude(fault="") if may_moderate(request.user) else [],
    }
    return render(request, "test_runs/version_runs.html", context)
