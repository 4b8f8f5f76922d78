"""The page that dismisses chosen cases with the same answer, after a preview."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from extery.core.errors import ExteryError
from extery_site.accounts.permissions import require_moderator
from extery_site.project.problems import http_status
from extery_site.reports import bulk
from extery_site.reports.forms import SameAnswerForm
from extery_site.ui.form_problems import add_problems
from extery_site.ui.row_keys import row_key

MAX_BACK_LENGTH = 2_000


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def chosen(request: HttpRequest) -> HttpResponse:
    """Show which of the chosen cases can be dismissed, and dismiss them."""
    moderator = require_moderator(request.user)
    data = request.POST if request.method == "POST" else request.GET
    choices = bulk.find_chosen(data.getlist("chosen"), moderator)
    back = data.get("back", "")[:MAX_BACK_LENGTH]
    if not choices:
        messages.info(request, "Choose at least one case.")
        return redirect(_list_url(back))
    form, status = SameAnswerForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            note = form.cleaned_data["note"]
            seen = {one.case.pk: _seen(request.POST, one) for one in choices}
            try:
                _report(request, bulk.dismiss(choices, by=moderator, note=note, seen=seen))
            except ExteryError as error:
                add_problems(form, error)
                status = http_status(error)
            else:
                return redirect(_list_url(back))
    possible = [choice for choice in choices if choice.is_possible]
    context = {
        "choices": choices,
        "possible": possible,
        "form": form,
        "back": back,
        "back_url": _list_url(back),
    }
    return render(request, "reports/chosen.html", context, status=status)


def _seen(post: QueryDict, choice: bulk.Choice) -> int:
    """Return the last statement that the page showed; 0 without one."""
    return row_key(post.get(f"seen-{choice.case.pk}", ""))


def _report(request: HttpRequest, result: bulk.Result) -> None:
    """Show what was dismissed and what was not."""
    if number := len(result.done):
        cases = "1 case is" if number == 1 else f"{number} cases are"
        messages.success(request, f"{cases} dismissed, with your answer.")
    if result.left_out:
        names = ", ".join(
            f"{choice.case.title} ({choice.reason[:1].lower()}{choice.reason[1:]})"
            for choice in result.left_out
        )
        messages.warning(request, f"Left out: {names}.")


def _list_url(back: str) -> str:
    """Return the address of the list that the form was on: ``back`` is its query."""
    query = QueryDict(back).urlencode()
    return reverse("reports:list") + (f"?{query}" if query else "")
