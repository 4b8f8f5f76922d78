"""Pages of appeals: a person appeals, another moderator decides."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from extery.core.errors import NotFound
from extery_site.accounts.permissions import may_moderate, require_moderator, require_signed_in
from extery_site.quotas.client_address import client_address
from extery_site.reports import appeals
from extery_site.reports.forms import AppealDecisionForm, AppealForm
from extery_site.reports.models import Appeal
from extery_site.reports.permissions import may_decide_appeal
from extery_site.ui.submission import submit

FORM_METHODS = ["GET", "HEAD", "POST"]


@login_required
@require_http_methods(FORM_METHODS)
def new_appeal(request: HttpRequest, decision: str) -> HttpResponse:
    """Appeal against a decision about oneself."""
    person = require_signed_in(request.user)
    try:
        found = appeals.find_decision(decision, person)
    except NotFound as error:
        raise Http404(str(error)) from error
    existing = Appeal.objects.filter(decision=found.key, by=person).first()
    if existing is not None:
        return redirect(existing)
    form = AppealForm(request.POST or None)

    def perform() -> Appeal:
        text, address = form.cleaned_data["text"], client_address(request)
        return appeals.appeal(decision=decision, by=person, text=text, address=address)

    submission = submit(request, form, perform)
    if submission.result is not None:
        messages.success(request, "Appeal sent. Another moderator will look at it.")
        return redirect(submission.result)
    return submission.render("reports/new_appeal.html", {"decision": found})


@login_required
@require_http_methods(FORM_METHODS)
def appeal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an appeal to its person and to moderators; a moderator decides it."""
    found = get_object_or_404(
        Appeal.objects.select_related(
            "by", "decided_by", "first_decided_by", "event__extension", "suspension", "case"
        ),
        pk=pk,
    )
    if found.by_id != request.user.pk and not may_moderate(request.user):
        raise Http404("This appeal is of another person.")
    form = AppealDecisionForm(request.POST or None)

    def perform() -> str:
        grant, text = form.cleaned_data["outcome"] == "grant", form.cleaned_data["answer"]
        appeals.decide_appeal(appeal=found, by=request.user, grant=grant, answer=text)
        return "Appeal granted." if grant else "Appeal rejected."

    if request.method == "POST":
        require_moderator(request.user)
    submission = submit(request, form, perform)
    if submission.result is not None:
        messages.success(request, submission.result)
        return redirect(found)
    if submission.error is not None:
        found.refresh_from_db()
    context = {
        "appeal": found,
        "is_moderator": may_moderate(request.user),
        "may_decide": may_decide_appeal(request.user, found),
        "effect": appeals.describe_effect(found),
    }
    return submission.render("reports/appeal.html", context)
