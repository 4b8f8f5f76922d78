"""The review queue and review threads, which are public; users comment, moderators decide."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from extery.core.errors import Conflict, ExteryError, InvalidInput
from extery.rules.blender_verdicts import verdict_lines, verdicts_of_upload
from extery_site.accounts.permissions import is_active_user, require_moderator
from extery_site.catalog.models import Event, Extension, Version
from extery_site.moderation import comments, queues
from extery_site.moderation import decisions as moderation
from extery_site.moderation.forms import CommentForm, ReasonForm
from extery_site.moderation.package_hashes import check_unchanged, parse_hashes
from extery_site.project.problems import add_retry_after, http_status
from extery_site.publish.actions import missing_for_submission
from extery_site.quotas.client_address import client_address
from extery_site.ui.form_problems import add_problems

PAGE_SIZE = 24
TABS = {
    "waiting": "In review",
    "changes": "Changes requested",
    "decided": "Recently decided",
}


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Show versions in review, versions with requested changes, or recent decisions."""
    tab = request.GET.get("show", "waiting")
    if tab not in TABS:
        raise Http404("Unknown list.")
    context: dict[str, Any] = {"tabs": TABS, "tab": tab}
    if tab == "decided":
        context["decisions"] = queues.recently_decided()
    else:
        entries = queues.in_review() if tab == "waiting" else queues.changes_requested()
        paginator = Paginator(entries, PAGE_SIZE)
        page = paginator.get_page(request.GET.get("page"))
        context |= {
            "page": page,
            "pages": paginator.get_elided_page_range(page.number),
            "entries": [
                (version, missing_for_submission(version.extension, version)) for version in page
            ],
        }
    return render(request, "moderation/queue.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def thread(request: HttpRequest, extension_id: str) -> HttpResponse:
    """Show the review thread of an extension; comment and decide."""
    extensions = Extension.objects.select_related("owner", "image", "newest_version")
    extension = get_object_or_404(extensions.with_id(extension_id))
    if not queues.can_view_thread(extension, request.user):
        raise Http404("This extension was never submitted for review.")
    if request.method == "POST" and not is_active_user(request.user):
        return redirect_to_login(request.get_full_path())
    step = request.POST.get("step", "")
    comment, reason = CommentForm(), ReasonForm()
    status, problem = 200, None
    if request.method == "POST":
        form: Form = CommentForm(request.POST) if step == "comment" else ReasonForm(request.POST)
        status, problem = _perform(request, step, form, extension)
        code = problem.code if problem else ""
        if status == 200:
            return redirect("moderation:thread", extension.extension_id)
        comment, reason = (form, reason) if step == "comment" else (comment, form)  # type: ignore[assignment]
        # The action may have failed because the extension has changed.
        extension = get_object_or_404(extensions, pk=extension.pk)
    version = _version_to_show(extension, request.POST.get("version", ""))
    if request.method == "POST" and step != "comment" and not code.startswith(_PACKAGE_CODES):
        status = 409 if _report_changes(request, form, version) else status
    context = {
        "extension": extension,
        "version": version,
        "published": _published_before(extension, version),
        "packages": version.packages.all() if version else [],
        "verdicts": verdict_lines(verdicts_of_upload(version.manifest)) if version else [],
        "missing": missing_for_submission(extension, version) if version else [],
        "thread": queues.thread(extension, request.user),
        "comment": comment,
        "reason": reason,
        "step": step,
        "visible": Extension.objects.visible_to(request.user).filter(pk=extension.pk).exists(),
    }
    response = render(request, "moderation/thread.html", context, status=status)
    return add_retry_after(response, problem)


SUCCESS_MESSAGES = {
    "comment": "Comment added.",
    "approve": "Approved. The version is public now.",
    "request_changes": "Changes requested. The author can edit and resubmit the version.",
    "decline": "Declined. The author can only discard this version.",
    "block": "Blocked. Blender warns everyone who has installed it.",
    "unblock": "Unblocked.",
}


def _version_to_show(extension: Extension, number: str = "") -> Version | None:
    """Return the version that the page shows: the one with ``number``, if it was ever submitted.

    Otherwise the version that has waited longest, otherwise the newest submitted version.
    """
    versions = extension.versions.with_packages().exclude(status=Version.Status.DRAFT)
    version = (
        versions.filter(number=number.replace("\0", "")).first()
        or versions.in_review().order_by("submitted_at").first()
        or versions.newest_first().first()
    )
    if version is not None:
        version.extension = extension
    return version


def _published_before(extension: Extension, version: Version | None) -> Version | None:
    """Return the published version to compare ``version`` with, if it is another one."""
    published = extension.newest_version
    if version is None or published is None or published.pk == version.pk:
        return None
    published.extension = extension
    return published


def _decided_version(extension: Extension, number: str) -> Version:
    """Return the version that a submitted form is about; raises `Conflict` if it was deleted."""
    if not number or "\0" in number:
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


def _report_changes(request: HttpRequest, form: Form, version: Version | None) -> bool:
    """Add changes since the form was loaded to its errors; return whether there are any.

    The response contains the current version and hashes: without this message, a moderator could
    approve packages that they have not reviewed.
    """
    number = request.POST.get("version", "")
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
    request: HttpRequest, step: str, form: Form, extension: Extension
) -> tuple[int, ExteryError | None]:
    """Perform an action and return the HTTP status and the error, if there is one.

    If the status is not 200, the form has the errors.
    """
    if step not in SUCCESS_MESSAGES:
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
                version = _version_to_show(extension)
                comments.comment(
                    extension=extension,
                    version=version,
                    by=by,
                    text=data["text"],
                    address=client_address(request),
                )
            case "block":
                moderation.block_extension(extension=extension, by=by, reason=data["reason"])
            case "unblock":
                moderation.unblock_extension(extension=extension, by=by, reason=data["reason"])
            case _:
                _DECISIONS[step](
                    version=_decided_version(extension, request.POST.get("version", "")),
                    packages=request.POST.getlist("package"),
                    by=by,
                    reason=data["reason"],
                )
    except ExteryError as error:
        add_problems(form, error)
        return http_status(error), error
    messages.success(request, SUCCESS_MESSAGES[step])
    return 200, None
