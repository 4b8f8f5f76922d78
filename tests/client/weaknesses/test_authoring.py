"""Packages and repositories are made reproducibly, and checked before they reach a user (34 to 39)."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from extery.cli.app import extery
from tests.kills.writes import checked_after_each_write
from tests.repository.packages import put
from tests.samples.packages import ADD_ON, wheel

SCRIPT = b"def register():\n    pass\n\n\ndef unregister():\n    pass\n"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(extery, list(map(str, arguments)))


def codes(*arguments: str | Path) -> list[str]:
    document = json.loads(run(*arguments, "--json").stdout)
    reports = document.get("reports") or [document]
    return [problem["code"] for report in reports for problem in report["problems"]]


def source(folder: Path, more: bytes = b"", **files: bytes) -> Path:
    """Write the source of an add-on; ``more`` is added to its manifest, ``a__b`` is the file ``a/b``."""
    written = {"blender_manifest.toml": ADD_ON + more, "__init__.py": SCRIPT}
    written |= {name.replace("__", "/"): data for name, data in files.items()}
    for name, data in written.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def built(folder: Path, *options: str) -> list[str]:
    """Build a package and return the names of its files."""
    out = folder.parent / "out"
    out.mkdir(exist_ok=True)
    result = run("build", folder, "--output-dir", out, *options)
    assert result.exit_code == 0, result.output
    [package] = out.glob("*.zip")
    with zipfile.ZipFile(package) as archive:
        return archive.namelist()


def test_the_same_files_give_the_same_package(tmp_path: Path) -> None:
    """34: packages of Blender depend on the order of the disk, on times and modes."""
    packages = []
    for number in (1, 2):
        folder = source(tmp_path / str(number) / "source", data__b=b"b", data__a=b"a")
        os.utime(folder / "__init__.py", (number * 10**9, number * 10**9))
        os.chmod(folder / "data/a", 0o600 if number == 1 else 0o755)
        built(folder)
        packages.append((tmp_path / str(number) / "out/gear_tool-1.2.3.zip").read_bytes())

    assert packages[0] == packages[1]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("license", '["SPDX:GPL-3"]', "manifest.license.unknown"),
        ("website", '"nope"', "manifest.website.not-url"),
        ("platforms", '["linux-x86"]', "manifest.platforms.unknown"),
        ("wheels", '["./wheels/gears-1.0-py3-none-any.whl"]', "package.wheel-missing"),
        ("id", '"class"', "manifest.id.keyword"),
        ("id", '"größe"', "manifest.id.not-ascii"),
    ],
)
def test_mistakes_that_blender_overlooks_are_found(
    tmp_path: Path, field: str, value: str, code: str
) -> None:
    """35: validate of Blender checks neither licences, addresses, platforms and wheels, nor ids that Python cannot use."""
    lines = [line for line in ADD_ON.decode().splitlines() if not line.startswith(f"{field} = ")]
    folder = source(tmp_path / "source")
    manifest = "\n".join([*lines, f"{field} = {value}", ""])
    (folder / "blender_manifest.toml").write_text(manifest, "utf-8")

    assert code in codes("validate", folder)


def test_a_theme_and_a_script_that_cannot_be_read_are_found(tmp_path: Path) -> None:
    """35: Blender reads neither."""
    script = source(tmp_path / "script")
    (script / "__init__.py").write_text("def register(:\n    pass\n")
    theme = source(tmp_path / "theme", dusk=b"")
    manifest = ADD_ON.replace(b'"add-on"', b'"theme"')
    (theme / "blender_manifest.toml").write_bytes(manifest)
    (theme / "dusk.xml").write_text("<bpy><Theme>")

    assert codes("validate", script) == ["package.init-syntax"]
    assert codes("validate", theme) == ["theme.not-xml"]


@pytest.mark.parametrize(
    "build", ["", "[build]\n", "[build]\nother = 1\n", "[build]\npaths_exclude_pattern = []\n"]
)
def test_caches_and_version_control_are_not_packed_silently(tmp_path: Path, build: str) -> None:
    """36: an empty [build] table makes Blender pack caches and old packages."""
    folder = source(tmp_path / "source", build.encode())
    for name in ("__pycache__/a.pyc", ".git/config", "gear_tool-1.0.0.zip"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"PK")

    for options, count in ((), 0), (("--like-blender",), 2 if build else 0):
        found = codes("build", folder, "--output-dir", tmp_path, *options)
        packed = zipfile.ZipFile(tmp_path / "gear_tool-1.2.3.zip").namelist()
        unwanted = [name for name in packed if name.endswith((".pyc", ".zip"))]
        named = {"build.caches-packed", "build.package-packed"} & set(found)

        assert (len(unwanted), len(named)) == (count, count)
        assert not any(".git" in name for name in packed)


def test_custom_patterns_pack_no_version_control(tmp_path: Path) -> None:
    """36: Blender packs .git as soon as there are patterns of one's own, and ignores many of git's notations."""
    folder = source(
        tmp_path / "source", b'[build]\npaths_exclude_pattern = ["*.{png,jpg}"]\n', x=b""
    )
    (folder / ".git").mkdir()
    (folder / ".git/config").write_text("")

    found = codes("build", folder, "--output-dir", tmp_path)
    assert set(found) == {"build.pattern-without-effect"}
    assert not any(
        ".git" in name for name in zipfile.ZipFile(tmp_path / "gear_tool-1.2.3.zip").namelist()
    )
    like_blender = codes("build", folder, "--output-dir", tmp_path, "--like-blender")
    assert {"build.version-control-packed", "build.pattern-without-effect"} <= set(like_blender)


def test_paths_can_be_combined_with_wheels_and_platforms(tmp_path: Path) -> None:
    """37: with paths and wheels Blender stores wheels twice, packs those of other platforms, or crashes."""
    names = ["gears-1.0-cp311-cp311-win_amd64.whl", "gears-1.0-cp311-cp311-macosx_11_0_arm64.whl"]
    wheels = ", ".join(f'"./{name}"' for name in names)
    more = (
        f'wheels = [{wheels}]\nplatforms = ["windows-x64", "macos-arm64"]\n'
        '[build]\npaths = ["__init__.py"]\n'
    )
    folder = source(tmp_path / "source", more.encode(), **dict.fromkeys(names, wheel()))

    result = run("build", folder, "--output-dir", tmp_path, "--split-platforms")

    assert result.exit_code == 0, result.output
    packed = {
        path.name: sorted(zipfile.ZipFile(path).namelist()) for path in tmp_path.glob("*.zip")
    }
    own = ["__init__.py", "blender_manifest.toml"]
    assert packed == {
        "gear_tool-1.2.3-windows_x64.zip": [*own, names[0]],
        "gear_tool-1.2.3-macos_arm64.zip": [*own, names[1]],
    }


def test_a_folder_in_paths_is_packed_with_its_files(tmp_path: Path) -> None:
    """37: Blender packs an empty folder without a word."""
    folder = source(tmp_path / "source", b'[build]\npaths = ["__init__.py", "data"]\n', data__a=b"")

    result = run("build", folder, "--output-dir", tmp_path)

    assert result.exit_code == 0
    assert "data is a folder: its files (1) are packed" in result.output
    packed = zipfile.ZipFile(tmp_path / "gear_tool-1.2.3.zip").namelist()
    assert packed == ["blender_manifest.toml", "__init__.py", "data/a"]

    like_blender = run("build", folder, "--output-dir", tmp_path, "--like-blender")

    assert like_blender.exit_code == 1
    assert "data is a folder, whose files would not be packed" in like_blender.output


def _listing(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / "index.json").read_bytes())
    return document


def test_a_listing_is_sorted_current_and_replaced_at_once(tmp_path: Path) -> None:
    """38: Blender's tool lists in the order of the disk, with all old releases, and writes in place."""
    for name in ("z", "b", "a"):
        put(tmp_path, f"{name}.zip", extension_id=f"{name}_tool", version="1.0.0")
    put(tmp_path, "b-0.9.zip", extension_id="b_tool", version="0.9.0")
    assert run("server-generate", "--repo-dir", tmp_path).exit_code == 0
    put(tmp_path, "c.zip", extension_id="c_tool", version="1.0.0")
    ids = []

    def look() -> None:
        ids.append(tuple(item["id"] for item in _listing(tmp_path)["data"]))

    with checked_after_each_write(tmp_path, look):
        assert run("server-generate", "--repo-dir", tmp_path).exit_code == 0

    before, after = ("a_tool", "b_tool", "z_tool"), ("a_tool", "b_tool", "c_tool", "z_tool")
    assert set(ids) == {before, after}
    assert [item["version"] for item in _listing(tmp_path)["data"]] == ["1.0.0"] * 4


def test_a_repository_with_an_empty_blocklist_and_a_page_with_search_is_generated(
    tmp_path: Path,
) -> None:
    """38: Blender's tool fails for an empty blocklist, and its page has no search and no feed of changes."""
    put(tmp_path, "a.zip", version="1.0.0")
    (tmp_path / "blender_repo.toml").write_text(
        'schema_version = "1.0.0"\nblocklist = []\nchanges = true\n'
    )

    result = run("server-generate", "--repo-dir", tmp_path, "--html")

    assert result.exit_code == 0, result.output
    assert _listing(tmp_path)["blocklist"] == []
    assert 'type="search"' in (tmp_path / "index.html").read_text("utf-8")
    assert (tmp_path / "changes.json").exists()


def test_unchanged_packages_are_not_read_again(tmp_path: Path) -> None:
    """38: Blender's tool reads and hashes every package in each run."""
    package = put(tmp_path, "a.zip", version="1.0.0")
    assert run("server-generate", "--repo-dir", tmp_path).exit_code == 0
    about = package.stat()
    package.chmod(0o644)
    data = bytearray(package.read_bytes())
    data[-1] ^= 1
    with package.open("r+b") as file:
        file.write(data)
    os.utime(package, ns=(about.st_atime_ns, about.st_mtime_ns))

    assert run("server-generate", "--repo-dir", tmp_path).exit_code == 0
    assert run("server-generate", "--repo-dir", tmp_path, "--verify").exit_code == 1


@pytest.mark.parametrize("tool", [[], ["blender-ext"]], ids=["extery", "blender-ext"])
def test_the_keys_of_a_file_of_tags_are_those_that_the_help_and_messages_name(
    tmp_path: Path, tool: list[str]
) -> None:
    """39: the help of Blender's tool names a key that fails."""
    folder = source(tmp_path / "source", b'tags = ["Gears"]\n')
    tags = tmp_path / "tags.json"
    tags.write_text('{"add-ons": ["Gears"], "themes": []}')
    wrong = run(*tool, "validate", folder, "--valid-tags", tags)
    tags.write_text('{"add-on": ["Gears"], "theme": []}')

    assert wrong.exit_code == 1
    assert "add-on" in wrong.output.replace("add-ons", "")
    assert "add-ons" not in run(*tool, "validate", "--help").output
    assert run(*tool, "validate", folder, "--valid-tags", tags).exit_code == 0
