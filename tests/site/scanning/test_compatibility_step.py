"""The code of a package is compared with the names of each Blender, and the catalogue filters by what breaks."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, KnownIncompatibility, Version
from extery_site.scanning.compatibility import compatibility_of
from extery_site.scanning.models import StepResult
from extery_site.scanning.steps.compatibility import COMPATIBILITY
from extery_site.scanning.tasks import check_now
from tests.site import factories
from tests.site.pages.html import page_of

pytestmark = pytest.mark.django_db

#: `bgl` is gone since Blender 5.0.
BREAKS = "import bgl\n\ndef draw():\n    bgl.glEnable(bgl.GL_BLEND)\n\ndef register():\n    pass\n"
WORKS = "import bpy\n\ndef register():\n    print(bpy.app.version)\n"


@pytest.fixture(autouse=True)
def _only_this_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extery_site.scanning.steps.all_steps", lambda: [COMPATIBILITY])


def published(owner: User, moderator: User, code: str = BREAKS, **fields: Any) -> Version:
    version = factories.make_approved(owner, moderator, files={"__init__.py": code}, **fields)
    check_now(version.package_hashes)
    return version


def verdicts(version: Version) -> dict[str, str]:
    found = compatibility_of([version])[version.pk]
    return {one.blender: one.verdict for one in found.verdicts}


def test_a_name_that_is_gone_breaks_the_blenders_without_it(owner: User, moderator: User) -> None:
    version = published(owner, moderator)

    assert verdicts(version) | {"4.2": "works", "4.5": "works"} == verdicts(version)
    assert {verdicts(version)[one] for one in ("5.0", "5.2", "5.3")} == {"breaks"}
    found = compatibility_of([version])[version.pk]
    first = found.breaking[0]
    assert "bgl" in first.message
    assert str(first.places[0]) == "__init__.py:1"
    numbers = KnownIncompatibility.objects.values_list("blender", flat=True)
    assert set(numbers) == {5_000_000, 5_001_000, 5_002_000, 5_003_000}


def test_a_blender_outside_of_the_range_is_not_judged(owner: User, moderator: User) -> None:
    version = published(owner, moderator, blender_version_max="5.0.0")

    assert verdicts(version)["5.0"] == "outside"
    assert verdicts(version)["4.5"] == "works"
    assert not KnownIncompatibility.objects.exists()


def test_what_could_not_be_analysed_is_not_known(owner: User, moderator: User) -> None:
    version = published(owner, moderator, WORKS)
    result = StepResult.objects.get(name="compatibility")
    result.details["unread"] = ["huge.py"]
    result.save()

    assert set(verdicts(version).values()) == {"unknown"}


def test_a_theme_has_nothing_to_compare(owner: User, moderator: User) -> None:
    version = factories.make_approved(owner, moderator, type="theme", id="gear_theme")
    check_now(version.package_hashes)

    assert StepResult.objects.get(name="compatibility").outcome == "skipped"
    assert compatibility_of([version]) == {}


def browse(client: Client, query: str) -> tuple[list[str], str]:
    response = client.get(f"/extensions/?{query}")
    page_of(response)
    return [one.extension_id for one in response.context["extensions"]], response.content.decode()


def test_the_catalogue_marks_or_leaves_out_what_breaks(
    client: Client, owner: User, moderator: User
) -> None:
    published(owner, moderator)
    published(owner, moderator, WORKS, id="other_gear", name="Other gear")

    found, page = browse(client, "blender=5.3&sort=name")
    assert found == ["gear_tool", "other_gear"]
    assert page.count("Breaks in Blender 5.3") == 1
    assert browse(client, "blender=5.3.1&works=on")[0] == ["other_gear"]
    found, page = browse(client, "blender=4.5&works=on&sort=name")
    assert found == ["gear_tool", "other_gear"]
    assert "Breaks in" not in page


def test_a_maximum_that_is_set_here_takes_the_newest_version_out_of_question(
    client: Client, owner: User, moderator: User
) -> None:
    version = published(owner, moderator)
    Version.objects.filter(pk=version.pk).update(blender_max=5_000_000)

    assert not Extension.objects.with_known_problems((5, 3, 0)).exists()
    version.refresh_from_db()
    assert verdicts(version)["5.3"] == "outside"


def test_the_pages_and_the_api_show_where_a_version_works(
    client: Client, owner: User, moderator: User
) -> None:
    published(owner, moderator)

    page = client.get("/extensions/gear_tool/")
    page_of(page)
    assert "What breaks" in page.content.decode()
    tab = client.get("/extensions/gear_tool/compatibility/")
    page_of(tab)
    assert "How we know" in tab.content.decode()

    answer = client.get("/api/v1/extensions/gear_tool/versions/1.0.0/compatibility").json()
    assert answer["blenders"]["4.2"] == "works"
    assert answer["blenders"]["5.3"] == "breaks"
    finding = answer["findings"][0]
    assert finding["places"][0] == {"file": "__init__.py", "line": 1}
    assert "5.3" in finding["blenders"]


def test_a_version_that_was_not_analysed_yet_is_unknown(
    client: Client, owner: User, moderator: User
) -> None:
    factories.make_approved(owner, moderator)

    answer = client.get("/api/v1/extensions/gear_tool/versions/1.0.0/compatibility").json()
    assert set(answer["blenders"].values()) == {"unknown"}


def test_the_table_of_versions_costs_two_queries(
    owner: User, moderator: User, django_assert_num_queries: Any
) -> None:
    for number in ("1.0.0", "1.1.0", "1.2.0"):
        published(owner, moderator, WORKS + f"# {number}\n", version=number)
    versions = list(Version.objects.with_packages())

    with django_assert_num_queries(2):
        found = compatibility_of(versions)
    assert len(found) == 3
