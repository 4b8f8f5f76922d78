"""Pages for reports: users report extensions, moderators handle the reports."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from extery.core.errors import ExteryError
from extery_site.accounts.permissions import require_moderator
from extery_site.catalog.models import Extension
from extery_site.catalog.own_work import may_decide
from extery_site.project.problems import add_retry_after, http_status
from extery_site.quotas.client_address import client_address
from extery_site.reports import actions
from extery_site.reports.forms import NoteForm, ReportForm
from extery_site.reports.models import Report
from extery_site.ui.form_problems import add_problems

PAGE_SIZE = 24
CLOSE_ACTIONS = {"resolve": actions.resolve_report, "dismiss": actions.dismiss_report}
FORM_METHODS = ["GET", "HEAD", "POST"]


@login_required
@require_http_methods(FORM_METHODS)
def report(request: HttpRequest, extension_id: str) -> HttpResponse:
    """Report an extension."""
    visible = Extension.objects.visible_to(request.user).select_related("owner", "image")
    extension = get_object_or_404(visible.with_id(extension_id))
    form = ReportForm(request.POST or None)
    status, problem = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                actions.report_extension(
                    extension=extension,
                    by=request.user,
                    address=client_address(request),
                    **form.cleaned_data,
                )
            except ExteryError as error:
                problem = error
                add_problems(form, error)
                status = http_status(error)
            else:
                messages.success(request, "Report sent. Thank you; a moderator will look at it.")
                return redirect(extension)
    context = {"extension": extension, "form": form}
    response = render(request, "reports/report.html", context, status=status)
    return add_retry_after(response, problem)


@login_required
@require_safe
def report_list(request: HttpRequest) -> HttpResponse:
    """List open or handled reports."""
    require_moderator(request.user)
    handled = request.GET.get("show") == "handled"
    reports = Report.objects.handled() if handled else Report.objects.open()
    reports = reports.with_related().select_related("extension__image")
    paginator = Paginator(reports, PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "page": page,
        "pages": paginator.get_elided_page_range(page.number),
        "handled": handled,
    }
    return render(request, "reports/list.html", context)


@login_required
@require_http_methods(FORM_METHODS)
def handle(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a report; resolve or dismiss it."""
    require_moderator(request.user)
    report = get_object_or_404(Report.objects.with_related(), pk=pk)
    form = NoteForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        action = request.POST.get("step", "")
        if action not in CLOSE_ACTIONS:
            raise Http404("Unknown action.")
        try:
            CLOSE_ACTIONS[action](report=report, by=request.user, note=form.cleaned_data["note"])
        except ExteryError as error:
            add_problems(form, error)
            status = http_status(error)
        else:
            messages.success(
                request, "Report resolved." if action == "resolve" else "Report dismissed."
            )
            return redirect("reports:list")
    elif request.method == "POST":
        status = 422
    others = Report.objects.filter(extension=report.extension).exclude(pk=report.pk)
    context = {
        "report": report,
        "form": form,
        "may_decide": may_decide(request.user, report.extension),
        "others": others.with_related()[:10],
    }
    return render(request, "reports/handle.html", context, status=status)
