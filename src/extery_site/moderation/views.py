"""The queue and its threads: everyone may follow, whoever signed in may comment, moderators decide."""

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
from extery_site.accounts.permissions import is_person, require_moderator
from extery_site.catalog.models import Event, Extension, Version
from extery_site.moderation import actions as moderation
from extery_site.moderation import comments, queues
from extery_site.moderation.forms import CommentForm, ReasonForm
from extery_site.moderation.package_hashes import check_unchanged, parse_hashes
from extery_site.project.problems import status_of
from extery_site.publish.actions import missing_for_submission
from extery_site.ui.form_problems import add_problems

PAGE_SIZE = 24
TABS = {
    "waiting": "Waiting",
    "changes": "Changes requested",
    "decided": "Recently decided",
}


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for review, what was given back, what was decided lately."""
    shown = request.GET.get("show", "waiting")
    if shown not in TABS:
        raise Http404("There is no such list.")
    context: dict[str, Any] = {"tabs": TABS, "shown": shown}
    if shown == "decided":
        context["decisions"] = queues.recently_decided()
    else:
        entries = queues.waiting() if shown == "waiting" else queues.given_back()
        paginator = Paginator(entries, PAGE_SIZE)
        page = paginator.get_page(request.GET.get("page"))
        context |= {
            "page": page,
            "pages": paginator.get_elided_page_range(page.number),
            "entries": [(one, missing_for_submission(one.extension, one)) for one in page],
        }
    return render(request, "moderation/queue.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def thread(request: HttpRequest, extension_id: str) -> HttpResponse:
    """What happened to an extension, what was said about it, and the forms to go on."""
    found = Extension.objects.select_related("owner", "image", "newest_version")
    extension = get_object_or_404(found.with_id(extension_id))
    if not queues.may_follow(extension, request.user):
        raise Http404("This extension was never in the queue.")
    if request.method == "POST" and not is_person(request.user):
        return redirect_to_login(request.get_full_path())
    step = request.POST.get("step", "")
    comment, reason = CommentForm(), ReasonForm()
    status = 200
    if request.method == "POST":
        form: Form = CommentForm(request.POST) if step == "comment" else ReasonForm(request.POST)
        status, code = _act(request, step, form, extension)
        if status == 200:
            return redirect("moderation:thread", extension.extension_id)
        comment, reason = (form, reason) if step == "comment" else (comment, form)  # type: ignore[assignment]
        # What went wrong may be that all of this has changed.
        extension = get_object_or_404(found, pk=extension.pk)
    version = _shown_version(extension, request.POST.get("version", ""))
    if request.method == "POST" and step != "comment" and not code.startswith(_ABOUT_PACKAGES):
        status = 409 if _add_changes(request, form, version) else status
    context = {
        "extension": extension,
        "version": version,
        "packages": version.packages.all() if version else [],
        "missing": missing_for_submission(extension, version) if version else [],
        "thread": queues.thread(extension),
        "comment": comment,
        "reason": reason,
        "step": step,
        "visible": Extension.objects.visible_to(request.user).filter(pk=extension.pk).exists(),
    }
    return render(request, "moderation/thread.html", context, status=status)


DONE = {
    "comment": "Your comment is in the thread.",
    "approve": "Approved. It is public now.",
    "request_changes": "The author is asked for changes.",
    "decline": "Declined. The author can only discard this version.",
    "block": "Blocked. Blender warns everyone who has it.",
    "unblock": "The block is lifted.",
}


def _shown_version(extension: Extension, number: str = "") -> Version | None:
    """The version that the page shows: the one with this number, if it was ever in the queue.

    Else the version that has waited longest, else the newest that was in the queue.
    """
    versions = extension.versions.with_packages().exclude(status=Version.Status.DRAFT)
    found = (
        versions.filter(number=number.replace("\0", "")).first()
        or versions.in_review().order_by("submitted_at").first()
        or versions.newest_first().first()
    )
    if found is not None:
        found.extension = extension
    return found


def _decided_version(extension: Extension, number: str) -> Version:
    """The version that a form decides on: the one that its page showed, and never another."""
    if not number or "\0" in number:
        raise InvalidInput.of(
            "request.bad-value",
            "the form does not say which version it is about",
            hint="load the page again",
        )
    found = extension.versions.filter(number=number).first()
    if found is None:
        raise Conflict.of(
            "review.version-gone",
            f"{extension.name} has no version {number[:100]!r} any more",
            hint="load the page again to see what happened",
        )
    found.extension = extension
    return found


_DECISIONS: dict[str, Callable[..., Event]] = {
    "approve": moderation.approve_version,
    "request_changes": moderation.request_changes,
    "decline": moderation.decline_version,
}


#: Codes of errors that say already what the version has now.
_ABOUT_PACKAGES = ("review.packages-changed", "review.no-package")


def _add_changes(request: HttpRequest, form: Form, version: Version | None) -> bool:
    """Say what changed since the form was loaded, whatever else was wrong with it; whether anything did.

    The page that is shown next carries the new version and hashes, so nobody may get it without a word.
    """
    number = request.POST.get("version", "")
    if not number:
        return False  # nothing was decided about any version, which is said already
    try:
        if version is None or version.number != number:
            now = f"this page now shows {version.number}" if version else "there is none now"
            raise Conflict.of(
                "review.version-gone",
                f"the form was about version {number[:100]!r}, and {now}",
                hint="look at what is in review now, then decide again",
            )
        if version.is_in_review:
            with suppress(InvalidInput):
                check_unchanged(version, parse_hashes(request.POST.getlist("package")))
    except Conflict as error:
        add_problems(form, error)
        return True
    return False


def _act(request: HttpRequest, step: str, form: Form, extension: Extension) -> tuple[int, str]:
    """Do what was asked for; gives back the status and the code of the error, if there was one.

    Any status but 200 means that the form says why not.
    """
    if step not in DONE:
        raise Http404("There is nothing like that to do here.")
    if step != "comment":
        require_moderator(request.user)
    if not form.is_valid():
        return 422, ""
    text = form.cleaned_data
    by = request.user
    try:
        match step:
            case "comment":
                version = _shown_version(extension)
                comments.comment(extension=extension, version=version, by=by, text=text["text"])
            case "block":
                moderation.block_extension(extension=extension, by=by, reason=text["reason"])
            case "unblock":
                moderation.unblock_extension(extension=extension, by=by, reason=text["reason"])
            case _:
                _DECISIONS[step](
                    version=_decided_version(extension, request.POST.get("version", "")),
                    packages=request.POST.getlist("package"),
                    by=by,
                    reason=text["reason"],
                )
    except ExteryError as error:
        add_problems(form, error)
        return status_of(error), error.code
    messages.success(request, DONE[step])
    return 200, ""
