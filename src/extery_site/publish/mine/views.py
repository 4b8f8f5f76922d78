"""*My extensions* and the page with the numbers of one of them, with their downloads as CSV and JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from extery_site.accounts.models import User
from extery_site.accounts.permissions import require_signed_in
from extery_site.catalog.models import Extension
from extery_site.publish.asks import asks_of
from extery_site.publish.mine import exports
from extery_site.publish.mine.charts import LENGTHS, SPLITS, Choice, chart_of
from extery_site.publish.mine.numbers import DAYS, downloads_of, numbers_of
from extery_site.publish.mine.rows import FILTERS, own_extensions, rows_of
from extery_site.ratings.queries import numbers_of as ratings_of
from extery_site.statistics.queries import by_month, downloads_by_day
from extery_site.statistics.retention import DAYS as KEPT_DAYS
from extery_site.ui.csv_rows import MEDIA_TYPE

PAGE_SIZE = 24
#: What is asked is all shown up to this number; of more, the first ones.
_MAX_ASKS = 12
_MAX_TEXT = 100


def _own(user: User) -> list[int]:
    """Return the keys of a user's extensions: with them the database reads the numbers of these only."""
    own = Extension.objects.filter(owner=user, erased_at=None)
    return list(own.values_list("pk", flat=True))


@login_required
@require_safe
def my_extensions(request: HttpRequest) -> HttpResponse:
    """Show what is asked of the user, the numbers of their extensions, and all of them."""
    user = require_signed_in(request.user)
    show = request.GET.get("show", "")
    show = show if show in FILTERS else ""
    text = request.GET.get("q", "").replace("\x00", "")[:_MAX_TEXT]
    choice = Choice.of(request.GET)
    asks = asks_of(user)
    paginator = Paginator(own_extensions(user, show=show, text=text), PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    shown = list(page)
    daily = downloads_by_day([one.pk for one in shown], days=DAYS)
    own = _own(user)
    context = {
        "asks": asks[:_MAX_ASKS],
        "more_asks": max(0, len(asks) - _MAX_ASKS),
        "numbers": numbers_of(user),
        "downloads": downloads_of(own),
        "chart": chart_of(own, choice, with_names=True),
        "choice": choice,
        "splits": SPLITS,
        "lengths": LENGTHS,
        "rows": rows_of(shown, daily=daily, asks=asks),
        "page": page,
        "pages": paginator.get_elided_page_range(page.number),
        "filters": FILTERS,
        "show": show,
        "text": text,
    }
    return render(request, "publish/mine.html", context)


def _own_or_404(request: HttpRequest, extension_id: str) -> Extension:
    user = require_signed_in(request.user)
    own = Extension.objects.filter(owner=user, erased_at=None).select_related("newest_version")
    return get_object_or_404(own.with_id(extension_id))


@login_required
@require_safe
def statistics(request: HttpRequest, extension_id: str) -> HttpResponse:
    """Show the numbers of one extension."""
    extension = _own_or_404(request, extension_id)
    choice = Choice.of(request.GET)
    context = {
        "extension": extension,
        "downloads": downloads_of([extension.pk]),
        "ratings": ratings_of(extension),
        "chart": chart_of([extension.pk], choice, with_names=False),
        "choice": choice,
        "splits": SPLITS,
        "lengths": LENGTHS,
        "months": by_month(extension),
        "kept_days": KEPT_DAYS,
    }
    return render(request, "publish/statistics.html", context)


@login_required
@require_safe
def all_downloads(request: HttpRequest, format_: str) -> HttpResponseBase:
    """Return the numbers of all extensions of the user as a file."""
    user = require_signed_in(request.user)
    return _file(_own(user), format_, f"downloads-{timezone.now():%Y-%m-%d}")


@login_required
@require_safe
def downloads(request: HttpRequest, extension_id: str, format_: str) -> HttpResponseBase:
    """Return the numbers of one extension as a file."""
    extension = _own_or_404(request, extension_id)
    name = f"{extension.extension_id}-downloads-{timezone.now():%Y-%m-%d}"
    return _file([extension.pk], format_, name)


def _file(extensions: Any, format_: str, name: str) -> HttpResponseBase:
    lines: Iterator[str] = (exports.as_csv if format_ == "csv" else exports.as_json)(extensions)
    return StreamingHttpResponse(
        lines,
        content_type=MEDIA_TYPE if format_ == "csv" else "application/json",
        headers={
            "Content-Disposition": f'attachment; filename="{name}.{format_}"',
            "Cache-Control": "private, no-cache",
        },
    )
