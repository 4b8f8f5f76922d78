"""The third step: the texts of the page, beside a preview; a script saves what is typed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from extery.core.errors import Conflict, ExteryError
from extery_site.catalog.models import Version
from extery_site.project.problems import http_status
from extery_site.publish.addresses import media_url
from extery_site.publish.page_text import (
    FIELDS,
    PageText,
    page_draft_of,
    page_text,
    save_page,
    waits_for_version,
)
from extery_site.submit.page_form import PageForm
from extery_site.submit.steps import (
    STEPS,
    find_version,
    messages_of,
    prepare,
    render_states,
    render_step,
)
from extery_site.ui.markup import render as render_markdown

FORM_METHODS = ["GET", "HEAD", "POST"]


@login_required
@require_http_methods(FORM_METHODS)
def page(request: HttpRequest, extension_id: str, number: str) -> HttpResponse:
    """Edit the texts of the page of a version."""
    version = find_version(request, extension_id, number)
    error = None
    if request.method == "POST":
        try:
            _save(request, version)
        except ExteryError as caught:
            error = caught
        else:
            return _after_save(request, version)
    saved = page_text(version)
    typed = _typed(request) if error is not None else saved._asdict()
    conflicts = _conflicts(error, saved)
    context = {
        "form": PageForm(typed, version=version, problems=error.problems if error else ()),
        "stamps": saved.stamps,
        "text": saved,
        "draft": page_draft_of(version),
        "waits": waits_for_version(version),
        "conflicts": conflicts,
        "media_url": media_url(version),
        "shows_preview": request.GET.get("preview") == "1",
    }
    return render_step(request, version, "page", context, error=error)


def _after_save(request: HttpRequest, version: Version) -> HttpResponse:
    arguments = (version.extension.extension_id, version.number)
    target = request.POST.get("go", "")
    if target == "leave":
        messages.success(request, "Saved. You find it here under Awaiting you.")
        return redirect("publish:mine")
    if target == "preview":
        return redirect(f"{request.path}?preview=1#preview")
    if target in STEPS:
        return redirect(f"submit:{target}", *arguments)
    messages.success(request, "Saved.")
    return redirect("submit:page", *arguments)


@login_required
@require_POST
def save(request: HttpRequest, extension_id: str, number: str) -> JsonResponse:
    """Save what was typed, for the script: the rendered texts and the stamps, or what is wrong in which field."""
    version = find_version(request, extension_id, number)
    try:
        saved = _save(request, version)
    except ExteryError as error:
        fields = {
            problem.where.field: messages_of((problem,))[0]
            for problem in error.problems
            if problem.is_error
        }
        present = page_text(find_version(request, extension_id, number))
        conflicts = _conflicts(error, present)
        answer = {"fields": fields, "conflicts": conflicts, "stamps": present.stamps}
        return JsonResponse(answer, status=http_status(error))
    return JsonResponse(
        {
            "saved_at": timezone.now().isoformat(),
            "stamps": saved.stamps,
            "states": render_states(prepare(find_version(request, extension_id, number)), "page"),
            "html": {
                "description": render_markdown(saved.description),
                "release_notes": render_markdown(saved.release_notes),
            },
        }
    )


def _typed(request: HttpRequest) -> dict[str, str]:
    return {name: request.POST[name] for name in FIELDS if name in request.POST}


def _save(request: HttpRequest, version: Version) -> PageText:
    based_on = {
        name: request.POST[f"stamp-{name}"] for name in FIELDS if f"stamp-{name}" in request.POST
    }
    return save_page(version=version, by=request.user, texts=_typed(request), based_on=based_on)


def _conflicts(error: ExteryError | None, present: PageText) -> dict[str, Any]:
    """Return the texts that someone else has saved, by field."""
    if not isinstance(error, Conflict):
        return {}
    texts = present._asdict()
    names = (problem.where.field for problem in error.problems)
    return {name: texts[name] for name in names if name in texts}
