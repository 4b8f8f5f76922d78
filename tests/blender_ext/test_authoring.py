"""``build``, ``validate`` and ``server-generate``: lines and exit status of Blender's tool, results of ours."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.author.trees import make_source
from tests.blender_ext.tool import run
from tests.repository.packages import put
from tests.samples.packages import wheel

HARMFUL = "./wheels/gears-2.0-py3-none-any.whl"


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a source folder the current one."""
    folder = make_source(tmp_path / "source")
    monkeypatch.chdir(folder)
    return folder


def add(source: Path, text: str) -> None:
    with (source / "blender_manifest.toml").open("a") as file:
        file.write(text)


def test_a_package_is_built_as_extery_builds_it(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.zip"

    done = run("build", "--output-filepath", target, "--verbose")

    size = target.stat().st_size
    assert done.status == 0
    assert done.texts("STATUS")[:2] == ["building: out.zip", "add: blender_manifest.toml"]
    assert done.texts("STATUS")[-2:] == ["complete", f'created: "{target}", {size}']
    assert len(done.messages) == len(done.texts("STATUS"))


def test_the_package_is_named_after_the_extension(source: Path, tmp_path: Path) -> None:
    done = run("build", "--output-dir", tmp_path)

    [package] = tmp_path.glob("*.zip")
    assert done.texts("STATUS") == [
        f"building: {package.name}",
        "complete",
        f'created: "{package}", {package.stat().st_size}',
    ]


def test_two_outputs_exclude_each_other(source: Path, tmp_path: Path) -> None:
    done = run("build", "--output-dir", tmp_path, "--output-filepath", tmp_path / "a.zip")

    assert done.status == 1
    assert len(done.texts("FATAL_ERROR")) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--split-platforms"], "platforms"),
        (["--source-dir", "none"], "none"),
        (["--output-dir", "none"], "none"),
        (["--valid-tags", "none.json"], "none.json"),
    ],
)
def test_a_build_that_fails_says_why(arguments: list[str], message: str, source: Path) -> None:
    done = run("build", *arguments)

    assert done.status == 1
    assert message in done.texts("FATAL_ERROR")[0]
    assert {kind for kind, _ in done.messages} == {"FATAL_ERROR"}


def test_errors_of_the_manifest_begin_with_its_path(source: Path) -> None:
    add(source, "\n[build]\npaths = 3\n")

    [text] = run("build", "--source-dir", ".").texts("FATAL_ERROR")

    path = Path("blender_manifest.toml")
    assert text.startswith(f'Error parsing TOML "{Path()}/{path}" build.paths: ')


def test_tags_are_checked_on_request_only(source: Path, tmp_path: Path) -> None:
    tags = tmp_path / "tags.json"
    tags.write_text(json.dumps({"add-on": ["Only"], "theme": []}))
    add(source, 'tags = ["Any"]\n')

    assert run("validate").status == 0
    assert run("validate", "--valid-tags", tags).status == 1


def test_a_valid_folder_and_a_valid_package_are_a_success(source: Path, tmp_path: Path) -> None:
    package = put(tmp_path, "a.zip")

    assert run("validate").messages[-1] == ("STATUS", 'Success parsing TOML in "."')
    assert run("validate", package).messages[-1] == (
        "STATUS",
        f'Success parsing TOML in "{package}"',
    )


def test_errors_of_a_folder_are_statuses_and_those_of_a_package_fatal(
    source: Path, tmp_path: Path
) -> None:
    package = put(tmp_path, "a.zip", tagline="Ends with a stop.")
    add(source, 'blender_version_max = "4"\n')

    folder, archive = run("validate"), run("validate", package)

    assert (folder.status, archive.status) == (1, 1)
    assert folder.texts("STATUS")[0] == 'Error parsing TOML "./blender_manifest.toml"'
    assert archive.texts("FATAL_ERROR")[0] == f'Error parsing TOML in "{package}"'
    assert (len(folder.texts("FATAL_ERROR")), len(archive.texts("STATUS"))) == (0, 0)


def test_what_blender_accepts_is_a_warning(tmp_path: Path) -> None:
    package = put(tmp_path, "a.zip", wheels=["./wheels/gears-1.0-py3-none-any.whl"])
    assert run("validate", package).texts("WARN") == []
    bad = put(tmp_path, "b.zip", license=["MIT"])

    done = run("validate", bad)

    assert done.status == 0
    assert done.texts("WARN") != []


@pytest.mark.parametrize("path", ["none", "none.zip"])
def test_a_missing_path_is_a_fatal_error(path: str, tmp_path: Path) -> None:
    assert run("validate", tmp_path / path).status == 1


def test_a_listing_is_written_and_counted(tmp_path: Path) -> None:
    put(tmp_path, "a.zip")
    put(tmp_path, "b.zip", extension_id="dusk", kind="theme")

    done = run("server-generate", "--repo-dir", tmp_path, "--html")

    assert done == (0, [("STATUS", "found 2 packages.")], [])
    assert (tmp_path / "index.html").exists()


def test_a_page_of_blenders_tool_is_replaced(tmp_path: Path) -> None:
    put(tmp_path, "a.zip")
    (tmp_path / "index.html").write_text("<!doctype html><title>Blender</title>")

    assert run("server-generate", "--repo-dir", tmp_path, "--html").status == 0
    assert "extery" in (tmp_path / "index.html").read_text()


def test_a_bad_package_is_an_error_and_no_failure(tmp_path: Path) -> None:
    put(tmp_path, "a.zip")
    (tmp_path / "b.zip").write_bytes(b"no zip")

    done = run("server-generate", "--repo-dir", tmp_path)

    assert done.status == 0
    assert [kind for kind, _ in done.messages] == ["ERROR", "STATUS"]
    assert str(tmp_path / "b.zip") in done.texts("ERROR")[0]


def test_a_package_that_blender_lists_is_listed(tmp_path: Path) -> None:
    package = put(tmp_path, "a.zip", wheels=[HARMFUL])
    rename_wheel(package)

    done = run("server-generate", "--repo-dir", tmp_path)

    assert done == (0, [("STATUS", "found 1 packages.")], [])
    assert len(json.loads((tmp_path / "index.json").read_bytes())["data"]) == 1


def rename_wheel(package: Path) -> None:
    """Put the wheel of another version into the package."""
    from tests.samples.packages import ADD_ON, MANIFEST, packed

    manifest = ADD_ON + f"wheels = [{json.dumps(HARMFUL)}]\n".encode()
    package.write_bytes(
        packed(
            (MANIFEST, manifest),
            ("__init__.py", b""),
            (HARMFUL.removeprefix("./"), wheel("gears-1.0")),
        )
    )


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ({}, {}, "a.zip=[4.2.0 -> ...] & b.zip=[4.2.0 -> ...]"),
        (
            {"blender_version_min": "0.0.0"},
            {"blender_version_max": "5.0.0"},
            "a.zip=[undefined] & b.zip=[4.2.0 -> 5.0.0]",
        ),
        ({"blender_version_max": "5.0.0"}, {"blender_version_min": "5.0.0"}, None),
        ({"platforms": ["linux-x64"]}, {"platforms": ["windows-x64"]}, None),
        (
            {"platforms": ["linux-x64"]},
            {},
            "a.zip=[4.2.0 -> ...] & b.zip=[4.2.0 -> ...]",
        ),
        (
            {"wheels": ["./gears-1.0-cp311-cp311-any.whl"]},
            {"wheels": ["./gears-1.0-cp313-cp313-any.whl"]},
            None,
        ),
        (
            {"wheels": ["./gears-1.0-cp311-cp311-any.whl"]},
            {"wheels": ["./gears-1.0-py3-none-any.whl"]},
            "a.zip=[4.2.0 -> ...] & b.zip=[4.2.0 -> ...]",
        ),
    ],
)
def test_packages_for_the_same_blender_are_warned_of(
    first: dict[str, str], second: dict[str, str], expected: str | None, tmp_path: Path
) -> None:
    put(tmp_path, "a.zip", version="1.0.0", **first)
    put(tmp_path, "b.zip", version="2.0.0", **second)

    warnings = run("server-generate", "--repo-dir", tmp_path).texts("WARN")

    start = "archive found with duplicates for id gear_tool: 1 duplicate(s) found"
    assert warnings == ([f"{start}, conflicting blender versions {expected}"] if expected else [])


@pytest.mark.parametrize("folder", ["none", "https://example.org/"])
def test_the_folder_has_to_be_on_this_computer(folder: str, tmp_path: Path) -> None:
    done = run("server-generate", "--repo-dir", folder)

    assert done.status == 1
    assert repr(folder) in done.texts("FATAL_ERROR")[0]


def test_an_invalid_configuration_is_a_fatal_error(tmp_path: Path) -> None:
    (tmp_path / "blender_repo.toml").write_text("no toml")

    assert run("server-generate", "--repo-dir", tmp_path).status == 1
    assert not (tmp_path / "index.json").exists()


def test_the_token_of_asset_libraries_is_an_option(tmp_path: Path) -> None:
    put(tmp_path, "a.zip")

    run(
        *("server-generate", "--repo-dir", tmp_path),
        *("--assetlib-auth-method", "FROM_REPOSITORY"),
    )

    document = json.loads((tmp_path / "index.json").read_bytes())
    assert document["assetlib_auth_method"] == "FROM_REPOSITORY"
