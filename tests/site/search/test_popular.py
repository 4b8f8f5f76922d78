"""The most downloaded extensions are searched first; what is found is the same."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog import search_popular, search_ranking
from extery_site.catalog.models import Extension
from extery_site.catalog.search_documents import index_outdated, update_document
from extery_site.catalog.search_popular import update_popular
from extery_site.catalog.search_ranking import best_matches
from extery_site.search.engines import engine
from extery_site.search.models import SearchDocument
from tests.site.search.content import add


@pytest.fixture
def gears(owner: User, monkeypatch: pytest.MonkeyPatch) -> list[Extension]:
    """Twelve extensions with a common word, of which the six most downloaded are marked."""
    monkeypatch.setattr(search_popular, "MIN_EXTENSIONS", 2)
    monkeypatch.setattr(search_popular, "MAX_POPULAR", 6)
    for number in range(12):
        add(
            owner,
            f"g{number}",
            f"Tool {number}",
            tagline="With gears" if number % 4 else "With gears and chains",
            download_count=100 - number * 7 if number % 2 else number,
            does=["import psk"] if number in (1, 2) else [],
        )
    index_outdated()
    assert update_popular() == 6
    return list(Extension.objects.order_by("pk"))


def found(text: str) -> list[int]:
    return best_matches(Extension.objects.browsable(), text)


def popular(text: str) -> set[int]:
    matches = Extension.objects.search(text, popular=True)
    return set(matches.values_list("pk", flat=True))


def test_the_most_downloaded_are_marked_and_only_changes_are_written(
    gears: list[Extension],
) -> None:
    by_downloads = sorted(gears, key=lambda one: -one.download_count)
    marked = set(SearchDocument.objects.filter(is_popular=True).values_list("pk", flat=True))
    assert marked == {one.pk for one in by_downloads[:6]} == popular("gear")
    assert update_popular() == 0

    Extension.objects.filter(pk=by_downloads[-1].pk).update(download_count=10_000)

    assert update_popular() == 2
    assert by_downloads[-1].pk in popular("gear")
    assert by_downloads[5].pk not in popular("gear")


@pytest.mark.parametrize("text", ["gear", "gears chain", "tool", "import psk", "chains", "nothing"])
def test_results_are_those_of_a_search_in_all_texts(
    gears: list[Extension], monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setattr(search_ranking, "MAX_RANKED", 4)
    monkeypatch.setattr(search_ranking, "MAX_NAMED", 4)
    first = found(text)
    SearchDocument.objects.update(is_popular=False)

    assert set(found(text)) == set(first)


def test_the_marked_texts_follow_changes(gears: list[Extension]) -> None:
    marked = Extension.objects.filter(pk__in=popular("gear"))
    one, other = marked[0], marked[1]
    one.tagline = "With levers"
    one.save()
    update_document(one)
    SearchDocument.objects.filter(pk=other.pk).delete()
    engine().create_index(connection)  # it exists: nothing happens

    assert popular("lever") == {one.pk}
    assert one.pk not in popular("gear")
    assert len(popular("gear")) == 4


def test_a_sorted_search_has_all_results_in_order(gears: list[Extension], client: Client) -> None:
    page = client.get("/extensions/", {"q": "gear", "sort": "popular"})

    shown = [one.pk for one in page.context["extensions"]]
    by_downloads = sorted(gears, key=lambda one: (-one.download_count, one.name.lower()))
    assert shown == [one.pk for one in by_downloads]
