"""Every rule of the manifest, with its sample, and the value of a valid one."""

from pathlib import Path

import pytest

from extery.core.codes import all_codes, find
from extery.core.errors import InvalidManifest
from extery.manifest.document import (
    MANIFEST_FILENAME,
    MAX_MANIFEST_BYTES,
    Manifest,
    blender_tags,
    check_manifest,
)
from tests.samples import GOOD, LENIENT, MANIFESTS

UNREADABLE = {"manifest.file.missing", "manifest.file.unreadable", "manifest.file.too-large"}

#: Problems of tags that Blender's list does not have.
ANY_TAGS = {"manifest.tags.no-list", "manifest.tags.invisible"}


@pytest.mark.parametrize("code", MANIFESTS)
def test_a_sample_has_exactly_the_problem_in_its_name(code: str) -> None:
    manifest, problems = check_manifest(MANIFESTS[code].read_bytes(), valid_tags=blender_tags())

    assert [problem.code for problem in problems] == [code]
    assert (manifest is None) == (find(code).severity == "error")


@pytest.mark.parametrize("code", MANIFESTS)
def test_a_problem_has_a_message_a_hint_and_a_location(code: str) -> None:
    _, [problem] = check_manifest(MANIFESTS[code].read_bytes(), valid_tags=blender_tags())

    assert problem.message
    assert problem.hint
    assert problem.where.file == MANIFEST_FILENAME
    assert problem.where.line is not None
    assert problem.where.column is not None


@pytest.mark.parametrize("code", LENIENT)
def test_a_lenient_sample_has_its_problem_in_the_lenient_reading(code: str) -> None:
    manifest, problems = check_manifest(LENIENT[code].read_bytes(), strict=False)

    assert [problem.code for problem in problems] == [code]
    assert manifest is None


def test_every_code_of_the_manifest_has_a_sample_or_a_test() -> None:
    codes = {code for code in all_codes() if code.startswith("manifest.")}

    assert codes == set(MANIFESTS) | set(LENIENT) | UNREADABLE | ANY_TAGS


@pytest.mark.parametrize(
    ("sample", "line", "column"),
    [
        ("manifest.id.not-identifier", 2, 6),
        ("manifest.license.wrong-type-item", 8, 12),
        ("manifest.permissions.too-long", 10, 25),
        ("manifest.key.unknown", 10, 1),
        ("manifest.toml.bom", 1, 1),
        ("manifest.toml.syntax", 4, 8),
        ("manifest.toml.not-utf-8", 6, 15),
    ],
)
def test_the_location_is_that_of_the_invalid_value(sample: str, line: int, column: int) -> None:
    _, [problem] = check_manifest(MANIFESTS[sample].read_bytes(), valid_tags=blender_tags())

    assert (problem.where.line, problem.where.column) == (line, column)


def test_a_valid_manifest_is_parsed_with_every_field() -> None:
    manifest = Manifest.parse(GOOD.read_bytes(), valid_tags=blender_tags())

    assert manifest.id == "gear_tool"
    assert manifest.tags == ("Mesh", "Modeling")
    assert manifest.permissions == {"files": "Read and write gear presets"}
    assert str(manifest.blender_range) == "4.2.0 up to, not including, 5.1.0"
    assert manifest.python_versions == ("3.11",)
    assert manifest.build == {"paths_exclude_pattern": ["__pycache__/", "/.git/"]}


def test_all_problems_are_reported_at_once_in_blenders_order() -> None:
    data = b'id = "My Tool"\nversion = "1"\ntype = "thing"\nlicense = [1, " "]\n'

    _, problems = check_manifest(data)

    assert [problem.code for problem in problems.errors] == [
        "manifest.id.not-identifier",
        "manifest.schema_version.missing",
        "manifest.name.missing",
        "manifest.tagline.missing",
        "manifest.version.bad-version",
        "manifest.type.unknown-type",
        "manifest.maintainer.missing",
        "manifest.license.wrong-type-item",
        "manifest.license.blank-item",
        "manifest.blender_version_min.missing",
    ]


def test_parsing_raises_with_every_problem() -> None:
    with pytest.raises(InvalidManifest) as caught:
        Manifest.parse(b'id = "x"\n')

    assert len(caught.value.problems) == 8
    assert "schema_version is missing (and 7 more)" in str(caught.value)


def test_a_list_of_permissions_is_read_without_reasons_by_clients() -> None:
    data = MANIFESTS["manifest.permissions.not-a-table"].read_bytes()

    manifest = Manifest.parse(data, strict=False)

    assert manifest.permissions == {"files": "Undefined", "network": "Undefined"}


def test_clients_accept_a_tagline_and_a_version_that_are_errors_for_authors() -> None:
    data = GOOD.read_bytes().replace(b'"Make gears of any size"', b'"Gears." # !')
    data = data.replace(b'"4.2.0"', b'"4.2"')

    assert Manifest.parse(data, strict=False).blender_range.minimum == (4, 2, 0)
    with pytest.raises(InvalidManifest):
        Manifest.parse(data)


def test_a_package_for_one_platform_narrows_platforms_and_wheels() -> None:
    generated = b'\n[build.generated]\nplatforms = ["linux-x64"]\nwheels = []\n'

    manifest = Manifest.parse(GOOD.read_bytes() + generated, strict=False, packaged=True)

    assert manifest.platforms == ("linux-x64",)
    assert manifest.wheels == ()


def test_the_error_for_a_missing_manifest_names_the_folder(tmp_path: Path) -> None:
    with pytest.raises(InvalidManifest) as caught:
        Manifest.read(tmp_path)

    assert caught.value.code == "manifest.file.missing"
    assert str(tmp_path) in str(caught.value)


def test_a_manifest_that_is_a_folder_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / MANIFEST_FILENAME).mkdir()

    with pytest.raises(InvalidManifest) as caught:
        Manifest.read(tmp_path)

    assert caught.value.code == "manifest.file.unreadable"


def test_a_manifest_of_megabytes_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    file = tmp_path / MANIFEST_FILENAME
    file.write_bytes(b"#" * (MAX_MANIFEST_BYTES + 10))

    with pytest.raises(InvalidManifest) as caught:
        Manifest.read(file)

    assert caught.value.code == "manifest.file.too-large"


def test_very_deep_nesting_is_a_problem_and_not_a_crash() -> None:
    _, problems = check_manifest(b"a = " + b"[" * 100_000)

    assert [problem.code for problem in problems] == ["manifest.toml.syntax"]


def test_an_unknown_permission_is_one_problem_whatever_its_value_is() -> None:
    text = GOOD.read_bytes().replace(b"[permissions]\n", b'[permissions]\nwheels = ["a.whl"]\n')

    _, problems = check_manifest(text)

    assert [problem.code for problem in problems] == ["manifest.permissions.unknown-key"]
