"""``extery build``: arguments, output and exit status."""

import json
import os
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from extery.cli.app import extery
from tests.author.trees import make_source, wheel, wheels_line
from tests.samples.packages import MANIFEST

PLATFORMS = 'platforms = ["windows-x64", "linux-x64"]\n'


def build(*arguments: str | Path) -> Result:
    return CliRunner().invoke(extery, ["build", *map(str, arguments)])


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the source ``gears`` in it, as the current one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EXTERY_CACHE", str(tmp_path / "cache"))
    return make_source(tmp_path / "gears", "icons/gear.png")


def test_the_package_is_written_to_the_current_folder(source: Path) -> None:
    result = build("gears")

    assert result.exit_code == 0
    size = Path("gear_tool-1.2.3.zip").stat().st_size
    assert (
        result.stdout == f"created gear_tool-1.2.3.zip: 3 files, 266 bytes, packed {size} bytes\n"
    )
    assert result.stderr == "Built 1 package. No problems.\n"


def test_without_a_source_the_current_folder_is_packed(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(source)

    assert build().exit_code == 0
    assert build("--source-dir", ".").exit_code == 0
    with zipfile.ZipFile("gear_tool-1.2.3.zip") as archive:
        assert archive.namelist() == [MANIFEST, "__init__.py", "icons/gear.png"]


def test_the_source_can_be_the_manifest(source: Path) -> None:
    make_source(source, extra='website = ""\n')
    assert "gears/blender_manifest.toml:10:11: error" in build(f"gears/{MANIFEST}").stderr

    make_source(source)
    assert build(f"gears/{MANIFEST}").exit_code == 0


def test_source_and_source_dir_exclude_each_other(source: Path) -> None:
    result = build("gears", "--source-dir", "gears")

    assert result.exit_code == 2
    assert "SOURCE and --source-dir exclude each other" in result.stderr


def test_the_output_path_can_be_set(source: Path) -> None:
    Path("out").mkdir()

    assert build("gears", "--output-dir", "out").stdout.startswith(
        "created out/gear_tool-1.2.3.zip"
    )
    assert build("gears", "--output-filepath", "out/a.zip").stdout.startswith("created out/a.zip: ")
    both = build("gears", "--output-dir", "out", "--output-filepath", "a.zip")
    assert "[build.output-twice]" in both.stderr
    assert both.exit_code == 1


def test_a_split_build_prints_every_package(source: Path) -> None:
    wheels = wheel("win_amd64", "manylinux_2_28_x86_64")
    make_source(source, *wheels, extra=PLATFORMS + wheels_line(wheels))

    result = build("gears", "--split-platforms")

    assert [line.partition(":")[0] for line in result.stdout.splitlines()] == [
        "created gear_tool-1.2.3-windows_x64.zip",
        "created gear_tool-1.2.3-linux_x64.zip",
    ]


def test_errors_have_their_place_and_nothing_is_written(source: Path) -> None:
    make_source(source, extra='website = ""\n[build]\npaths = ["a.py"]\n')

    result = build("gears")

    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.splitlines()[0] == (
        "gears/blender_manifest.toml:10:11: error: website must not be empty [manifest.website.empty]"
    )
    assert not Path("gear_tool-1.2.3.zip").exists()


def test_a_folder_without_a_manifest_is_reported(source: Path) -> None:
    result = build("gears/icons")

    assert result.exit_code == 1
    assert (
        "gears/icons/blender_manifest.toml: error: there is no blender_manifest.toml"
        in result.stderr
    )


def test_warnings_are_reported_and_stop_only_a_strict_build(source: Path) -> None:
    make_source(source, extra='[build]\npaths_exclude_pattern = ["./docs"]\n')

    strict = build("gears", "--strict")
    assert strict.exit_code == 1
    assert not Path("gear_tool-1.2.3.zip").exists()
    usual = build("gears")
    assert usual.exit_code == 0
    assert usual.stdout.startswith("created ")
    assert strict.stderr.splitlines()[:-1] == usual.stderr.splitlines()[:-1]
    assert "--strict treats warnings as errors" in strict.stderr
    assert "warning: the pattern './docs' is unlikely to match" in usual.stderr


def test_verbose_lists_every_file_and_the_largest_first(source: Path) -> None:
    for number in range(15):
        (source / f"noise{number:02}.bin").write_bytes(os.urandom(1000 * (number + 1)))

    result = build("gears", "--verbose")

    added = result.stderr.splitlines()
    assert added[:2] == [f"add: {MANIFEST}", "add: __init__.py"]
    assert len(added) == 18 + 1
    _, digest, compression, title, first, *others = result.stdout.splitlines()
    assert len(digest.split()[1]) == 64
    assert compression.startswith("  compressed with libdeflate of deflate ")
    assert compression.endswith(", level 6")
    assert title == "largest files:"
    assert first.split() == ["15", "KB", "12%", "noise14.bin"]
    assert others[9].endswith("8 other files")
    assert others[10:12] == ["folders:", "   15 bytes   0%  icons/ (1 file, 15 bytes unpacked)"]


def test_verbose_lists_what_was_left_out_and_why(source: Path) -> None:
    make_source(
        source, "docs/a.md", ".git/HEAD", extra="[build]\npaths_exclude_pattern = ['/docs/']\n"
    )

    lines = build("gears", "--verbose").stdout.splitlines()
    again = build("gears", "--verbose").stdout.splitlines()

    assert lines[lines.index("left out:") + 1 :] == [
        "  .git/  default '.git'",
        "  docs/  paths_exclude_pattern '/docs/'",
    ]
    assert "taken from the last build" not in "".join(lines)
    assert any(line.endswith("3 of 3 files taken from the last build") for line in again)
    assert "taken from" not in build("gears", "--verbose", "--no-reuse").stdout


def test_json_reports_what_was_left_out_and_the_sizes_of_folders(source: Path) -> None:
    make_source(source, ".git/HEAD", "icons/deep/small.png")

    [package] = json.loads(build("gears", "--json").stdout)["packages"]

    assert package["left_out"] == [{"path": ".git/", "reason": "default", "pattern": ".*"}]
    assert [(row["path"], row["files"]) for row in package["folders"]] == [
        ("", 4),
        ("icons/", 2),
        ("icons/deep/", 1),
    ]
    assert package["folders"][0]["size"] == package["unpacked"]
    assert package["compression"].startswith("libdeflate")
    assert (package["reused"], package["saved"]) == (0, 0)


def test_the_compression_can_be_chosen(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def used(*options: str) -> str:
        [package] = json.loads(build("gears", "--json", *options).stdout)["packages"]
        return str(package["compression"]).split()[0]

    monkeypatch.setenv("EXTERY_COMPRESSION", "zlib")
    assert used() == "zlib"
    assert used("--compression", "smallest") == "libdeflate"
    monkeypatch.setenv("EXTERY_COMPRESSION", "zip")
    assert "EXTERY_COMPRESSION" in build("gears").stderr
    monkeypatch.delenv("EXTERY_COMPRESSION")
    monkeypatch.setitem(sys.modules, "deflate", None)
    assert used() == "zlib"
    assert "[build.compression-missing]" in build("gears", "--compression", "libdeflate").stderr


def test_like_blender_packs_what_blender_packs(source: Path) -> None:
    make_source(source, ".git/HEAD", extra="[build]\npaths_exclude_pattern = ['/docs/']\n")

    build("gears", "--like-blender")

    with zipfile.ZipFile("gear_tool-1.2.3.zip") as archive:
        assert ".git/HEAD" in archive.namelist()


def test_json_lists_the_packages(source: Path) -> None:
    result = build("gears", "--json", "--verbose")

    document = json.loads(result.stdout)
    assert result.stderr == "Built 1 package. No problems.\n"
    assert document["ok"] is True
    assert document["problems"] == []
    [package] = document["packages"]
    assert package["path"] == str(Path.cwd() / "gear_tool-1.2.3.zip")
    assert (package["id"], package["version"], package["platform"]) == ("gear_tool", "1.2.3", None)
    assert [member["name"] for member in package["members"]] == [
        MANIFEST,
        "__init__.py",
        "icons/gear.png",
    ]


def test_json_lists_the_problems(source: Path) -> None:
    make_source(source, extra="build = 3\n")

    result = build("gears", "--json")

    assert result.exit_code == 1
    document = json.loads(result.stdout)
    assert (document["ok"], document["packages"]) == (False, [])
    assert [problem["code"] for problem in document["problems"]] == ["build.not-a-table"]


def test_the_valid_tags_can_be_replaced(source: Path) -> None:
    make_source(source, extra='tags = ["Gears"]\n')
    Path("tags.json").write_text('{"add-on": ["Gears"], "theme": []}')

    assert "[manifest.tags.unknown-tag]" in build("gears").stderr
    assert build("gears", "--valid-tags", "tags.json").exit_code == 0
    assert build("gears", "--valid-tags", "").exit_code == 0
    assert "[usage.tag-file]" in build("gears", "--valid-tags", "none.json").stderr
