"""Pages for people who report, or are reported: the form, their reports, answers to questions."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from extery.core.errors import ExteryError, NotFound
from extery_site.accounts.permissions import is_active_user, require_signed_in
from extery_site.project.problems import add_retry_after, http_status
from extery_site.quotas.client_address import client_address
from extery_site.reports import actions, queries
from extery_site.reports.appeals import decisions_about
from extery_site.reports.forms import ReportForm, TextForm
from extery_site.reports.handling import answer_question, was_asked
from extery_site.reports.models import Appeal, Case, CaseEntry, Report
from extery_site.reports.targets import Target, find_target
from extery_site.ui.form_problems import add_problems
from extery_site.ui.submission import submit

FORM_METHODS = ["GET", "HEAD", "POST"]
#: Number of versions that the form offers, and of rows in each list of "My reports and appeals".
MAX_VERSIONS = 20
MAX_ROWS = 50


def old_address(_request: HttpRequest, extension_id: str) -> HttpResponse:
    """Redirect to the form, which had this address before."""
    return redirect("reports:report", "extension", extension_id, permanent=True)


@require_http_methods(FORM_METHODS)
def report(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Report a thing; a user with an open report about it can add to it, or take it back."""
    if not is_active_user(request.user) and not settings.EXTERY_ANONYMOUS_REPORTS:
        return redirect_to_login(request.get_full_path())
    try:
        target = find_target(kind, key, request.user)
    except NotFound as error:
        raise Http404(str(error)) from error
    existing = _own_report(request, target)
    if existing is not None:
        return _change_report(request, target, existing)
    return _new_report(request, target)


def _own_report(request: HttpRequest, target: Target) -> Report | None:
    if not is_active_user(request.user):
        return None
    return (
        queries.own_reports(request.user)
        .filter(case__kind=target.kind, case__target_pk=target.pk, case__status=Case.Status.OPEN)
        .first()
    )


def _new_report(request: HttpRequest, target: Target) -> HttpResponse:
    signed_in = is_active_user(request.user)
    form = ReportForm(
        request.POST or None,
        target=target,
        versions=_versions(target),
        anonymous=signed_in and settings.EXTERY_ANONYMOUS_REPORTS,
    )

    def perform() -> Report:
        address = client_address(request)
        return actions.report_target(
            target=target, by=request.user, address=address, **form.cleaned_data
        )

    submission = submit(request, form, perform)
    if submission.result is not None:
        messages.success(request, "Report sent. Thank you; a moderator will look at it.")
        return redirect("reports:mine" if submission.result.by else target.url)
    context: dict[str, Any] = {
        "target": target,
        "is_own": target.owner is not None and target.owner.pk == request.user.pk,
        "signed_in": signed_in,
        "usual_time": queries.usual_time(),
    }
    return submission.render("reports/report.html", context)


def _versions(target: Target) -> list[str]:
    """Return the numbers of the published versions of a reported extension, newest first."""
    if target.kind != "extension" or target.extension is None:
        return []
    approved = target.extension.versions.approved().newest_first()
    return list(approved.values_list("number", flat=True)[:MAX_VERSIONS])


def _change_report(request: HttpRequest, target: Target, existing: Report) -> HttpResponse:
    """Show an open report of one's own; add to it, or take it back."""
    form = TextForm(request.POST or None, label="Add to your report")
    status, problem = 200, None
    if request.method == "POST":
        try:
            if request.POST.get("step") == "withdraw":
                actions.withdraw_report(report=existing, by=request.user)
                messages.success(request, f"Your report about {target.title} is taken back.")
                return redirect("reports:mine")
            status = 422
            if form.is_valid():
                actions.add_to_report(
                    report=existing,
                    by=request.user,
                    text=form.cleaned_data["text"],
                    address=client_address(request),
                )
                messages.success(request, "Added to your report.")
                return redirect("reports:mine")
        except ExteryError as error:
            problem = error
            add_problems(form, error)
            status = http_status(error)
    context = {
        "target": target,
        "report": existing,
        "additions": existing.entries.filter(kind=CaseEntry.Kind.ADDED),
        "form": form,
    }
    response = render(request, "reports/again.html", context, status=status)
    return add_retry_after(response, problem)


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Show one's own reports, questions of moderators, decisions about oneself, and appeals."""
    person = require_signed_in(request.user)
    appeals = list(Appeal.objects.filter(by=person).order_by("-created_at")[:MAX_ROWS])
    appealed = {appeal.decision for appeal in appeals}
    context = {
        "questions": queries.questions_to(person)[:MAX_ROWS],
        "reports": queries.own_reports(person)[:MAX_ROWS],
        "decisions": [(one, one.key in appealed) for one in decisions_about(person)],
        "appeals": appeals,
    }
    return render(request, "reports/mine.html", context)


@login_required
@require_http_methods(FORM_METHODS)
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer the questions that moderators have asked the user about a case."""
    person = require_signed_in(request.user)
    case = get_object_or_404(Case.objects.select_related("person"), pk=pk)
    if not was_asked(case, person):
        raise Http404("There is no question to you.")
    form: Form = TextForm(request.POST or None, label="Your answer")

    def perform() -> CaseEntry:
        text, address = form.cleaned_data["text"], client_address(request)
        return answer_question(case=case, by=person, text=text, address=address)

    submission = submit(request, form, perform)
    if submission.is_done:
        messages.success(request, "Answer sent to the moderators.")
        return redirect("reports:mine")
    kinds = [CaseEntry.Kind.ASKED_PERSON] if case.person_id == person.pk else []
    if case.reports.standing().filter(by=person).exists():
        kinds.append(CaseEntry.Kind.ASKED_REPORTERS)
    own = case.entries.filter(kind=CaseEntry.Kind.ANSWERED, by=person)
    context = {
        "case": case,
        "entries": (case.entries.filter(kind__in=kinds) | own).select_related("by"),
    }
    return submission.render("reports/answer.html", context)
