"""Packages with most of the content of a package of another owner are pointed out to moderators."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.models import Version
from extery_site.files.models import StoredFile
from extery_site.scanning import fingerprints, scheduling
from extery_site.scanning.models import PackageSketch, SketchValue
from extery_site.scanning.near_duplicates import MAX_OWNERS, find_near_duplicates
from extery_site.scanning.steps.similarity import SIMILARITY
from extery_site.scanning.tasks import check_now
from tests.site import factories

pytestmark = pytest.mark.django_db

Program = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _only_this_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extery_site.scanning.steps.all_steps", lambda: [SIMILARITY])


def source(name: str, seed: int, functions: int = 12) -> str:
    """Return code whose structure depends on the seed, about things called ``name``."""
    lines = ["import bpy", ""]
    for at in range(functions):
        lines.append(f"def {name}_{at}(context, amount):  # part {at}")
        for step in range(6):
            kind = (seed * 7919 + at * 104729 + step * 1299709) % 8191
            left, right = (
                ("amount", "context.scene", f"{name}_size", "len(context)")[kind % 4],
                kind,
            )
            operator = ("+", "-", "*", "//", "%", "|")[kind // 4 % 6]
            condition = ("if", "while")[kind // 24 % 2]
            lines.append(f"    {condition} {left} {operator} {right}:")
            body = (f"{name}_x = [{left}]", f"print({left}, 'at')", f"del {left}[{at}]", "pass")
            lines.append(f"        {body[kind // 48 % 4]}")
        lines.append("")
    return "\n".join(lines)


def changed(code: str) -> str:
    """Return code with other names, whitespace, strings and comments."""
    code = re.sub(r"\bamount\b", "how_many", code).replace("gear", "cog").replace("    ", "\t")
    return code.replace("#", "# Mine:").replace("'at'", '"""here"""').replace(" + ", "+")


def checked(owner: User, id_: str, files: dict[str, str]) -> Version:
    version = factories.make_waiting(owner, id=id_, name=id_.replace("_", " "), files=files)
    check_now(version.package_hashes)
    return version


def test_a_copy_with_other_names_layout_and_files_is_found_in_four_queries(
    owner: User, stranger: User, django_assert_num_queries: Any
) -> None:
    one, two = source("gear", 1), source("gear", 2)
    original = checked(owner, "gear_tool", {"a.py": one, "b.py": two})
    checked(owner, "other_tool", {"a.py": source("lamp", 3), "b.py": source("lamp", 4)})
    files = {"first.py": changed(two), "z.py": changed(one), "new.py": source("own", 5, 3)}
    copy = checked(stranger, "cog_tool", files)
    copy = Version.objects.select_related("extension").with_packages().get(pk=copy.pk)

    with django_assert_num_queries(4):
        [found] = find_near_duplicates(copy)

    assert found.version == original
    assert 70 <= found.code_percent <= 95
    assert found.files == 0


def test_identical_files_are_found_and_own_packages_are_not(owner: User, stranger: User) -> None:
    files = {f"assets/{at}.txt": f"{at} of the assets " * 40 for at in range(4)}
    checked(owner, "gear_tool", files)
    own = checked(owner, "gear_tool_two", files)
    copy = checked(stranger, "cog_tool", {**files, "more.txt": "More of the assets" * 40})

    assert [one.version for one in find_near_duplicates(own)] == [copy]
    assert find_near_duplicates(copy)[0].files_percent == 80


def test_one_extension_with_many_packages_hides_no_other(
    owner: User, stranger: User, moderator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("extery_site.scanning.near_duplicates._MAX_PACKAGES", 1)
    files = {"a.py": source("gear", 1)}
    for owner_, id_ in ((owner, "gear_tool"), (moderator, "lamp_tool")):
        checked(owner_, id_, files)
    copy = checked(stranger, "cog_tool", files)

    found = {one.version.extension.extension_id for one in find_near_duplicates(copy)}

    assert found == {"gear_tool", "lamp_tool"}


def test_a_library_that_many_owners_bundle_says_nothing(owner: User) -> None:
    library = source("library", 9, 20)
    versions = [
        checked(
            factories.make_user(f"author_{at}"),
            f"tool_{at}",
            {"vendored.py": library, "own.py": source("own", 20 + at)},
        )
        for at in range(MAX_OWNERS + 2)
    ]

    assert [find_near_duplicates(version) for version in versions] == [[]] * len(versions)


def test_fingerprints_go_with_the_package(owner: User) -> None:
    version = checked(owner, "gear_tool", {"a.py": source("gear", 1)})
    assert PackageSketch.objects.exists()
    assert SketchValue.objects.exists()

    hashes = version.package_hashes
    version.packages.all().delete()
    StoredFile.objects.filter(pk__in=hashes).delete()
    scheduling.forget_removed()

    assert not PackageSketch.objects.exists()
    assert not SketchValue.objects.exists()


@pytest.mark.parametrize(
    "text",
    ['"' + '\\"' * 50_000, "'''" * 30_001, '"\n' * 50_000, '"""' + '""x' * 30_000, "rb" * 99],
)
def test_text_that_is_no_python_is_read_to_its_end(text: str) -> None:
    tokens = list(fingerprints.tokens(text, 1_000))

    assert 0 < len(tokens) <= 1_000


def test_moderators_read_it_on_the_page_and_in_the_api(
    owner: User, stranger: User, moderator: User, program: Program, client: Client
) -> None:
    code = source("gear", 1)
    checked(owner, "gear_tool", {"a.py": code})
    checked(stranger, "cog_tool", {"z.py": changed(code)})
    url = "/api/v1/extensions/cog_tool/versions/1.0.0/near-duplicates/"

    [row] = program(moderator).get(url).json()
    client.force_login(moderator)
    page = client.get("/queue/cog_tool/1.0.0/").content.decode()

    assert (row["extension"], row["version"], row["owner"]) == ("gear_tool", "1.0.0", "ada")
    assert row["code_percent"] >= 90
    assert f"{row['code_percent']} % of its code" in page
    assert 'of another owner: <a href="#near-duplicates">compare</a>' in page
    assert program(stranger).get(url).status_code == 403
    client.force_login(stranger)
    assert "Content like this" not in client.get("/queue/cog_tool/1.0.0/").content.decode()
