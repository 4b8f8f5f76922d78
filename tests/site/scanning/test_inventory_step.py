"""The inventory of each package is stored, and the newest public version is found by what it adds to Blender."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, SearchTerm, ThemeColours, Version
from extery_site.catalog.search_ranking import best_matches
from extery_site.files.models import StoredFile
from extery_site.moderation import decisions as moderation
from extery_site.scanning import scheduling
from extery_site.scanning.models import FileCheck, PackageInventory
from extery_site.scanning.search_index import MAX_TERMS, index_extension, terms_of
from extery_site.scanning.steps.inventory import INVENTORY, read_colours
from extery_site.scanning.tasks import check_now
from tests.inventory.samples import inventory_of
from tests.site import factories
from tests.site.scanning.inventory_code import CODE

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _only_this_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extery_site.scanning.steps.all_steps", lambda: [INVENTORY])


def published(owner: User, moderator: User, code: str = CODE, **fields: Any) -> Version:
    return factories.make_approved(owner, moderator, files={"__init__.py": code}, **fields)


def found_by(text: str) -> list[str]:
    return [one.extension_id for one in Extension.objects.browsable().search(text)]


def test_the_inventory_of_a_package_is_stored_and_deleted_with_its_file(owner: User) -> None:
    version = factories.make_draft(owner, files={"__init__.py": CODE})
    [sha256] = version.package_hashes

    [check] = check_now([sha256])

    assert check.state == FileCheck.State.PASSED
    row = PackageInventory.objects.get()
    assert row.pk == sha256
    assert row.document["operators"][0]["label"] == "Gears from Studio"
    assert row.version == check.steps.get(name="inventory").version == INVENTORY.version()

    version.packages.all().delete()
    StoredFile.objects.filter(pk=sha256).delete()
    scheduling.forget_removed()
    assert not PackageInventory.objects.exists()


def test_the_colours_of_a_theme_are_stored_and_deleted_with_its_file(owner: User) -> None:
    xml = """<bpy><Theme><view_3d><ThemeView3D object_active="#FF00AA"></ThemeView3D></view_3d></Theme><ThemeStyle></ThemeStyle></bpy>"""
    version = factories.make_draft(owner, type="theme", id="pink", files={"theme.xml": xml})
    [sha256] = version.package_hashes
    check_now([sha256])
    row = ThemeColours.objects.get()
    assert (row.pk, row.colours["act"], row.colours["view"]) == (sha256, "#ff00aa", "#3d3d3d")
    version.packages.all().delete()
    StoredFile.objects.filter(pk=sha256).delete()
    scheduling.forget_removed()
    assert not ThemeColours.objects.exists()


@pytest.mark.parametrize(
    "value", [{"view": "red"}, {"view": "url(x)"}, {"other": "#123456"}, {"view": 1}, ["view"]]
)
def test_a_process_cannot_return_anything_but_colours(value: Any) -> None:
    with pytest.raises(ValueError, match="not the colours"):
        read_colours(value)


@pytest.mark.parametrize(
    "text",
    [
        *("import psk", "PSK import", "importer .psk", "psk"),
        *("ctrl shift q", "Shift+Ctrl+Q", "ctrl-shift-Q"),
        *("cogwheel", "cogw", "Studio gears", "gear.import_psk"),
    ],
)
def test_an_extension_is_found_by_what_it_adds(owner: User, moderator: User, text: str) -> None:
    version = published(owner, moderator)
    check_now(version.package_hashes)

    assert found_by(text) == ["gear_tool"]


@pytest.mark.parametrize("text", ["export psk", "ctrl q", "shift q x", "import obj", "ogwheel"])
def test_an_extension_is_not_found_by_what_it_does_not_add(
    owner: User, moderator: User, text: str
) -> None:
    version = published(owner, moderator)
    check_now(version.package_hashes)

    assert found_by(text) == []


def test_a_phrase_is_a_better_match_than_words(owner: User, moderator: User) -> None:
    version = published(owner, moderator)
    check_now(version.package_hashes)
    other = published(
        owner, moderator, id="words", name="Some words", tagline="Will import psk soon"
    )
    Extension.objects.filter(pk=other.extension_id).update(download_count=100)

    found = best_matches(Extension.objects.browsable(), "import psk")

    assert found == [version.extension_id, other.extension_id]


def test_a_draft_is_found_after_it_was_published_and_not_before(
    owner: User, moderator: User
) -> None:
    version = factories.make_waiting(owner, files={"__init__.py": CODE})
    check_now(version.package_hashes)
    assert not SearchTerm.objects.exists()

    moderation.approve_version(version=version, packages=version.package_hashes, by=moderator)

    assert found_by("ctrl shift q") == ["gear_tool"]


def test_only_the_newest_version_is_found(
    owner: User, moderator: User, approve: Callable[..., Version]
) -> None:
    first = published(owner, moderator)
    check_now(first.package_hashes)
    second = published(owner, moderator, CODE.replace("psk", "xyz"), version="1.1.0")
    check_now(second.package_hashes)

    assert found_by("import xyz") == ["gear_tool"]
    assert found_by("import psk") == []

    moderation.block_version(version=second, by=moderator, reason="It deletes files")
    assert found_by("import psk") == ["gear_tool"]


def test_indexing_again_writes_nothing(
    owner: User, moderator: User, django_assert_num_queries: Any
) -> None:
    version = published(owner, moderator)
    check_now(version.package_hashes)
    extension = Extension.objects.get()

    with django_assert_num_queries(4):  # the version, its packages, inventories, and terms
        index_extension(extension)


def test_generated_names_do_not_fill_the_index() -> None:
    classes = "\n".join(
        f"class G{number}(bpy.types.Operator):\n    bl_idname = 'gear.g{number}'\n    bl_label = 'Word{number}'\nbpy.utils.register_class(G{number})"
        for number in range(MAX_TERMS)
    )

    assert len(terms_of(inventory_of(f"import bpy\n{classes}\n"))) == MAX_TERMS
