"""Pages of the source search, for moderators and volunteers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from extery.core.errors import ExteryError
from extery_site.accounts.permissions import may_moderate
from extery_site.catalog.models import Package, ReplacedPackage
from extery_site.source_search import actions
from extery_site.source_search.exports import as_csv, as_row
from extery_site.source_search.forms import FilterForm, SaveForm, SearchForm
from extery_site.source_search.models import IndexedPackage, Search
from extery_site.source_search.permissions import require_staff, visible_search
from extery_site.source_search.results import MAX_PLACES, Filters, find_places, load_places
from extery_site.source_search.source_lines import find_source, lines_around, place_of
from extery_site.ui.form_problems import join_messages
from extery_site.ui.submission import submit

PAGE_SIZE = 50
#: Saved searches, and searches of a moment, that a page of the start lists.
SAVED, RECENT = 25, 10


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Show the form, the saved searches and the last ones; start a search."""
    user = require_staff(request.user)
    form = SearchForm(request.POST or None, label_suffix="")

    def perform() -> Search:
        return actions.start_search(by=request.user, **form.cleaned_data)

    submission = submit(request, form, perform)
    if submission.result is not None:
        return redirect("source_search:search", submission.result.pk)
    searches = Search.objects.visible_to(user.pk).select_related("owner")
    paginator = Paginator(searches.saved(), SAVED)
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "page": page,
        "pages": paginator.get_elided_page_range(page.number),
        "recent": searches.filter(name="").order_by("-used_at", "-pk")[:RECENT],
        "indexed": IndexedPackage.objects.count(),
        "packages": Package.objects.count() + ReplacedPackage.objects.count(),
        "may_search": may_moderate(user),
    }
    return submission.render("source_search/start.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the results of a search; run, cancel or delete it."""
    found = visible_search(pk, request.user)
    if request.method == "POST":
        return _change(request, found)
    filters = Filters.of(found, request.GET)
    paginator = Paginator(find_places(found, filters), PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "search": found,
        "filter_form": FilterForm(initial=vars(filters)),
        "page": page,
        "pages": paginator.get_elided_page_range(page.number),
        "places": list(load_places(page.object_list)),
        "max_places": MAX_PLACES,
        "kept": found.matches.count() if found.is_regex else 0,
        "query_string": request.GET.urlencode(),
        "may_search": may_moderate(request.user),
        "is_owner": found.owner_id == request.user.pk,
    }
    return render(request, "source_search/search.html", context)


def _change(request: HttpRequest, found: Search) -> HttpResponse:
    step = request.POST.get("step")
    try:
        if step == "run":
            actions.run_again(search=found, by=request.user)
        elif step == "cancel":
            actions.cancel_run(search=found, by=request.user)
        elif step == "delete":
            actions.delete_search(search=found, by=request.user)
            messages.success(request, "The search is deleted.")
            return redirect("source_search:start")
    except ExteryError as error:
        messages.error(request, join_messages(error))
    return redirect("source_search:search", found.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """Save a search under a name, or change a saved one."""
    found = visible_search(pk, request.user)
    fields = ("name", "description", "is_shared", "is_watched", "points")
    initial = {name: getattr(found, name) for name in fields}
    form = SaveForm(request.POST or None, initial=initial, label_suffix="")

    def perform() -> Search:
        values = {**form.cleaned_data, "points": form.cleaned_data["points"] or 0}
        return actions.save_search(search=found, by=request.user, **values)

    submission = submit(request, form, perform)
    if submission.is_done:
        messages.success(request, "The search is saved.")
        return redirect("source_search:search", found.pk)
    return submission.render("source_search/save.html", {"search": found})


@login_required
@require_safe
def export(request: HttpRequest, pk: str, format_: str) -> HttpResponse:
    """Send all results, at most `MAX_PLACES`, as CSV or JSON."""
    found = visible_search(int(pk), request.user)
    places = load_places(find_places(found, Filters.of(found, request.GET)))
    name = f"source-search-{found.pk}.{format_}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if format_ == "csv":
        text = as_csv(places, request)
        return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)
    data: dict[str, Any] = {
        "query": found.query,
        "kind": found.kind,
        "results": [as_row(place, request) for place in places],
    }
    return JsonResponse(data, headers=headers)


@login_required
@require_safe
def source(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the lines of a file of a package around one of them."""
    require_staff(request.user)
    file = find_source(pk)
    if file is None:
        raise Http404("There is no such file in the index.")
    shown = lines_around(file, request.GET.get("line", ""))
    return render(
        request,
        "source_search/source.html",
        {"place": place_of(file, shown.wanted), "file": file, "shown": shown},
    )
