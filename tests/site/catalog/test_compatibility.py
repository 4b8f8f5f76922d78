"""The database query for compatible packages agrees with `Audience.fits`."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from extery.core.compatibility import System
from extery.core.versions import blender_version_of_number
from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, Package, Version
from tests.site.factories import make_package_file

#: Names that a search in the text of a JSON list could take for each other.
PLATFORMS = [
    "linux-x64", "Linux-x64", "linux-x6", "inux-x64", "windows-x64", "ﬁ-x64", "a%_b", '"', "\\", 'a"', 'a\\"', ", ", '["linux-x64"]',
    'linux-x64", "macos', "\x7f", "é",
]  # fmt: skip
PYTHONS = ["3", "3.11", "3.1", "3.13", "2.7", "13", "3.11.7", "4"]
NUMBERS = [0, 4_002_000, 4_002_003, 4_999_999, 5_000_000, 2000_999_999]

numbers = st.sampled_from(NUMBERS)
packages = st.tuples(
    numbers,
    st.none() | numbers,
    st.lists(st.sampled_from(PLATFORMS), max_size=3, unique=True),
    st.lists(st.sampled_from(PYTHONS), max_size=3, unique=True),
)
systems = st.builds(
    System,
    st.none() | numbers.map(blender_version_of_number),
    st.none() | st.sampled_from([*PLATFORMS, "amiga-m68k", ""]),
    st.none() | st.sampled_from(["3.11", "3.1", "3.13", "2.7", "3.", "4.0", "1.3"]),
)


def store(owner: User, rows: list[Any]) -> list[Package]:
    """Create an extension with one version per row: Blender range, platforms and Pythons."""
    extension = Extension.objects.create(
        extension_id="gear_tool", type="add-on", name="G", tagline="G", owner=owner
    )
    versions = Version.objects.bulk_create(
        Version(
            extension=extension,
            number=f"{place}.0.0",
            sort_key=f"{place}",
            status=Version.Status.APPROVED,
            blender_min=low,
            blender_max=high,
            created_by=owner,
        )
        for place, (low, high, _, _) in enumerate(rows)
    )
    return Package.objects.bulk_create(
        Package(
            version=version,
            file=make_package_file(f"{place}"),
            sha256=f"{place}",
            size=1,
            original_name="x",
            platforms=platforms,
            python_versions=pythons,
        )
        for place, (version, (_, _, platforms, pythons)) in enumerate(
            zip(versions, rows, strict=True)
        )
    )


@given(st.lists(packages, min_size=1, max_size=8), st.lists(systems, min_size=1, max_size=8))
@example([(0, None, ["Linux-x64"], ["3"])], [System(platform="linux-x64", python="3.11")])
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_query_finds_the_packages_whose_audience_fits(
    owner: User, rows: list[Any], asking: list[System]
) -> None:
    with transaction.atomic():
        stored = store(owner, rows)
        for system in asking:
            expected = {package.pk for package in stored if package.audience.fits(system)}
            matches = Package.objects.compatible_with(system).values_list("pk", flat=True)
            assert set(matches) == expected
            is_compatible = Extension.objects.compatible_with(system).exists()
            assert is_compatible == bool(expected)
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_only_approved_versions_make_an_extension_compatible(owner: User) -> None:
    [package] = store(owner, [(4_002_000, None, [], [])])
    assert Extension.objects.compatible_with(System((4, 2, 0))).exists()
    Version.objects.filter(pk=package.version_id).update(status=Version.Status.DRAFT)
    assert not Extension.objects.compatible_with(System((4, 2, 0))).exists()
