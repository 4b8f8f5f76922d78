"""The conversation about a version, which is public; users comment, moderators decide."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from extery.core.errors import Conflict, ExteryError, InvalidInput
from extery_site.accounts.permissions import is_active_user, require_moderator
from extery_site.catalog.models import Event, Extension, Version
from extery_site.catalog.subjects import review_key
from extery_site.moderation import decisions as moderation
from extery_site.moderation import queues
from extery_site.moderation.author_side import author_context
from extery_site.moderation.conversation import read_conversation
from extery_site.moderation.forms import CommentForm, ReasonForm
from extery_site.moderation.package_hashes import check_unchanged, parse_hashes
from extery_site.moderation.replies import fill
from extery_site.moderation.review_context import review_context, tab_url
from extery_site.moderation.review_steps import STEPS, SentForm
from extery_site.moderation.tab_views import CODE_TABS, show_tab
from extery_site.moderation.tasks import open_tasks
from extery_site.notify.actions import mark_subject_read
from extery_site.notify.subscriptions import state_of
from extery_site.project.problems import add_retry_after, http_status
from extery_site.ui.form_problems import add_problems, with_hint
from extery_site.ui.row_keys import row_key

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
        if version is None:
            return _show_thread(request, extension, None)
        query = request.GET.urlencode()
        return redirect(tab_url(version) + (f"?{query}" if query else ""))
    if not is_active_user(request.user):
        return redirect_to_login(request.get_full_path())
    if request.POST.get("step") in STEPS:
        return _take_step(request, extension, number)
    return _decide(request, extension, number)


def _show_version(request: HttpRequest, extension: Extension, number: str) -> HttpResponse:
    """Show the review of a version; of a draft or a deleted version, only the history."""
    version = _find_version(extension, number)
    if version is None and not queues.has_events(extension, request.user, number=number):
        raise Http404("This version was never submitted for review.")
    return _show_thread(request, extension, version, number=number)


def _take_step(request: HttpRequest, extension: Extension, number: str) -> HttpResponse:
    """Perform a step and return to its tab; show the tab with the error and what was typed otherwise."""
    name, tab = request.POST["step"], request.POST.get("tab", "version")
    version = _find_version(extension, number)
    try:
        fragment = STEPS[name].perform(SentForm(request, extension, version))
    except ExteryError as error:
        if tab in CODE_TABS:
            response = show_tab(request, extension, _find_version(extension, number), tab, error)
        else:
            response = _show_rejected(request, extension, number, name, error)
        return add_retry_after(response, error)
    if STEPS[name].message:
        messages.success(request, STEPS[name].message)
    version = _find_version(extension, number) or queues.version_to_review(extension)
    if name == "mark_done" and version and version.is_in_review:
        messages.success(request, f"All tasks are done: {version.number} is in the queue again.")
    if version is None:
        return redirect(request.path)
    # What was written in a tab is shown where it was written, except results of a try.
    target = tab if tab in CODE_TABS and name != "tried" else "version"
    compared = {
        name: request.POST[f"place_{name}"]
        for name in ("package", "base", "space")
        if target == "changes" and request.POST.get(f"place_{name}")
    }
    if entry := row_key(request.POST.get("event", "")):
        compared["entry"] = str(entry)
    query = f"?{urlencode(compared)}" if compared else ""
    return redirect(tab_url(version, target) + query + (f"#{fragment}" if fragment else ""))


def _show_rejected(
    request: HttpRequest, extension: Extension, number: str, step: str, error: ExteryError
) -> HttpResponse:
    """Show the conversation with what was typed and the error of a step."""
    form = CommentForm(request.POST) if step == "comment" else None
    problems = []
    if form is not None:
        # An empty text is reported by the form, in its own words.
        if form.is_valid():
            add_problems(form, error)
    else:
        problems = [with_hint(problem) for problem in error.problems if problem.is_error]
    return _show_thread(
        request,
        extension,
        _find_version(extension, number),
        number=number,
        step=step,
        form=form,
        status=http_status(error),
        problems=problems,
    )


def _decide(request: HttpRequest, extension: Extension, number: str) -> HttpResponse:
    """Decide, and return to the page of the version; show it with the errors otherwise."""
    step = request.POST.get("step", "")
    if step == "use_reply":
        return _use_reply(request, extension, number)
    form = ReasonForm(request.POST)
    status, problem = _perform(request, step, form, extension, number)
    # The action may have failed because the extension has changed.
    extension = get_object_or_404(_EXTENSIONS, pk=extension.pk)
    version = _find_version(extension, number) or queues.version_to_review(extension)
    if status == 200:
        return redirect(tab_url(version) if version else request.path)
    code = problem.code if problem else ""
    if not code.startswith(_PACKAGE_CODES):
        status = 409 if _report_changes(request, form, number, version) else status
    response = _show_thread(request, extension, version, step=step, form=form, status=status)
    return add_retry_after(response, problem)


def _use_reply(request: HttpRequest, extension: Extension, number: str) -> HttpResponse:
    """Show the page with a saved reply added to the message; nothing is sent."""
    require_moderator(request.user)
    version = _find_version(extension, number)
    if version is None:
        raise Http404("This version was never submitted for review.")
    version.extension = extension
    context = review_context(request, extension, version, number=number, tab="version")
    chosen = [reply for reply in context["replies"] if str(reply.pk) == request.POST.get("reply")]
    texts = [fill(reply.text, version, list(open_tasks(version))) for reply in chosen]
    typed = request.POST.get("reason", "").strip()
    form = ReasonForm(initial={"reason": "\n\n".join(filter(None, [typed, *texts]))})
    return _show_thread(request, extension, version, number=number, step="use_reply", form=form)


def _show_thread(
    request: HttpRequest,
    extension: Extension,
    version: Version | None,
    *,
    number: str = "",
    step: str = "",
    form: Form | None = None,
    status: int = 200,
    problems: Sequence[str] = (),
) -> HttpResponse:
    """Render the page of a version, or of the ``number`` of a deleted one.

    ``form`` is the one that ``step`` has rejected.
    """
    is_comment = step == "comment"
    if version is not None:
        version.extension, number = extension, version.number
    context = review_context(request, extension, version, number=number, tab="version")
    edited = request.GET.get("edit") or request.POST.get("event", "")
    conversation = read_conversation(
        queues.thread(extension, request.user, number=number),
        edited or request.GET.get("entry", ""),
    )
    key = review_key(extension, number)
    if request.method != "POST":
        mark_subject_read(request.user, key)
    context |= {
        "conversation": conversation,
        "event_count": conversation.count,
        "subscription": state_of(request.user, key),
        "comment": form if form and is_comment else CommentForm(),
        "reason": form if form and not is_comment else ReasonForm(),
        "step": step,
        "typed": request.POST,
        "problems": problems,
        "edited": edited,
    }
    context |= author_context(request.user, version)
    return render(request, "moderation/thread.html", context, status=status)


SUCCESS_MESSAGES = {
    "approve": "Approved. The version is public now.",
    "schedule": "Approved. This page shows when the version becomes public.",
    "first": "Approved by you; one more moderator is needed.",
    "request_changes": "Changes requested. The author can edit and resubmit the version.",
    "decline": "Declined. The author can only discard this version.",
    "block": "Blocked. Blender warns everyone who has installed it.",
    "unblock": "Unblocked.",
}


def _find_version(extension: Extension, number: str) -> Version | None:
    """Return the submitted version with ``number``."""
    version = queues.submitted_versions(extension).with_packages().filter(number=number).first()
    if version is not None:
        version.extension = extension
    return version


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
    """Perform a decision and return the HTTP status and the error, if there is one.

    If the status is not 200, the form has the errors. The same form sent twice decides once.
    """
    if step not in SUCCESS_MESSAGES or step in _STEP_OF_KIND.values():
        raise Http404("Unknown action.")
    require_moderator(request.user)
    if not form.is_valid():
        return 422, None
    reason = form.cleaned_data["reason"]
    by = request.user
    try:
        match step:
            case "block":
                moderation.block_extension(extension=extension, by=by, reason=reason)
            case "unblock":
                moderation.unblock_extension(extension=extension, by=by, reason=reason)
            case _:
                event = _DECISIONS[step](
                    version=_decided_version(extension, number),
                    packages=request.POST.getlist("package"),
                    by=by,
                    reason=reason,
                    **({"at_once": request.POST.get("at_once", "")} if step == "approve" else {}),
                )
                step = _STEP_OF_KIND.get(event.kind, step)
    except ExteryError as error:
        if error.code in _REPEATED and _is_repeated(request, step, extension, number):
            step = "first" if error.code == "review.approved-by-you" else step
            messages.success(request, SUCCESS_MESSAGES[step])
            return 200, None
        add_problems(form, error)
        return http_status(error), error
    messages.success(request, SUCCESS_MESSAGES[step])
    return 200, None


#: Approvals whose message is another one.
_STEP_OF_KIND: dict[str, str] = {
    Event.Kind.SCHEDULED: "schedule",
    Event.Kind.FIRST_APPROVED: "first",
}
#: Errors of a form that was sent twice.
_REPEATED = ("review.wrong-status", "review.approved-by-you")
_KINDS = {
    "approve": (Event.Kind.APPROVED, Event.Kind.SCHEDULED, Event.Kind.FIRST_APPROVED),
    "request_changes": (Event.Kind.CHANGES_REQUESTED,),
    "decline": (Event.Kind.DECLINED,),
    "block": (Event.Kind.BLOCKED,),
    "unblock": (Event.Kind.UNBLOCKED,),
}


def _is_repeated(request: HttpRequest, step: str, extension: Extension, number: str) -> bool:
    """Whether the last decision is the one of this form, by the same moderator about the same packages."""
    decisions = extension.events.decisions()
    if step not in ("block", "unblock"):
        decisions = decisions.filter(version_number=number)
    last = decisions.order_by("-pk").first()
    if last is None or last.kind not in _KINDS[step] or last.by_id != request.user.pk:
        return False
    return sorted(last.packages) == sorted(
        text.strip().lower().removeprefix("sha256:") for text in request.POST.getlist("package")
    ) or step in ("block", "unblock")
