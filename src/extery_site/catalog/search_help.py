"""What a page without results offers: the search without filters, extensions with some of the words, popular tags."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlencode

from extery_site.catalog.forms import BrowseForm, popular_tags
from extery_site.catalog.models import Extension, Tag
from extery_site.catalog.search_ranking import best_matches
from extery_site.search.queries import TextQuery

MAX_NEAR = 4
MAX_TAGS = 12


class SearchHelp(NamedTuple):
    """The text of the search, the number of results without filters with their query, and what is near."""

    text: str
    without_filters: int
    query: str
    near: list[Extension]
    tags: list[Tag]


def help_without_results(form: BrowseForm) -> SearchHelp:
    """Return what to offer for a search without results."""
    text = form.cleaned_data.get("q", "")
    everything = Extension.objects.browsable()
    number = everything.search(text).count() if text else 0
    near: list[int] = []
    if text and not number:
        for word in sorted(TextQuery.parse(text).words, key=len, reverse=True):
            near += (key for key in best_matches(everything, word)[:MAX_NEAR] if key not in near)
            if len(near) >= MAX_NEAR:
                break
    found = everything.with_cards().in_bulk(near[:MAX_NEAR])
    return SearchHelp(
        text=text,
        without_filters=number,
        query=urlencode({"q": text}),
        near=[found[key] for key in near[:MAX_NEAR]],
        tags=popular_tags()[:MAX_TAGS],
    )
