"""QuerySet methods of extensions, versions and packages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction

from extery.core.compatibility import System
from extery.core.versions import (
    blender_version_of_number,
    parse_blender_version,
    short_blender_version,
)
from extery_site.accounts.models import User
from extery_site.catalog.metadata import set_tags
from extery_site.catalog.models import (
    Extension,
    Tag,
    Version,
    normalize_id,
    sortable_blender,
)
from extery_site.catalog.search_documents import index_outdated
from extery_site.catalog.search_ranking import best_matches
from extery_site.search.models import SearchDocument
from tests.site import factories

Approve = Callable[..., Version]


def ids(extensions: Any) -> list[str]:
    return [extension.extension_id for extension in extensions]


@pytest.fixture
def in_every_state(owner: User, moderator: User, stranger: User) -> None:
    """One extension per status."""
    factories.make_draft(owner, id="a_draft", name="A")
    factories.make_waiting(owner, id="a_waiting", name="B")
    factories.make_approved(owner, moderator, id="an_approved", name="C")
    factories.make_blocked(owner, moderator, id="a_blocked", name="D")
    factories.make_draft(stranger, id="a_strangers", name="E")


@pytest.mark.usefixtures("in_every_state")
def test_visible_extensions_depend_on_the_user(
    owner: User, moderator: User, stranger: User
) -> None:
    def seen(user: Any) -> list[str]:
        return ids(Extension.objects.visible_to(user).order_by("name"))

    assert ids(Extension.objects.public()) == ["an_approved"]
    assert seen(AnonymousUser()) == ["an_approved", "a_blocked"]
    assert seen(stranger) == ["an_approved", "a_blocked", "a_strangers"]
    assert seen(owner) == ["a_draft", "a_waiting", "an_approved", "a_blocked"]
    assert len(seen(moderator)) == 5
    assert len(seen(factories.make_user("root", is_superuser=True))) == 5


@pytest.mark.parametrize(
    ("one", "other"), [("gear_tool", "Gear_Tool"), ("ﬁx", "fix"), ("straße", "STRASSE")]
)
def test_ids_are_compared_without_case_and_unicode_form(one: str, other: str, owner: User) -> None:
    assert normalize_id(one) == normalize_id(other)
    values = {"type": "add-on", "name": "X", "tagline": "X", "owner": owner}
    extension = Extension.objects.create(extension_id=one, **values)
    assert Extension.objects.with_id(other).get() == extension
    with pytest.raises(IntegrityError), transaction.atomic():
        Extension.objects.create(extension_id=other, **values)


def test_search_finds_every_word_in_name_tagline_id_tag_or_author(
    approve: Approve, moderator: User
) -> None:
    approve(id="gear_tool", name="Gear Tool", tags=["Modeling"])
    approve(id="night_theme", name="Night", tagline="Easy on eyes", type="theme", tags=["Dark"])
    grace = factories.make_user("grace", full_name="Grace Rivet")
    factories.make_approved(grace, moderator, id="bolt_kit", name="Bolts", tagline="Bolts and nuts")

    def matches(text: str) -> list[str]:
        return ids(Extension.objects.public().search(text).order_by("id_key"))

    Extension.objects.exclude(owner=grace).update(description="Makes **wheels**, déjà vu.")
    Extension.objects.filter(owner=grace).update(description="")
    SearchDocument.objects.update(revision=0)
    index_outdated()

    assert matches("") == ["bolt_kit", "gear_tool", "night_theme"]
    assert matches("GEAR") == ["gear_tool"]
    assert matches("eyes night") == ["night_theme"]
    assert matches("dark") == ["night_theme"]
    assert matches("rivet bolts") == ["bolt_kit"]
    assert matches("ada") == ["gear_tool", "night_theme"]
    assert matches("gear night") == []
    assert matches("wheel") == matches("deja VU") == ["gear_tool", "night_theme"]
    assert matches("100%_") == []


def test_the_best_match_comes_first(approve: Approve) -> None:
    approve(id="a", name="Not it", tagline="A bolt for everything")
    approve(id="b", name="Nut and Bolt")
    approve(id="c", name="Bolt Factory")
    approve(id="d", name="Bolt")
    best = best_matches(Extension.objects.public(), " bolt ")
    assert [Extension.objects.get(pk=key).extension_id for key in best] == ["d", "c", "b", "a"]


def test_filters_for_type_tag_blender_and_platform(approve: Approve) -> None:
    approve(id="everywhere", name="E", tags=["Mesh"])
    approve(id="on_linux", name="L", platforms=["linux-x64"], blender_version_min="5.0.0")
    approve(id="old", name="O", blender_version_max="4.4.0")
    approve(id="night", name="N", type="theme", tags=["Dark"])
    everything = Extension.objects.public().by_name()
    assert ids(everything.of_type("theme")) == ["night"]
    assert ids(everything.tagged("mesh")) == ["everywhere"]
    assert ids(everything.compatible_with(System.parse("4.2"))) == ["everywhere", "night", "old"]
    fits = everything.compatible_with(System.parse("5.0.1", "linux-x64"))
    assert ids(fits) == ["everywhere", "on_linux", "night"]
    assert ids(everything.compatible_with(System(platform="linux-x6"))) == [
        "everywhere",
        "night",
        "old",
    ]


def test_blender_and_platform_must_match_the_same_version(approve: Approve) -> None:
    approve(version="1.0.0", platforms=["linux-x64"], blender_version_max="4.4.0")
    approve(version="2.0.0", platforms=["windows-x64"], blender_version_min="4.4.0")
    on_linux, on_windows = (System((4, 5, 0), name) for name in ("linux-x64", "windows-x64"))
    assert not Extension.objects.compatible_with(on_linux).exists()
    assert Extension.objects.compatible_with(on_windows).exists()


def test_sort_orders(approve: Approve) -> None:
    for name in ("b", "C", "a"):
        approve(id=f"x_{name.lower()}", name=f"{name} tool")
    Extension.objects.filter(extension_id="x_c").update(download_count=5)
    everything = Extension.objects.public()
    assert ids(everything.by_name()) == ["x_a", "x_b", "x_c"]
    assert ids(everything.newest_first()) == ["x_a", "x_c", "x_b"]
    assert ids(everything.most_downloaded()) == ["x_c", "x_a", "x_b"]


def test_a_page_of_extensions_needs_a_constant_number_of_queries(
    approve: Approve, django_assert_num_queries: Any, rf: Any
) -> None:
    for number in range(4):
        approve(id=f"tool_{number}", name=f"Tool {number}", tags=["Mesh", "Modeling"])
    with django_assert_num_queries(3):
        extensions = list(Extension.objects.public().with_related().newest_first())
        assert len(extensions) == 4
        for extension in extensions:
            assert extension.owner.display_name
            assert extension.image is not None
            assert len(extension.tags.all()) == 2
            assert extension.newest_version is not None
            assert extension.newest_version.blender_range_text == "4.2 and newer"
            assert extension.newest_version.size > 0
            assert extension.newest_version.platforms == []


def test_tags_are_shared_and_created_once(owner: User) -> None:
    first = factories.make_draft(owner, tags=["3D View", "Mesh"]).extension
    second = factories.make_draft(owner, id="other", tags=["Mesh"]).extension
    assert {tag.slug for tag in first.tags.all()} == {"3d-view", "mesh"}
    assert Tag.objects.count() == 2
    assert second.tags.get() in first.tags.all()
    set_tags(first, ["Render", "Render"])
    assert [tag.name for tag in first.tags.all()] == ["Render"]


@pytest.mark.parametrize(
    ("text", "number", "short"),
    [("4.2.0", 4_002_000, "4.2"), ("5.1", 5_001_000, "5.1"), ("4.2.13", 4_002_013, "4.2.13")],
)
def test_blender_versions_as_sortable_numbers(text: str, number: int, short: str) -> None:
    assert sortable_blender(text) == number
    assert blender_version_of_number(number) == parse_blender_version(text)
    assert short_blender_version(blender_version_of_number(number)) == short


def test_the_blender_range_as_text() -> None:
    version = Version(blender_min=4_002_000)
    assert version.blender_range_text == "4.2 and newer"
    version.blender_max = 5_000_000
    assert version.blender_range_text == "4.2 up to, not including 5.0"
    assert (version.blender_min_text, version.blender_max_text) == ("4.2.0", "5.0.0")


def test_versions_are_sorted_as_semantic_versions(owner: User) -> None:
    numbers = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0", "1.10.0"]
    for number in (numbers[3], numbers[0], numbers[5], numbers[2], numbers[4], numbers[1]):
        factories.make_draft(owner, version=number)
    newest_first = Version.objects.newest_first().values_list("number", flat=True)
    assert list(newest_first) == numbers[::-1]
