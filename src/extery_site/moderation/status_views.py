"""The page on which moderators put a version on hold, release it, publish it early or stop it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from extery.core.errors import ExteryError
from extery_site.accounts.permissions import require_moderator
from extery_site.catalog.models import Extension, Version
from extery_site.catalog.own_work import may_decide
from extery_site.moderation import cool_down, decisions
from extery_site.moderation.forms import StatusForm
from extery_site.project.problems import add_retry_after, http_status
from extery_site.ui.form_problems import add_problems


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change_status(request: HttpRequest, extension_id: str, number: str) -> HttpResponse:
    """Name what each step does, and perform it."""
    require_moderator(request.user)
    extensions = Extension.objects.select_related("owner", "newest_version")
    extension = get_object_or_404(extensions.with_id(extension_id))
    version = get_object_or_404(
        extension.versions.exclude(status=Version.Status.DRAFT), number=number
    )
    version.extension = extension
    form = StatusForm(request.POST or None)
    # Only the end of a hold needs no reason.
    step = request.POST.get("step")
    ends_hold = step == "release" or (not step and version.status == Version.Status.ON_HOLD)
    form.fields["reason"].required = not ends_hold
    status, problem = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                messages.success(request, _perform(request, version, form))
            except ExteryError as error:
                add_problems(form, error)
                problem, status = error, http_status(error)
                version.refresh_from_db()
                version.extension = extension
            else:
                return redirect("moderation:version", extension.extension_id, number)
    context = {
        "extension": extension,
        "version": version,
        "form": form,
        "may_decide": may_decide(request.user, extension, version),
    }
    response = render(request, "moderation/status.html", context, status=status)
    return add_retry_after(response, problem)


def _perform(request: HttpRequest, version: Version, form: StatusForm) -> str:
    """Perform the step of the form and return the message."""
    by, reason = request.user, form.cleaned_data["reason"]
    match request.POST.get("step"):
        case "hold":
            until = form.cleaned_data["until"]
            decisions.hold_version(version=version, by=by, reason=reason, until=until)
            return "On hold. Its author can read the reason."
        case "release":
            decisions.release_version(version=version, by=by, reason=reason)
            return "It is in the queue again."
        case "publish":
            cool_down.publish_early(version=version, by=by, reason=reason)
            return "Public now. Listings follow within seconds."
        case "stop":
            cool_down.stop_publication(version=version, by=by, reason=reason)
            return "Stopped. It is in the queue again."
    raise Http404("Unknown action.")
