"""Reports: anybody with an account tells, moderators handle."""

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
from extery_site.project.problems import status_of
from extery_site.reports import actions
from extery_site.reports.forms import NoteForm, ReportForm
from extery_site.reports.models import Report
from extery_site.ui.form_problems import add_problems

PAGE_SIZE = 24
CLOSE = {"resolve": actions.resolve_report, "dismiss": actions.dismiss_report}
FORM = ["GET", "HEAD", "POST"]


@login_required
@require_http_methods(FORM)
def report(request: HttpRequest, extension_id: str) -> HttpResponse:
    """Tell the moderators what is wrong with an extension."""
    visible = Extension.objects.visible_to(request.user).select_related("owner", "image")
    extension = get_object_or_404(visible.with_id(extension_id))
    form = ReportForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                actions.report_extension(extension=extension, by=request.user, **form.cleaned_data)
            except ExteryError as error:
                add_problems(form, error)
                status = status_of(error)
            else:
                messages.success(request, "Thank you. A moderator will look at it.")
                return redirect(extension)
    context = {"extension": extension, "form": form}
    return render(request, "reports/report.html", context, status=status)


@login_required
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """All reports: what nobody has looked at, and what was done."""
    require_moderator(request.user)
    handled = request.GET.get("show") == "handled"
    reports = Report.objects.handled() if handled else Report.objects.open()
    shown = reports.with_everything().select_related("extension__image")
    paginator = Paginator(shown, PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "page": page,
        "pages": paginator.get_elided_page_range(page.number),
        "handled": handled,
    }
    return render(request, "reports/list.html", context)


@login_required
@require_http_methods(FORM)
def handle(request: HttpRequest, pk: int) -> HttpResponse:
    """One report, and how it was or will be closed."""
    require_moderator(request.user)
    found = get_object_or_404(Report.objects.with_everything(), pk=pk)
    form = NoteForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        step = request.POST.get("step", "")
        if step not in CLOSE:
            raise Http404("There is nothing like that to do here.")
        try:
            CLOSE[step](report=found, by=request.user, note=form.cleaned_data["note"])
        except ExteryError as error:
            add_problems(form, error)
            status = status_of(error)
        else:
            messages.success(request, "Resolved." if step == "resolve" else "Dismissed.")
            return redirect("reports:list")
    elif request.method == "POST":
        status = 422
    others = Report.objects.filter(extension=found.extension).exclude(pk=found.pk)
    context = {"report": found, "form": form, "others": others.with_everything()[:10]}
    return render(request, "reports/handle.html", context, status=status)
