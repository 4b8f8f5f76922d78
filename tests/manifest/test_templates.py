"""Every message and hint about manifests is used, and is filled with the values that it needs."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path

import pytest

from extery.core.codes.manifest import CODES
from extery.core.errors import InvalidManifest, Problem, ProblemList, Where
from extery.core.types import THEME
from extery.listing.entries import check_entry
from extery.manifest import visible_text
from extery.manifest.document import MANIFEST_FILENAME, Manifest, blender_tags, check_manifest
from extery.manifest.schemas.blender_rules import rules_of
from tests.manifest.mutations import FIELDS, GOOD, GOOD_LIBRARY, one_field_wrong, toml
from tests.samples import LENIENT, MANIFESTS

#: Problems of a file on disk, each with a test below.
OF_FILES = {
    ("manifest.file.missing", ""),
    ("manifest.file.unreadable", ""),
    ("manifest.file.unreadable", "folder"),
    ("manifest.file.unreadable", "special-file"),
}
#: Raised by the website, which limits the depth of what it stores.
OF_THE_SITE = {("manifest.toml.syntax", "levels")}


def wheels_for(libraries: int) -> Iterator[bytes]:
    """Yield manifests with wheels for no platform, for one that is not listed, and with missing ones."""
    for tags, listed in (
        (("win32",), ["linux-x64"]),
        (("win_amd64",), ["linux-x64"]),
        (("win_amd64", "macosx_11_0_arm64"), ["linux-x64", "windows-x64"]),
    ):
        wheels = [f"lib{n}-1.0-cp311-cp311-{tag}.whl" for n in range(libraries) for tag in tags]
        yield toml({**GOOD, "platforms": repr(listed), "wheels": repr(wheels)})


#: The fields that are missing, under other names.
ALIASED = {
    "name": '"Gear Tool"',
    "tagline": '"Make gears."',
    "maintainer": '"Ada Smith"',
    "license": '"GPL v3"',
    "blender_version_min": "[4, 2, 0]",
}
KEYS = ("title", "description", "author", "licence", "blender")
OTHER_TYPES = dict.fromkeys(KEYS, "true")
LIBRARIES = [
    toml({**GOOD_LIBRARY, "asset_library": value})
    for value in (
        '{remote = "https://example.org/"}',
        "{}",
        '{remote_url = "file:///gears/"}',
        '{remote_url = "gears"}',
        '{remote_url = "https://example.org/", zzz = 1}',
    )
]
#: Wrong in each of the ways that Blender checks in a listing.
LIBRARY_TABLES: list[dict[str, object]] = [
    {},
    {"remote_url": 1, "auth": 1},
    {"remote_url": "", "auth": {}},
    {"remote_url": "ftp://a", "auth": {"required": 1, "auth_method": 1}},
]
WHOLE_FILES = [
    toml({**GOOD, "zzz": "1"}),
    toml(
        {
            **GOOD,
            "files": '"Read presets"',
            "paths": '["a"]',
            "doc_url": '"https://example.org"',
            "url": '"https://example.org"',
        }
    ),
    toml({**GOOD, "description": '"Gears"', "license": '["GPL-3.0+", "GPL-3.0", "GPL v3", "x y"]'}),
    toml({**GOOD, "build": '{path = ["a"], tags = ["Mesh"], zzz = 1}'}),
    *wheels_for(1),
    *wheels_for(3),
    *wheels_for(9),
    toml({**GOOD, "platforms": '["all", "win64", "beos"]'}),
    toml({**GOOD, "permissions": '{tags = "Mesh"}', "blender_version_max": '"99.0.0"'}),
    toml(
        {key: value for key, value in GOOD.items() if key not in ALIASED}
        | dict(zip(KEYS, ALIASED.values(), strict=True))
    ),
    toml({key: value for key, value in GOOD.items() if key not in ALIASED} | OTHER_TYPES),
    toml({**GOOD, "name": '"a\\qb"'}),
    toml(GOOD) + b"a." * 200 + b"a = 1",
    b"a = " + b"[" * 100_000,
    b"#" * 2_000_000,
]


def variants(problems: Iterable[Problem]) -> set[tuple[str, str]]:
    return {(problem.code, str(dict(problem.values).get("variant", ""))) for problem in problems}


def test_every_text_is_used_by_some_manifest() -> None:
    samples = [path.read_bytes() for path in (*MANIFESTS.values(), *LENIENT.values())]
    used = OF_FILES | OF_THE_SITE
    for data in [*samples, *one_field_wrong(), *WHOLE_FILES, *LIBRARIES]:
        for strict in (True, False):
            used |= variants(check_manifest(data, strict=strict, valid_tags=blender_tags())[1])
    for field in FIELDS:
        for value in ({}, {field: None}, {field: "hello"}):
            used |= variants(problems_of_entry(value))
    for field, text in product(visible_text.FIELDS, ("a\u202e", "\u202e", "\u202e" + "a" * 80)):
        used |= variants(problems_of_text(field, text))
    for table in LIBRARY_TABLES:
        used |= variants(problems_of_entry({"asset_library": table}))
    used |= variants(check_manifest(toml(GOOD_LIBRARY), rules=rules_of((5, 2, 0)))[1])
    used |= variants(check_manifest(toml(GOOD), valid_tags={THEME.name: ()})[1])

    assert used == {
        (code, variant) for code, entry in CODES.items() for variant in ("", *entry.variants)
    }


def problems_of_text(field: str, text: str) -> ProblemList:
    problems = ProblemList()
    value = {"files": text} if field == "permissions" else text
    visible_text.check_visible_text({field: value}, problems, locate=lambda path: Where("", path))
    return problems


def problems_of_entry(entry: dict[str, object]) -> ProblemList:
    problems = ProblemList()
    check_entry(entry, problems, file="index.json", index=0)
    return ProblemList(p for p in problems if p.code.startswith("manifest."))


def problem_of(path: Path) -> tuple[str, str]:
    with pytest.raises(InvalidManifest) as caught:
        Manifest.read(path)
    [problem] = caught.value.problems
    assert problem.hint
    assert variants((problem,)) <= OF_FILES
    return problem.code, problem.message


def test_the_problem_of_a_missing_manifest_has_its_folder(tmp_path: Path) -> None:
    assert problem_of(tmp_path) == (
        "manifest.file.missing",
        f"there is no {MANIFEST_FILENAME} in {tmp_path}",
    )


def test_a_folder_in_place_of_the_manifest_is_reported(tmp_path: Path) -> None:
    (tmp_path / MANIFEST_FILENAME).mkdir()

    code, message = problem_of(tmp_path)

    assert (code, message) == (
        "manifest.file.unreadable",
        f"{tmp_path / MANIFEST_FILENAME} is a folder",
    )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_in_place_of_the_manifest_is_reported_without_opening_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / MANIFEST_FILENAME)

    assert problem_of(tmp_path)[1] == f"{tmp_path / MANIFEST_FILENAME} is not an ordinary file"


def test_the_reason_of_the_system_is_in_the_message(tmp_path: Path) -> None:
    (tmp_path / MANIFEST_FILENAME).symlink_to(MANIFEST_FILENAME)

    code, message = problem_of(tmp_path)

    assert code == "manifest.file.unreadable"
    assert message.startswith(f"{tmp_path / MANIFEST_FILENAME} cannot be read: ")


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("name = “Gears”", "use straight quotes: \" or '"),
        ('name = "C:\\qears"', "a backslash begins an escape in double quotes"),
        ("name = Gears", "put texts in quotes, lists in [ ], and each field on its own line"),
    ],
)
def test_the_hint_fits_the_line_that_is_not_toml(line: str, hint: str) -> None:
    _, [problem] = check_manifest(line.encode())

    assert problem.code == "manifest.toml.syntax"
    assert problem.hint.startswith(hint)


@pytest.mark.parametrize(
    ("value", "suggestion"),
    [
        ("My Tool", "my_tool"),
        ("_my__tool_", "my_tool"),
        ("3d-view", "tool_3d_view"),
        ("!", "gear_tool"),
    ],
)
def test_the_suggested_id_is_valid(value: str, suggestion: str) -> None:
    _, problems = check_manifest(toml({**GOOD, "id": f'"{value}"'}))
    _, problems_after = check_manifest(toml({**GOOD, "id": f'"{suggestion}"'}))

    assert {dict(problem.values)["suggestion"] for problem in problems} == {repr(suggestion)}
    assert not problems_after


def test_the_values_of_a_problem_are_data() -> None:
    _, [problem] = check_manifest(
        toml({**GOOD, "tags": '["Modelling"]'}), valid_tags=blender_tags()
    )

    assert dict(problem.values) == {
        "similar": "Modeling",
        "types": "add-ons",
        "value": "'Modelling'",
        "variant": "similar",
    }
