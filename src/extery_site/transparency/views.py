"""The transparency page, and its months as a CSV file."""

from __future__ import annotations

import csv
import io

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from extery_site.transparency import counting, report


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the figures of the last twelve months."""
    found = report.read()
    context = {
        "report": found,
        "reviews": counting.REVIEWS,
        "reports": counting.REPORTS,
        "users": counting.USERS,
        "times": counting.TIMES,
        "most_submitted": max(
            (month.counts["submitted"] for month in found.last_months), default=0
        ),
        "most_reasons": max(found.year.reasons.values(), default=0) if found.year else 0,
        "min_times": counting.MIN_TIMES,
        "min_shown": report.MIN_SHOWN,
    }
    return render(request, "transparency/page.html", context)


@require_safe
def download(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  Django passes it
    """Return all months as a CSV file."""
    text = io.StringIO()
    csv.writer(text).writerows(report.csv_rows(report.read()))
    return HttpResponse(
        text.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": 'attachment; filename="transparency.csv"',
            "Cache-Control": "public, max-age=60",
        },
    )
