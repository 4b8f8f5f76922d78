"""Suggestions while someone types a search: extensions by name, and what extensions do. The work for each is bounded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import F
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from extery_site.catalog.models import Extension, SearchTerm
from extery_site.catalog.search_ranking import best_matches
from extery_site.catalog.search_words import shortcut_phrase
from extery_site.search.queries import storable
from extery_site.ui.templatetags.extery_pages import visible

#: Letters from which on there are suggestions.
MIN_LENGTH = 2
MAX_EXTENSIONS = 4
MAX_TERMS = 3
#: Letters from which on a few results by name are filled up with others.
_MIN_LENGTH_OF_TEXT = 3


@require_safe
@cache_control(public=True, max_age=300)
def suggest(request: HttpRequest) -> JsonResponse:
    """Return extensions and what they do for the beginning of a search, as JSON."""
    text = storable(request.GET.get("q", ""))
    if len(text) < MIN_LENGTH:
        return JsonResponse({"query": text, "extensions": [], "does": [], "url": ""})
    return JsonResponse(
        {
            "query": text,
            "extensions": [_extension(one) for one in _extensions(text)],
            "does": [{"text": term, "url": _url(term)} for term in _terms(text)],
            "url": _url(text),
        }
    )


def _extensions(text: str) -> list[Extension]:
    # A single letter is the beginning of too many words.
    first, _, last = text.rpartition(" ")
    of_name = first if first and len(last) < MIN_LENGTH else text
    browsable = Extension.objects.browsable()
    named = browsable.with_name(of_name).order_by((F("download_count") + 0).desc(), "pk")
    keys = list(named.values_list("pk", flat=True)[:MAX_EXTENSIONS])
    if len(keys) < MAX_EXTENSIONS and len(text) >= _MIN_LENGTH_OF_TEXT:
        keys += [key for key in best_matches(browsable, text)[:MAX_EXTENSIONS] if key not in keys]
    found = browsable.only("extension_id", "name", "type", "tagline").in_bulk(keys[:MAX_EXTENSIONS])
    return [found[key] for key in keys[:MAX_EXTENSIONS] if key in found]


def _extension(extension: Extension) -> dict[str, Any]:
    return {
        "id": extension.extension_id,
        "name": visible(extension.name),
        "tagline": visible(extension.tagline),
        "type": extension.get_type_display(),
        "url": extension.get_absolute_url(),
    }


def _terms(text: str) -> Iterator[str]:
    """Yield terms with this beginning, in their order: a seek in the index for each, however many extensions have it."""
    beginning = shortcut_phrase(text) or " ".join(text.casefold().split())
    listed = SearchTerm.objects.filter(
        extension__status=Extension.Status.APPROVED, extension__unlisted_at=None
    )
    after = {"term__gte": beginning}
    for _ in range(MAX_TERMS):
        rows = listed.filter(**after, term__lt=f"{beginning}\U0010ffff").order_by("term")
        if (term := rows.values_list("term", flat=True).first()) is None:
            return
        yield term
        after = {"term__gt": term}


def _url(text: str) -> str:
    return f"{reverse('catalog:browse')}?{urlencode({'q': text})}"
