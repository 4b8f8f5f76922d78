"""Typing errors: the nearest word is searched at once."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.models import Extension
from extery_site.catalog.search_corrections import corrected
from extery_site.publish import visibility
from extery_site.search.corrections import edits_between
from extery_site.search.models import SearchDocument, SearchWord
from extery_site.search.word_counts import count_new
from tests.site.pages.html import open_page
from tests.site.search.content import fill

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("lihgt", "light"),
        ("lightt", "light"),
        ("lght", "light"),
        ("renmae obejcts", "rename objects"),
        ("foldrdoor", "folderdoor"),
        ("Skelletonss!", "skeletons!"),
        ("colur", "color"),
        ("light", ""),
        ("renaming", ""),
        ("colours", ""),
        ("xyzzyxyzzy", ""),
        ("2to", ""),
        ("\0", ""),
    ],
)
def test_the_nearest_word_is_found(owner: User, typed: str, meant: str) -> None:
    fill(owner)
    count_new()

    assert corrected(typed) == meant


@pytest.mark.parametrize(
    ("one", "other", "number"),
    [("light", "light", 0), ("lihgt", "light", 1), ("kitten", "sitting", 3), ("ab", "abc", 1)],
)
def test_edits_are_counted(one: str, other: str, number: int) -> None:
    assert edits_between(one, other, at_most=3) == edits_between(other, one, at_most=3) == number


def test_words_are_counted_once_for_each_extension(owner: User) -> None:
    fill(owner)
    assert count_new() == SearchDocument.objects.count()
    assert count_new() == 0

    def number(word: str) -> int:
        return SearchWord.objects.get(word=word).number

    assert (number("color"), number("colors"), number("folders")) == (1, 1, 1)
    assert not SearchWord.objects.filter(word__in=["to", "be", "2"]).exists()
    visibility.unlist(extension=Extension.objects.get(extension_id="colours"), by=owner)
    assert (number("color"), number("colors")) == (1, 0)


def test_the_page_says_what_it_searched_for(owner: User, client: Client) -> None:
    fill(owner)
    count_new()

    page = open_page(client, "/extensions/?q=lihgt")
    assert "Showing results for light" in page.all("main")[0].words
    assert "Light Rig" in page.html
    assert "?q=lihgt&exact=1" in page.links

    exact = open_page(client, "/extensions/?q=lihgt&exact=1")
    assert "Light Rig" not in exact.html
    assert "Showing results" not in exact.html


def test_a_correction_needs_few_queries(owner: User, django_assert_max_num_queries: Any) -> None:
    fill(owner)
    count_new()

    # Two words that nothing has, whether the last one is a beginning, and candidates for both.
    with django_assert_max_num_queries(5):
        assert corrected("lihgt objcts") == "light objects"
