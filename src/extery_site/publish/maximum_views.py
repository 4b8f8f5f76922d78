"""The page of a version's maximum Blender version: set it, suggest one, answer suggestions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from extery.core.errors import ExteryError
from extery_site.accounts.permissions import may_moderate
from extery_site.catalog.endpoints import visible_version
from extery_site.catalog.models import Extension, MaximumSuggestion, Version
from extery_site.project.problems import add_retry_after, http_status
from extery_site.publish import maximum
from extery_site.publish.manage_forms import SetMaximumForm, SuggestMaximumForm
from extery_site.quotas.client_address import client_address
from extery_site.ui.form_problems import add_problems, with_hint

#: Suggestions that the page shows, the newest first.
MAX_SUGGESTIONS = 50
_ANSWERS = {
    "accept": "The suggested maximum is set.",
    "decline": "The suggestion is declined.",
    "take-back": "Your suggestion is taken back.",
}


@require_http_methods(["GET", "HEAD", "POST"])
def version_maximum(request: HttpRequest, extension_id: str, number: str) -> HttpResponse:
    """Show the maximum of a version and its suggestions; set, suggest, accept or decline one."""
    visible = Extension.objects.visible_to(request.user).select_related("owner", "image")
    extension = get_object_or_404(visible.with_id(extension_id))
    version = visible_version(extension, number, request.user)
    is_owner = extension.is_owned_by(request.user)
    form_class = SetMaximumForm if is_owner else SuggestMaximumForm
    context: dict[str, Any] = {"form": form_class()}
    status, problem = 200, None
    if request.method == "POST":
        if not request.user.is_authenticated:
            return redirect_to_login(request.path)
        try:
            form = _perform(request, version, is_owner=is_owner)
        except _Failed as failed:
            problem, status = failed.error, http_status(failed.error)
            context |= failed.context
        else:
            if form is None:
                return redirect("publish:maximum", extension.extension_id, version.number)
            context["form"] = form
            problem = getattr(form, "problem", None)
            status = http_status(problem) if problem else 422
    suggestions = version.maximum_suggestions.select_related("by", "decided_by")
    context |= {
        "extension": extension,
        "version": version,
        "suggestions": suggestions[:MAX_SUGGESTIONS],
        "is_owner": is_owner,
        "may_answer": is_owner or may_moderate(request.user),
        "may_change": version.status == Version.Status.APPROVED and extension.is_public,
    }
    response = render(request, "publish/maximum.html", context, status=status)
    return add_retry_after(response, problem)


class _Failed(Exception):
    """An answer to a suggestion that failed; the page shows the error beside the suggestion."""

    def __init__(self, error: ExteryError, context: dict[str, Any]) -> None:
        super().__init__(str(error))
        self.error = error
        self.context = context


def _perform(request: HttpRequest, version: Version, *, is_owner: bool) -> Any:
    """Perform the action of a form; return the form if it has errors."""
    step = request.POST.get("step", "")
    if step in _ANSWERS:
        _answer(request, version, step)
        return None
    if step == "remove":
        try:
            maximum.remove_maximum(version=version, by=request.user)
        except ExteryError as error:
            form = SetMaximumForm(request.POST)
            form.errors.clear()
            add_problems(form, error)
            return form
        messages.success(request, "The maximum is removed.")
        return None
    if step not in ("set", "suggest"):
        raise Http404("Unknown action.")
    return _set_or_suggest(request, version, is_owner=is_owner)


def _set_or_suggest(request: HttpRequest, version: Version, *, is_owner: bool) -> Any:
    form = (SetMaximumForm if is_owner else SuggestMaximumForm)(request.POST)
    if not form.is_valid():
        return form
    try:
        if is_owner:
            maximum.set_maximum(version=version, by=request.user, **form.cleaned_data)
            messages.success(request, "The maximum is set. The listing has it now.")
        else:
            maximum.suggest_maximum(
                version=version,
                by=request.user,
                address=client_address(request),
                **form.cleaned_data,
            )
            messages.success(request, "Thank you. The owner and the moderators can answer now.")
    except ExteryError as error:
        add_problems(form, error)
        form.problem = error  # type: ignore[attr-defined]
        return form
    return None


def _answer(request: HttpRequest, version: Version, step: str) -> None:
    pk = request.POST.get("suggestion", "")
    if not (pk.isdecimal() and pk.isascii() and len(pk) < 16):
        raise Http404("Unknown suggestion.")
    suggestion = get_object_or_404(MaximumSuggestion, pk=int(pk), version=version)
    suggestion.version = version
    answer = request.POST.get("answer", "")
    try:
        match step:
            case "accept":
                maximum.accept(suggestion=suggestion, by=request.user, answer=answer)
            case "decline":
                maximum.decline(suggestion=suggestion, by=request.user, answer=answer)
            case _:
                maximum.take_back(suggestion=suggestion, by=request.user)
    except ExteryError as error:
        shown = " ".join(with_hint(problem) for problem in error.problems)
        raise _Failed(
            error,
            {"failed": suggestion.pk, "failed_answer": answer[:10_000], "failed_because": shown},
        ) from error
    messages.success(request, _ANSWERS[step])
