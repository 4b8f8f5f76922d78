"""The page on which moderators put a version on hold, release it, publish it early or stop it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from extery_site.accounts.permissions import require_moderator
from extery_site.catalog.models import Extension, Version
from extery_site.catalog.own_work import may_decide
from extery_site.moderation import cool_down, decisions
from extery_site.moderation.forms import StatusForm
from extery_site.ui.submission import submit


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
    submission = submit(request, form, lambda: _perform(request, version, form))
    if submission.result is not None:
        messages.success(request, submission.result)
        return redirect("moderation:version", extension.extension_id, number)
    if submission.error is not None:
        version.refresh_from_db()
        version.extension = extension
    context = {
        "extension": extension,
        "version": version,
        "may_decide": may_decide(request.user, extension, version),
    }
    return submission.render("moderation/status.html", context)


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
