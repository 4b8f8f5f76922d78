"""The first step: the files of a version, a verdict for each, and who gets what."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from extery.core.errors import ExteryError, InvalidInput, Where
from extery_site.catalog.models import Version
from extery_site.publish import uploads
from extery_site.publish.many_files import take_files
from extery_site.publish.models import PackageUpload
from extery_site.publish.replacement import remove_package
from extery_site.quotas.client_address import client_address
from extery_site.scanning.rows import checks_of
from extery_site.scanning.steps import all_steps
from extery_site.submit.file_rows import rows_of, side_by_side
from extery_site.submit.offers import offer_table
from extery_site.submit.steps import find_version, messages_of, prepare, render_step

FORM_METHODS = ["GET", "HEAD", "POST"]


@login_required
@require_http_methods(FORM_METHODS)
def files(request: HttpRequest, extension_id: str, number: str) -> HttpResponse:
    """Show the files of a version; add, replace, check and remove some."""
    version = find_version(request, extension_id, number)
    error = None
    if request.method == "POST":
        try:
            act(request, version)
        except ExteryError as caught:
            error = caught
        else:
            return redirect("submit:files", version.extension.extension_id, version.number)
        version = find_version(request, extension_id, number)
    return _show(request, version, error)


def act(request: HttpRequest, version: Version) -> None:
    """Do what a button of the page says."""
    match request.POST.get("action", "add"):
        case "remove":
            if sha256 := request.POST.get("sha256", ""):
                remove_package(version=version, sha256=sha256, by=request.user)
                messages.success(request, "The package is removed. Texts and thread are kept.")
                return
            uploads.remove_upload(upload=_upload(request), by=request.user)
        case "check":
            uploads.check_upload(
                upload=_upload(request), by=request.user, address=client_address(request)
            )
        case _:
            add_files(request, version)


def _upload(request: HttpRequest) -> PackageUpload:
    return uploads.find_upload(by=request.user, key=request.POST.get("key", "")[:64])


def add_files(request: HttpRequest, version: Version) -> None:
    """Take all files of a form: one that cannot be taken does not stop the others."""
    chosen = request.FILES.getlist("file")
    if not chosen:
        raise InvalidInput.of("upload.no-file", where=Where(path=("file",)))
    replaces = request.POST.get("replaces", "")[:64]
    checked, problems = take_files(request, chosen, version=version, replaces=replaces)
    for name, found in problems.items():
        for text in messages_of(found):
            messages.error(request, f"{name}: {text}")
    taken = sum(row.state == PackageUpload.State.STORED for row in checked)
    if taken:
        messages.success(request, f"{taken} package{'' if taken == 1 else 's'} passed.")


def _show(request: HttpRequest, version: Version, error: ExteryError | None) -> HttpResponse:
    prepared = prepare(version)
    others = list(
        PackageUpload.objects.filter(owner=version.extension.owner_id, version=version)
        .current()
        .filter(state=PackageUpload.State.NOT_TAKEN)
    )
    rows = rows_of(checks_of(version), [*prepared.holding, *others])
    context = {
        "rows": rows,
        "is_checking": any(row.state == "checking" for row in rows),
        "ready": sum(row.state == "passed" for row in rows),
        "to_fix": sum(row.state == "refused" for row in rows),
        "together": side_by_side(version, prepared.holding),
        "offers": offer_table(version, prepared.holding),
        "uploads_url": reverse("api:start"),
        "step_titles": [step.title for step in all_steps() if step.is_configured()],
    }
    return render_step(request, version, "files", context, prepared=prepared, error=error)
