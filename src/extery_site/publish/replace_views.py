"""The page that replaces the package of a version in place, while it is a draft or changes are asked for."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from extery.core.errors import ExteryError
from extery.rules.blender_verdicts import verdict_lines
from extery_site.accounts.permissions import require_user
from extery_site.catalog.models import Version
from extery_site.project.problems import add_retry_after, http_status
from extery_site.publish.forms import ReplaceForm
from extery_site.publish.sending import go_on
from extery_site.publish.upload import receive_upload
from extery_site.quotas.client_address import client_address
from extery_site.ui.form_problems import add_problems


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def replace_package(request: HttpRequest, extension_id: str, number: str) -> HttpResponse:
    """Replace the package of a version, or show why it is not replaced."""
    versions = Version.objects.select_related("extension").filter(
        extension__owner=require_user(request.user), extension__extension_id=extension_id
    )
    version = get_object_or_404(versions, number=number)
    form = ReplaceForm(request.POST or None, request.FILES or None)
    context = {
        "extension": version.extension,
        "version": version,
        "form": form,
        "build": version.build_number,
        "back": _page_of(version),
    }
    status, problem = 200, None
    if request.method == "POST" and not form.is_valid():
        status = 422
    elif request.method == "POST":
        try:
            result = receive_upload(
                file=form.cleaned_data["file"],
                user=request.user,
                address=client_address(request),
                only=version,
            )
        except ExteryError as error:
            problem, status = error, http_status(error)
            if status == 429:
                add_problems(form, error)
            else:
                context |= {
                    "errors": [one for one in error.problems if one.is_error],
                    "verdicts": verdict_lines(error.refusals or ()),
                }
        else:
            messages.success(
                request, f"Build {version.build_number} is in: {result.package.original_name}."
            )
            return go_on(request, _page_of(version))
    return add_retry_after(render(request, "publish/replace.html", context, status=status), problem)


def _page_of(version: Version) -> str:
    """Return the URL of the review of a version, or of its draft if it was never submitted."""
    name = "moderation:version" if version.submitted_at else "publish:draft"
    arguments = [version.extension.extension_id, version.number]
    return reverse(name, args=arguments if version.submitted_at else arguments[:1])
