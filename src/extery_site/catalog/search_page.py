"""What the page of a search has beside its results: following it, results without filters, and rows or cards."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from extery.core.errors import ExteryError
from extery_site.catalog import followed_searches
from extery_site.catalog.forms import BrowseForm
from extery_site.catalog.models import Extension
from extery_site.catalog.search_ranking import best_matches
from extery_site.notify.actions import is_following, unfollow
from extery_site.notify.subject import Subject
from extery_site.ui.form_problems import join_messages

#: Values of ``view`` in the address.
VIEWS = ("cards", "rows")


class SearchPage(NamedTuple):
    """Beside the results.

    ``subject`` is what can be followed, ``None`` without text and filters. ``more`` is how many results there would be
    besides without the filters, 0 if unknown; they are at ``without_filters``.
    """

    subject: Subject | None
    is_followed: bool
    more: int
    without_filters: str
    shows_rows: bool

    @property
    def query(self) -> str:
        """The query string of the search, in one form for each."""
        return self.subject.url.partition("?")[2] if self.subject else ""


def search_page(request: HttpRequest, form: BrowseForm, page: Page[int]) -> SearchPage:
    """Return what the page of a search shows beside its results."""
    subject = followed_searches.subject_of(form)
    text = form.corrected_text or getattr(form, "cleaned_data", {}).get("q", "")
    return SearchPage(
        subject=subject,
        is_followed=subject is not None and is_following(request.user, subject.key),
        more=_more(form, page, text),
        without_filters=urlencode({"q": text}),
        shows_rows=request.GET.get("view") == "rows",
    )


def _more(form: BrowseForm, page: Page[int], text: str) -> int:
    """Return how many more results there are without filters; looked for at the end of the results of a text only."""
    names = set(form.base_fields) - {"q", "sort", "exact"}
    has_filters = any(form.data.get(name) for name in names)
    if not text or not has_filters or page.has_next() or not page.paginator.count:
        return 0
    # As many as are ranked, like the results of the page.
    return max(0, len(best_matches(Extension.objects.browsable(), text)) - page.paginator.count)


@login_required
@require_POST
def follow_search(request: HttpRequest) -> HttpResponse:
    """Follow or unfollow a search, and return to it."""
    query = request.POST.get("query", "")[:500]
    subject = followed_searches.subject_of(followed_searches.form_of(query))
    if subject is None:
        raise Http404("Unknown search.")
    match request.POST.get("step", ""):
        case "follow":
            try:
                followed_searches.follow(request.user, subject)
            except ExteryError as error:
                messages.error(request, join_messages(error))
            else:
                messages.success(
                    request, "You are told once a day about new extensions that match this search."
                )
        case "unfollow":
            unfollow(request.user, subject)
            messages.success(request, "You do not follow this search any more.")
        case _:
            raise Http404("Unknown action.")
    return redirect(subject.url)
