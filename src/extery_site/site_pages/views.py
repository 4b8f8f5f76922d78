"""The pages, their history, and the form with which superusers write them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from extery_site.moderation.line_differences import compare_lines
from extery_site.site_pages.actions import may_edit, require_editor, save_page
from extery_site.site_pages.models import MAX_NOTE, MAX_TEXT, PageVersion
from extery_site.site_pages.pages import (
    PAGES,
    Text,
    current_text,
    missing_settings,
    page_or_404,
    text_of,
)
from extery_site.ui.submission import submit

PAGE_SIZE = 50


class PageForm(forms.Form):
    """The text of a page, and what changed."""

    text = forms.CharField(
        label="Text",
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 24}),
        help_text="Markdown. {site}, {operator} and {contact} stand for the name of the site, EXTERY_OPERATOR and EXTERY_CONTACT.",
        error_messages={"required": "Enter the text."},
    )
    note = forms.CharField(
        label="What changed",
        max_length=MAX_NOTE,
        help_text="One sentence; everyone can read it in the history of the page.",
        error_messages={"required": "Say in a sentence what changed."},
    )
    base = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)


@require_safe
def show(request: HttpRequest, name: str) -> HttpResponse:
    """Show a page."""
    text = current_text(page_or_404(name))
    editor = may_edit(request.user)
    context = {
        "shown": text,
        "pages": PAGES.values(),
        "may_edit": editor,
        "missing": missing_settings(text.text) if editor else [],
    }
    return render(request, "site_pages/page.html", context)


@require_safe
def versions(request: HttpRequest, name: str) -> HttpResponse:
    """List the versions of a page."""
    page = page_or_404(name)
    rows = PageVersion.objects.filter(page=name).select_related("by").defer("text")
    paginator = Paginator(rows, PAGE_SIZE)
    found = paginator.get_page(request.GET.get("page"))
    context = {
        "shown_page": page,
        "page": found,
        "pages": paginator.get_elided_page_range(found.number),
    }
    return render(request, "site_pages/versions.html", context)


@require_safe
def version(request: HttpRequest, name: str, number: str) -> HttpResponse:
    """Show a version of a page, and what it changed."""
    page = page_or_404(name)
    text = text_of(page, int(number))
    before = text_of(page, text.number - 1) if text.number else None
    context: dict[str, Any] = {
        "shown": text,
        "before": before,
        "lines": _difference(before, text) if before is not None else [],
        "current": current_text(page).number,
        "may_edit": may_edit(request.user),
    }
    return render(request, "site_pages/version.html", context)


def _difference(before: Text, after: Text) -> list[Any]:
    return compare_lines(before.text.splitlines(), after.text.splitlines())


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, name: str) -> HttpResponse:
    """Write a page: preview it, and save it as a new version; ``?from=3`` begins with an older text."""
    require_editor(request.user)
    page = page_or_404(name)
    current = current_text(page)
    older = request.GET.get("from", "")
    source = text_of(page, int(older)) if older.isdecimal() and len(older) < 10 else current
    note = f"Restored version {source.number}." if source.number != current.number else ""
    initial = {"text": source.text, "note": note, "base": current.number}
    form = PageForm(request.POST or None, initial=initial)
    context: dict[str, Any] = {"shown": current, "restored": source}
    if request.method == "POST" and "preview" in request.POST:
        typed = request.POST.get("text", "")[:MAX_TEXT]
        preview = Text(page, current.number, typed)
        context |= {"preview": preview, "lines": _difference(current, preview)}
        context["form"] = PageForm(initial=request.POST.dict())
        return render(request, "site_pages/edit.html", context)
    data = form.data
    submission = submit(
        request, form, lambda: save_page(page=page, by=request.user, **form.cleaned_data)
    )
    if submission.result is not None:
        messages.success(request, f"{page.title} is saved as version {submission.result.number}.")
        return redirect("site_pages:show", page.name)
    if data and submission.status == 409:
        context["lines"] = _difference(Text(page, 0, data.get("text", "")[:MAX_TEXT]), current)
        context["conflict"] = True
    return submission.render("site_pages/edit.html", context)
