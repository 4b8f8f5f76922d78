"""Pages of appeals: a person appeals, another moderator decides."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from extery.core.errors import ExteryError, NotFound
from extery_site.accounts.permissions import may_moderate, require_moderator, require_signed_in
from extery_site.project.problems import add_retry_after, http_status
from extery_site.quotas.client_address import client_address
from extery_site.reports import appeals
from extery_site.reports.forms import AppealDecisionForm, AppealForm
from extery_site.reports.models import Appeal
from extery_site.ui.form_problems import add_problems

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
    status, problem = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                created = appeals.appeal(
                    decision=decision,
                    by=person,
                    text=form.cleaned_data["text"],
                    address=client_address(request),
                )
            except ExteryError as error:
                problem = error
                add_problems(form, error)
                status = http_status(error)
            else:
                messages.success(request, "Appeal sent. Another moderator will look at it.")
                return redirect(created)
    context = {"decision": found, "form": form}
    response = render(request, "reports/new_appeal.html", context, status=status)
    return add_retry_after(response, problem)


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
    status = 200
    if request.method == "POST":
        moderator = require_moderator(request.user)
        status = 422
        if form.is_valid():
            grant = form.cleaned_data["outcome"] == "grant"
            try:
                appeals.decide_appeal(
                    appeal=found, by=moderator, grant=grant, answer=form.cleaned_data["answer"]
                )
            except ExteryError as error:
                add_problems(form, error)
                status = http_status(error)
                found.refresh_from_db()
            else:
                messages.success(request, "Appeal granted." if grant else "Appeal rejected.")
                return redirect(found)
    context = {
        "appeal": found,
        "form": form,
        "is_moderator": may_moderate(request.user),
        "may_decide": appeals.may_decide_appeal(request.user, found),
        "effect": appeals.describe_effect(found),
    }
    return render(request, "reports/appeal.html", context, status=status)
