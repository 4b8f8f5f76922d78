"""Values of templates in a manifest, and names that say nothing, each at its place."""

from __future__ import annotations

import io

import pytest

from extery.core.errors import Problem
from extery.rules.checks import Checks
from extery.rules.engine import check_package
from extery.rules.profiles import Profile
from tests.samples.packages import ADD_ON, add_on


def found(*changes: tuple[str, str], profile: Profile = Profile.BLENDER_ORG) -> list[Problem]:
    """Return the problems of the texts of a manifest; a change without an old text is a new line."""
    manifest = ADD_ON.decode().replace(" <ada@example.org>", "")
    for old, new in changes:
        assert old in manifest
        manifest = manifest.replace(old, new) if old else f"{manifest}{new}\n"
    data = add_on(manifest=manifest.encode())
    problems = check_package(io.BytesIO(data), checks=Checks(profile)).problems
    return [problem for problem in problems if problem.code.startswith("metadata.")]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (('"gear_tool"', '"my_example_extension"'), ("id",)),
        (('"Gear Tool"', '"My Example Extension"'), ("name",)),
        (("Make gears of any size", "This is another extension"), ("tagline",)),
        (("Ada Smith", "Your Name"), ("maintainer",)),
        (("Ada Smith", "Ada Smith <email@address.com>"), ("maintainer",)),
        (("Ada Smith", "Developer name <ada@gears.dev>"), ("maintainer",)),
        (
            ("", 'website = "https://extensions.blender.org/add-ons/my-example-package/"'),
            ("website",),
        ),
        (("", 'copyright = ["2024 Ada Smith", "2002-2024 Developer Name"]'), ("copyright", 1)),
        (
            ("", '[permissions]\nnetwork = "Need to sync motion-capture data to server"'),
            ("permissions", "network"),
        ),
    ],
)
def test_a_value_of_a_template_is_named_at_its_place(
    change: tuple[str, str], path: tuple[str | int, ...]
) -> None:
    [problem] = found(change)

    assert problem.code == "metadata.placeholder"
    assert problem.where.path == path


@pytest.mark.parametrize(
    "change",
    [
        ("Ada Smith", "Ada Smith <you.smith@gmail.com>"),
        ("Gear Tool", "My Example Gears"),
        ("", '[permissions]\nnetwork = "Download gears"'),
    ],
)
def test_other_values_are_no_placeholders(change: tuple[str, str]) -> None:
    assert found(change) == []


def test_the_reason_of_the_example_can_be_true() -> None:
    reason = ("", '[permissions]\nfiles = "Import/export FBX from/to disk"')

    assert len(found(reason)) == 1
    assert found(("Gear Tool", "Gears as FBX"), reason) == []


def test_an_address_for_examples_reaches_nobody() -> None:
    [website] = found(("", 'website = "https://docs.example.com/gears"'))
    [maintainer] = found(("Ada Smith", "Ada Smith <ada@example.org>"))

    assert (website.code, website.where.path) == ("metadata.example-domain", ("website",))
    assert (maintainer.code, maintainer.where.path) == ("metadata.example-domain", ("maintainer",))
    assert found(("", 'website = "https://example.community/example.com"')) == []


def test_a_tagline_that_repeats_the_name_says_nothing() -> None:
    [problem] = found(("Make gears of any size", "gear-tool"))

    assert (problem.code, problem.where.path) == ("metadata.tagline-is-name", ("tagline",))


def test_the_name_of_blender_is_for_blender_on_the_platform() -> None:
    change = ("Gear Tool", "BlenderGears")

    [problem] = found(change)

    assert (problem.code, problem.where.path) == ("metadata.branding", ("name",))
    assert found(change, profile=Profile.SELF_HOSTED) == []
