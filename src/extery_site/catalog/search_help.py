"""What a page without results offers: the search without filters, extensions with some of the words, popular tags."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple
from urllib.parse import urlencode

from extery_site.catalog.forms import BrowseForm
from extery_site.catalog.models import Extension, Tag
from extery_site.catalog.search_ranking import best_matches
from extery_site.search.queries import TextQuery

MAX_NEAR = 4
MAX_TAGS = 12
#: Extensions, the most downloaded, whose tags are counted: counting those of all takes long on a large site.
_MAX_COUNTED = 500


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
    number = len(best_matches(everything, text)) if text else 0
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
        tags=_tags(),
    )


def _tags() -> list[Tag]:
    """Return the tags that most of the popular extensions have, the most frequent first."""
    popular = Extension.objects.browsable().order_by("-download_count")
    keys = list(popular.values_list("pk", flat=True)[:_MAX_COUNTED])
    rows = Extension.tags.through.objects.filter(extension__in=keys)
    frequent = [key for key, _ in Counter(rows.values_list("tag", flat=True)).most_common()]
    # Two types can have a tag of the same name, whose page shows both.
    by_slug: dict[str, Tag] = {}
    found = Tag.objects.in_bulk(frequent[: MAX_TAGS * 2])
    for key in frequent[: MAX_TAGS * 2]:
        by_slug.setdefault(found[key].slug, found[key])
    return list(by_slug.values())[:MAX_TAGS]
