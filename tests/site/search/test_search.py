"""What a search finds and in which order, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from extery_site.accounts.models import User
from extery_site.accounts.profiles import save_profile
from extery_site.catalog.models import Extension, Version
from extery_site.catalog.search_documents import index_outdated, outdated
from extery_site.catalog.search_ranking import best_matches
from extery_site.moderation.decisions import block_extension
from extery_site.publish import actions, visibility
from extery_site.search.engines import engine
from extery_site.search.models import SearchDocument
from tests.site.search.content import add, fill, ids

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("rename objects", "batch_names"),
        ("renaming object", "batch_names"),
        ("RENAMED", "batch_names"),
        ("folderdoor", "folder_door"),
        ("door folder", "folder_door"),
        ("fold doo", ""),
        ("folder doo", "folder_door"),
        ("lights", "light_rig"),
        ("lighting rig", "light_rig"),
        ("centre", "color_grader"),
        ("normalise grey", "color_grader"),
        ("html read", "HTMLReader"),
        ("htmlreader", "HTMLReader"),
        ("web page", "HTMLReader"),
        ("to be", "to_be"),
        ("not to", "to_be"),
        ("import psk", "psk"),
        ("shift ctrl Q", "psk"),
        ("ctrl q", ""),
        ("mirror_bones", "psk"),
        ("nothing of the kind", ""),
    ],
)
def test_a_search_finds_words_stems_and_spellings(owner: User, text: str, found: str) -> None:
    fill(owner)

    assert ids(text) == ([found] if found else [])


def test_both_spellings_find_both(owner: User) -> None:
    fill(owner)

    assert set(ids("colour")) == set(ids("color")) == {"color_grader", "colours"}


def test_names_come_first_then_text_and_popularity(owner: User) -> None:
    add(owner, "a", "A tool", tagline="Its bevel is fine", download_count=1)
    add(owner, "b", "Another tool", tagline="Its bevel is fine", download_count=5000)
    add(owner, "c", "Bevel Everything")
    add(owner, "d", "bevel")
    add(owner, "e", "Fine Bevel")
    add(owner, "f", "More", description="Something like a bevel", download_count=1)
    index_outdated()

    assert ids("bevel") == ["d", "c", "e", "b", "a", "f"]


def test_a_name_is_found_among_many_with_more_downloads(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("extery_site.catalog.search_ranking.MAX_RANKED", 3)
    for number in range(5):
        add(owner, f"x{number}", f"Tool {number}", tagline="With bolts", download_count=100)
    add(owner, "bolts", "Bolts")
    index_outdated()

    assert ids("bolts") == ["bolts", "x0", "x1", "x2"]


@pytest.mark.parametrize(
    "text",
    [
        *(
            '"',
            "'",
            "*",
            "a OR",
            "NOT a",
            "NEAR(a b)",
            "name:a",
            "{name} : a",
            "a AND ((",
            "-a",
            "^a",
        ),
        *(
            "a\\",
            "a & | ! b",
            "<->",
            "':*",
            "\0",
            "a\0b",
            "ctrl \0",
            "ctrl \ud800",
            "%",
            "_",
            ";--",
            "🙂",
            "ß",
            "½",
            "日本",
        ),
        *("(" * 200, "* " * 100, "a* " * 67, "the of and", "x" * 200, "a:b:c:A", "\ud800"),
    ],
)
def test_any_text_is_a_search(owner: User, text: str) -> None:
    fill(owner)

    assert isinstance(ids(text), list)


def test_the_index_follows_the_extension(
    owner: User, moderator: User, approve: Callable[..., Version]
) -> None:
    version = approve(name="Cogs", tags=["Mesh"], tagline="Turns")
    extension = version.extension
    assert ids("cogs mesh turning") == ["gear_tool"]

    approve(name="Wheels", version="1.1.0", tags=["Rigging"], tagline="Rolls")
    assert ids("wheel rigging") == ["gear_tool"]
    assert ids("cogs") == ids("mesh") == []

    actions.update_draft(extension=extension, by=owner, description="Like a sprocket")
    assert ids("sprockets") == ["gear_tool"]

    save_profile(user=owner, full_name="Ada Rivet", about="", uses_keys=True)
    assert ids("rivet") == ["gear_tool"]

    visibility.unlist(extension=extension, by=owner)
    assert not SearchDocument.objects.exists()
    visibility.list_again(extension=extension, by=owner)
    assert ids("wheel") == ["gear_tool"]

    block_extension(extension=extension, by=moderator, reason="It spies")
    assert not SearchDocument.objects.exists()


def test_missing_and_old_texts_are_written(owner: User) -> None:
    fill(owner)
    assert not outdated().exists()
    SearchDocument.objects.filter(name__contains="folder").delete()
    SearchDocument.objects.filter(name__contains="light").update(revision=0, name="", tags="")
    Extension.objects.filter(extension_id="to_be").update(status=Extension.Status.BLOCKED)
    assert (ids("folderdoor"), ids("lighting")) == ([], [])

    out = StringIO()
    call_command("index_search", stdout=out)

    assert out.getvalue() == "extensions indexed: 3\n"
    assert (ids("folderdoor"), ids("lighting")) == (["folder_door"], ["light_rig"])
    assert SearchDocument.objects.count() == Extension.objects.browsable().count()
    call_command("index_search", again=True, stdout=out)
    assert out.getvalue().endswith("extensions indexed: 7\n")


def test_an_extension_is_deleted_with_its_text(owner: User) -> None:
    fill(owner)
    Extension.objects.get(extension_id="folder_door").delete()

    assert ids("folder") == []
    engine().create_index(connection)  # it exists: nothing happens


def test_a_search_needs_few_queries(owner: User, django_assert_max_num_queries: Any) -> None:
    fill(owner)

    # Popular and all matches, whether they are many, and their scores.
    with django_assert_max_num_queries(4):
        assert len(best_matches(Extension.objects.browsable(), "color")) == 2
