"""Hints name the field, platform, licence or year that the author meant, and following them cures the manifest."""

from __future__ import annotations

import tomllib

import pytest

from extery.core.copyright_years import suggest_copyright
from extery.core.errors import Problem, ProblemList
from extery.core.license_aliases import suggest_license
from extery.core.licenses import canonical_expression
from extery.core.platform_aliases import suggest_platforms
from extery.core.platforms import KNOWN
from extery.core.types import PERMISSIONS
from extery.listing.entries import check_entry
from extery.manifest.document import blender_tags, check_manifest
from extery.manifest.lint_keys import ALIASES, FIELD_NAMES
from extery.manifest.schemas.v1_0_0 import FIELDS
from tests.manifest.mutations import GOOD, toml


def problems_of(fields: dict[str, str], *, without: str = "") -> ProblemList:
    table = {key: value for key, value in (GOOD | fields).items() if key != without}
    return check_manifest(toml(table), valid_tags=blender_tags())[1]


def only_problem(fields: dict[str, str], *, without: str = "") -> Problem:
    [problem] = problems_of(fields, without=without)
    return problem


@pytest.mark.parametrize("key", PERMISSIONS)
def test_a_permission_at_top_level_belongs_below_permissions(key: str) -> None:
    problem = only_problem({key: '"Save presets"'})

    assert problem.code == "manifest.key.unknown"
    assert problem.hint == f'move it below a line [permissions]: {key} = "Save presets"'


@pytest.mark.parametrize("key", ["paths", "paths_exclude_pattern"])
def test_a_key_of_a_build_at_top_level_belongs_below_build(key: str) -> None:
    assert only_problem({key: '["*.psd"]'}).hint == "move it below a line [build]"


@pytest.mark.parametrize(
    ("fields", "hint"),
    [
        (
            {"network": '"Sync"', "permissions": '{network = "Sync"}'},
            "remove it; the manifest has permissions.network",
        ),
        ({"paths": '["a"]', "build": '{paths = ["a"]}'}, "remove it; the manifest has build.paths"),
    ],
)
def test_a_key_that_is_in_its_section_too_is_not_to_be_moved_there(
    fields: dict[str, str], hint: str
) -> None:
    assert [problem.hint for problem in problems_of(fields) if problem.hint == hint] == [hint]


def test_only_one_of_two_keys_for_a_field_is_to_be_renamed() -> None:
    problems = problems_of(
        {"doc_url": '"https://example.org/docs"', "url": '"https://example.org"'},
        without="website",
    )

    assert [problem.hint for problem in problems] == [
        'replace the line with: website = "https://example.org/docs"',
        "remove it; 'doc_url' is in place of website already",
    ]


@pytest.mark.parametrize("key", ["platforms", "tags", "wheels"])
def test_a_field_below_build_belongs_above_it(key: str) -> None:
    problem = only_problem({"build": f'{{{key} = ["linux-x64"]}}'})

    assert problem.where.path == ("build", key)
    assert problem.hint == "move it above the line [build]"


def test_a_misspelt_key_of_a_build_has_its_name_in_the_hint() -> None:
    problem = only_problem({"build": '{path_exclude_patterns = ["*.psd"]}'})

    assert problem.hint == "did you mean 'paths_exclude_pattern'?"


def test_a_field_below_permissions_belongs_above_it() -> None:
    problem = only_problem({"permissions": '{website = "https://example.org"}'})

    assert problem.code == "manifest.permissions.unknown-key"
    assert problem.hint == "move it above the line [permissions]"


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        ("url", '"https://example.org/gears"', 'website = "https://example.org/gears"'),
        ("tracker_url", '"https://example.org/bugs"', 'website = "https://example.org/bugs"'),
        ("homepage", '"http://example.org"', 'website = "http://example.org"'),
        ("category", '"3d view"', 'tags = ["3D View"]'),
        ("keywords", '["Mesh", "UV"]', 'tags = ["Mesh", "UV"]'),
    ],
)
def test_the_line_in_the_hint_replaces_the_unknown_one(key: str, value: str, line: str) -> None:
    assert only_problem({key: value}).hint == f"replace the line with: {line}"
    assert not problems_of({name: repr(item) for name, item in tomllib.loads(line).items()})


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        ("author", '"Ada Smith"', 'maintainer = "Ada Smith"'),
        ("authors", '["Ada", "Bob"]', 'maintainer = "Ada, Bob"'),
        ("blender", "[4, 3]", 'blender_version_min = "4.3.0"'),
        ("blender", "[4, 2, 0]", 'blender_version_min = "4.2.0"'),
        ("blender_version", '"4.5"', 'blender_version_min = "4.5.0"'),
        ("description", '"Make gears quickly."', 'tagline = "Make gears quickly"'),
        ("licence", '"GPLv3"', 'license = ["SPDX:GPL-3.0-or-later"]'),
    ],
)
def test_a_required_field_under_another_name_is_one_problem(
    key: str, value: str, line: str
) -> None:
    problem = only_problem({key: value}, without=line.partition(" ")[0])

    assert problem.code == f"manifest.{line.partition(' ')[0]}.missing"
    assert problem.hint == f"replace the line with: {line}"


def test_a_key_whose_field_exists_is_to_be_removed() -> None:
    assert only_problem({"description": '"Gears"'}).hint == "remove it; the manifest has tagline"


def test_every_other_name_leads_to_a_field() -> None:
    assert set(ALIASES.values()) <= set(FIELDS)
    assert set(FIELDS) - {"permissions", "asset_library"} == FIELD_NAMES
    assert not set(ALIASES) & set(FIELDS)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("windows-amd64", "windows-x64"),
        ("windows_x64", "windows-x64"),
        ("win64", "windows-x64"),
        ("win-arm64", "windows-arm64"),
        ("macos-x86_64", "macos-x64"),
        ("osx-arm64", "macos-arm64"),
        ("macOS-Intel", "macos-x64"),
        ("darwin", "macos-x64 macos-arm64"),
        ("linux-aarch64", "linux-arm64"),
        ("linux-x86-64", "linux-x64"),
        ("manylinux_2_28_x86_64", "linux-x64"),
        ("x86_64-apple-darwin", "macos-x64"),
        ("mac-universal2", "macos-x64 macos-arm64"),
        ("linux-i686", ""),
        ("amiga", ""),
        ("", ""),
    ],
)
def test_another_name_of_a_platform_has_blenders_name_in_the_hint(name: str, expected: str) -> None:
    assert " ".join(suggest_platforms(name)) == expected
    if name:
        hint = only_problem({"platforms": f'["{name}"]'}).hint
        names = expected.split() or KNOWN
        assert all(platform in hint for platform in names)


def test_a_platform_that_means_all_is_left_out() -> None:
    assert only_problem({"platforms": '["all"]'}).hint.startswith("remove the list")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("MIT License", "MIT"),
        ("The MIT License (MIT)", "MIT"),
        ("GPL v3", "GPL-3.0-or-later"),
        ("GNU GPL 3", "GPL-3.0-or-later"),
        ("GPL-3", "GPL-3.0-or-later"),
        ("GNU General Public License v2.0 only", "GPL-2.0-only"),
        ("GNU Lesser General Public License 2.1", "LGPL-2.1-or-later"),
        ("AGPL3", "AGPL-3.0-or-later"),
        ("Apache License, Version 2.0", "Apache-2.0"),
        ("BSD 2-Clause", "BSD-2-Clause"),
        ("CC BY-SA 4.0", "CC-BY-SA-4.0"),
        ("Creative Commons Attribution 3.0", "CC-BY-3.0"),
        ("CC0", "CC0-1.0"),
        ("spdx:gpl-3.0-or-later", "GPL-3.0-or-later"),
        ("GPL-2.0+", "GPL-2.0-or-later"),
        ("GPL-2.0-with-classpath-exception", "GPL-2.0-only WITH Classpath-exception-2.0"),
        ("Apache 1.1", ""),
        ("MIT/GPL", ""),
        ("GPLv4", ""),
        ("Proprietary", ""),
        ("limited", ""),
    ],
)
def test_an_everyday_name_of_a_licence_leads_to_its_identifier(name: str, expected: str) -> None:
    assert suggest_license(name) == expected
    assert not expected or canonical_expression(expected) == expected


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("SPDX:GPL-3.0", "write 'SPDX:GPL-3.0-or-later', or 'SPDX:GPL-3.0-only' if later"),
        ("GPL-3.0+", "write 'SPDX:GPL-3.0-or-later'"),
        ("MIT AND LGPL-2.1", "write 'SPDX:MIT AND LGPL-2.1-or-later', or"),
        ("SPDX:BSD-2-Clause-FreeBSD", "write 'SPDX:BSD-2-Clause'"),
    ],
)
def test_a_deprecated_licence_is_one_problem_with_the_current_identifier(
    value: str, hint: str
) -> None:
    problem = only_problem({"license": f'["{value}"]'})

    assert problem.code == "manifest.license.deprecated"
    assert problem.hint.startswith(hint)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("© 2024 Ada Smith", "2024 Ada Smith"),
        ("2018- Ada", "2018 Ada"),
        ("2023-present Ada", "2023 Ada"),
        ("Copyright (c) 2019, 2024 Ada Smith", "2019-2024 Ada Smith"),
        ("2019–2021 Jörg", "2019-2021 Jörg"),
        ("Ada Smith 2020", "2020 Ada Smith"),
        ("2024, Ada", "2024 Ada"),
    ],
)
def test_the_suggested_copyright_is_valid(value: str, expected: str) -> None:
    assert suggest_copyright(value) == expected
    assert only_problem({"copyright": f'["{value}"]'}).hint == f"write {expected!r}"
    assert not problems_of({"copyright": f'["{expected}"]'})


@pytest.mark.parametrize("value", ["Example Corp", "2018-2020, 2022 Ada", "(c) 2024", "x" * 300])
def test_a_copyright_without_years_or_a_name_has_a_general_hint(value: str) -> None:
    assert suggest_copyright(value) == ""


@pytest.mark.parametrize(
    ("maximum", "suggestion"),
    [
        ("4.4.9", "4.5.0"),
        ("4.2.99", "4.3.0"),
        ("5.9.9", "6.0.0"),
        ("4.99.0", "5.0.0"),
        ("5.1.999", "5.2.0"),
    ],
)
def test_a_maximum_that_was_meant_inclusively_is_named(maximum: str, suggestion: str) -> None:
    problem = only_problem({"blender_version_max": f'"{maximum}"'})

    assert problem.code == "manifest.blender_version_max.inclusive"
    assert problem.hint.startswith(f"write {suggestion!r} ")


def test_a_maximum_above_every_blender_is_to_be_removed() -> None:
    assert only_problem({"blender_version_max": '"99.0.0"'}).hint.startswith("remove it")


@pytest.mark.parametrize("maximum", ["4.5.0", "5.0.0", "4.2.3", "4.3.1"])
def test_an_exclusive_maximum_has_no_warning(maximum: str) -> None:
    assert not problems_of({"blender_version_max": f'"{maximum}"'})


@pytest.mark.parametrize("field", [*FIELDS])
def test_the_cure_of_a_listing_is_json(field: str) -> None:
    for entry in ({}, {field: 3}, {field: "never"}, {field: []}, {field: {}}, {field: {"auth": 1}}):
        problems = ProblemList()
        check_entry(entry, problems, file="index.json", index=0)
        for problem in problems:
            assert " = " not in problem.hint, problem
            assert "[permissions]" not in problem.hint, problem
