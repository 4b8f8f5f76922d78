"""The queue and its threads: everyone may follow, whoever signed in may comment, moderators decide."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from extery.core.errors import ExteryError
from extery_site.accounts.permissions import is_person, may_moderate
from extery_site.catalog.form_problems import add_problems
from extery_site.catalog.models import Extension, Version
from extery_site.moderation import actions as moderation
from extery_site.problems import status_of
from extery_site.publish.actions import missing_for_submission
from extery_site.review import actions, queues
from extery_site.review.forms import CommentForm, ReasonForm

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
    return render(request, "review/queue.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def thread(request: HttpRequest, extension_id: str) -> HttpResponse:
    """What happened to an extension, what was said about it, and the forms to go on."""
    found = Extension.objects.select_related("owner", "image", "newest_version")
    extension = get_object_or_404(found.with_id(extension_id))
    if not queues.may_follow(extension, request.user):
        raise Http404("This extension was never in the queue.")
    if request.method == "POST" and not is_person(request.user):
        return redirect_to_login(request.get_full_path())
    version = _version_in_question(request, extension)
    step = request.POST.get("step", "")
    comment, reason = CommentForm(), ReasonForm()
    status = 200
    if request.method == "POST":
        form: Form = CommentForm(request.POST) if step == "comment" else ReasonForm(request.POST)
        status = _act(request, step, form, extension, version)
        if status == 200:
            return redirect("review:thread", extension.extension_id)
        comment, reason = (form, reason) if step == "comment" else (comment, form)  # type: ignore[assignment]
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
    return render(request, "review/thread.html", context, status=status)


DONE = {
    "comment": "Your comment is in the thread.",
    "approve": "Approved. It is public now.",
    "request_changes": "The author is asked for changes.",
    "block": "Blocked. Blender warns everyone who has it.",
    "unblock": "The block is lifted.",
}


def _version_in_question(request: HttpRequest, extension: Extension) -> Version | None:
    """The version that waits, else the latest that has been in the queue."""
    versions = extension.versions.with_packages().exclude(status=Version.Status.DRAFT)
    if number := request.POST.get("version"):
        versions = versions.filter(number=number)
    waiting = versions.in_review().order_by("submitted_at").first()
    found = waiting or versions.newest_first().first()
    if found is not None:
        found.extension = extension
    return found


def _act(
    request: HttpRequest, step: str, form: Form, extension: Extension, version: Version | None
) -> int:
    """Do what was asked for; anything but 200 means that the form says why not."""
    if step not in DONE:
        raise Http404("There is nothing like that to do here.")
    if not form.is_valid():
        return 422
    text = form.cleaned_data
    by = request.user
    try:
        match step:
            case "comment":
                actions.comment(extension=extension, version=version, by=by, text=text["text"])
            case "approve" if version is not None:
                moderation.approve_version(version=version, by=by, reason=text["reason"])
            case "request_changes" if version is not None:
                moderation.request_changes(version=version, by=by, reason=text["reason"])
            case "block":
                moderation.block_extension(extension=extension, by=by, reason=text["reason"])
            case "unblock":
                moderation.unblock_extension(extension=extension, by=by, reason=text["reason"])
            case _:
                raise Http404("There is no version to decide on.")
    except ExteryError as error:
        if not may_moderate(by) and step != "comment":
            raise
        add_problems(form, error)
        return status_of(error)
    messages.success(request, DONE[step])
    return 200
