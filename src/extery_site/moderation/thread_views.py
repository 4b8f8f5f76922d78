"""The review thread of a version, which is public; users comment, moderators decide."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from extery.core.errors import Conflict, ExteryError, InvalidInput
from extery.rules.blender_verdicts import verdict_lines, verdicts_of_upload
from extery_site.accounts.permissions import (
    is_active_user,
    may_moderate,
    require_moderator,
)
from extery_site.catalog.models import Event, Extension, Version
from extery_site.catalog.own_work import may_decide
from extery_site.catalog.similar_names import find_similar
from extery_site.moderation import comments, queues
from extery_site.moderation import decisions as moderation
from extery_site.moderation.author_side import author_context
from extery_site.moderation.forms import CommentForm, ReasonForm
from extery_site.moderation.package_hashes import check_unchanged, parse_hashes
from extery_site.project.problems import add_retry_after, http_status
from extery_site.publish.completeness import complete_state
from extery_site.quotas.client_address import client_address
from extery_site.ui.form_problems import add_problems

_EXTENSIONS = Extension.objects.select_related("owner", "image", "newest_version")


@require_http_methods(["GET", "HEAD", "POST"])
def thread(request: HttpRequest, extension_id: str, number: str = "") -> HttpResponse:
    """Show the review thread of a version; comment and decide.

    Without ``number``, redirect to the version to review; an extension whose versions were all
    discarded has a thread of its own.
    """
    extension = get_object_or_404(_EXTENSIONS.with_id(extension_id))
    if not queues.can_view_thread(extension, request.user):
        raise Http404("This extension was never submitted for review.")
    if request.method != "POST":
        if number:
            return _show_version(request, extension, number)
        version = queues.version_to_review(extension)
        return redirect(version_url(version)) if version else _show_thread(request, extension, None)
    if not is_active_user(request.user):
        return redirect_to_login(request.get_full_path())
    return _change(request, extension, number)


def _show_version(request: HttpRequest, extension: Extension, number: str) -> HttpResponse:
    """Show the review of a version; of a draft or a deleted version, only the history."""
    version = _find_version(extension, number)
    if version is None and not queues.has_events(extension, request.user, number=number):
        raise Http404("This version was never submitted for review.")
    return _show_thread(request, extension, version, number=number)


def _change(request: HttpRequest, extension: Extension, number: str) -> HttpResponse:
    """Comment or decide, and return to the page of the version; show it with the errors otherwise."""
    step = request.POST.get("step", "")
    form: Form = CommentForm(request.POST) if step == "comment" else ReasonForm(request.POST)
    status, problem = _perform(request, step, form, extension, number)
    # The action may have failed because the extension has changed.
    extension = get_object_or_404(_EXTENSIONS, pk=extension.pk)
    version = _find_version(extension, number) or queues.version_to_review(extension)
    if status == 200:
        return redirect(version_url(version) if version else request.path)
    code = problem.code if problem else ""
    if step != "comment" and not code.startswith(_PACKAGE_CODES):
        status = 409 if _report_changes(request, form, number, version) else status
    response = _show_thread(request, extension, version, step=step, form=form, status=status)
    return add_retry_after(response, problem)


def _show_thread(
    request: HttpRequest,
    extension: Extension,
    version: Version | None,
    *,
    number: str = "",
    step: str = "",
    form: Form | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the page of a version, or of the ``number`` of a deleted one.

    ``form`` is the one that ``step`` has rejected.
    """
    is_comment = step == "comment"
    if version is not None:
        version.extension, number = extension, version.number
    context = {
        "extension": extension,
        "version": version,
        "number": number,
        "may_decide": may_decide(request.user, extension, version),
        "versions": queues.submitted_versions(extension),
        "deleted_numbers": queues.deleted_numbers(extension, request.user),
        "published": _published_before(extension, version),
        "packages": version.packages.all() if version else [],
        "verdicts": verdict_lines(verdicts_of_upload(version.manifest)) if version else [],
        "missing": complete_state(extension, version).problems if version else [],
        "thread": queues.thread(extension, request.user, number=number),
        "comment": form if form and is_comment else CommentForm(),
        "reason": form if form and not is_comment else ReasonForm(),
        "step": step,
        "similar": find_similar(extension) if may_moderate(request.user) else [],
        "visible": Extension.objects.visible_to(request.user).filter(pk=extension.pk).exists(),
    }
    context |= author_context(request.user, version)
    return render(request, "moderation/thread.html", context, status=status)


SUCCESS_MESSAGES = {
    "comment": "Comment added.",
    "approve": "Approved. The version is public now.",
    "schedule": "Approved. This page shows when the version becomes public.",
    "request_changes": "Changes requested. The author can edit and resubmit the version.",
    "decline": "Declined. The author can only discard this version.",
    "block": "Blocked. Blender warns everyone who has installed it.",
    "unblock": "Unblocked.",
}


def version_url(version: Version) -> str:
    """Return the URL of the review of a version."""
    return reverse("moderation:version", args=[version.extension.extension_id, version.number])


def _find_version(extension: Extension, number: str) -> Version | None:
    """Return the submitted version with ``number``."""
    return queues.submitted_versions(extension).with_packages().filter(number=number).first()


def _published_before(extension: Extension, version: Version | None) -> Version | None:
    """Return the published version to compare ``version`` with, if it is another one."""
    published = extension.newest_version
    if version is None or published is None or published.pk == version.pk:
        return None
    published.extension = extension
    return published


def _decided_version(extension: Extension, number: str) -> Version:
    """Return the version that a submitted form is about; raises `Conflict` if it was deleted."""
    if not number:
        raise InvalidInput.of("request.bad-value", variant="no-version")
    version = extension.versions.filter(number=number).first()
    if version is None:
        raise Conflict.of("review.version-discarded", version=number[:100])
    version.extension = extension
    return version


_DECISIONS: dict[str, Callable[..., Event]] = {
    "approve": moderation.approve_version,
    "request_changes": moderation.request_changes,
    "decline": moderation.decline_version,
}


#: Codes of errors that already describe the current packages of the version.
_PACKAGE_CODES = ("review.packages-changed", "review.no-package")


def _report_changes(request: HttpRequest, form: Form, number: str, version: Version | None) -> bool:
    """Add changes since the form was loaded to its errors; return whether there are any.

    The response contains the current version and hashes: without this message, a moderator could
    approve packages that they have not reviewed.
    """
    if not number:
        return False  # already reported by `_decided_version`
    try:
        if version is None or version.number != number:
            raise Conflict.of(
                "review.version-discarded",
                variant="other-version" if version else "no-version",
                version=number[:100],
                current=version.number if version else "",
            )
        if version.is_in_review:
            with suppress(InvalidInput):
                check_unchanged(version, parse_hashes(request.POST.getlist("package")))
    except Conflict as error:
        add_problems(form, error)
        return True
    return False


def _perform(
    request: HttpRequest, step: str, form: Form, extension: Extension, number: str
) -> tuple[int, ExteryError | None]:
    """Perform an action and return the HTTP status and the error, if there is one.

    If the status is not 200, the form has the errors.
    """
    if step not in SUCCESS_MESSAGES or step == "schedule":
        raise Http404("Unknown action.")
    if step != "comment":
        require_moderator(request.user)
    if not form.is_valid():
        return 422, None
    data = form.cleaned_data
    by = request.user
    try:
        match step:
            case "comment":
                comments.comment(
                    extension=extension,
                    version=_find_version(extension, number),
                    by=by,
                    text=data["text"],
                    address=client_address(request),
                )
            case "block":
                moderation.block_extension(extension=extension, by=by, reason=data["reason"])
            case "unblock":
                moderation.unblock_extension(extension=extension, by=by, reason=data["reason"])
            case _:
                event = _DECISIONS[step](
                    version=_decided_version(extension, number),
                    packages=request.POST.getlist("package"),
                    by=by,
                    reason=data["reason"],
                )
                if event.kind == Event.Kind.SCHEDULED:
                    step = "schedule"
    except ExteryError as error:
        add_problems(form, error)
        return http_status(error), error
    messages.success(request, SUCCESS_MESSAGES[step])
    return 200, None
