"""The commands of the first design of Blender's extensions, with the arguments that it documents (seed of 2024-01)."""

from __future__ import annotations

import tarfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from extery.cli.app import extery
from tests.samples.packages import ADD_ON


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the source of an extension, ``gears``, which is the current one."""
    for name in ("EXTERY_CONFIG", "EXTERY_CACHE"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "gears")
    return tmp_path


def write(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "blender_manifest.toml").write_bytes(ADD_ON)
    (folder / "__init__.py").write_text(
        "def register():\n    pass\n\n\ndef unregister():\n    pass\n"
    )


def run(*arguments: str) -> Result:
    return CliRunner().invoke(extery, arguments)


def there(*arguments: str, options: Sequence[str] = ("--dir", "ext", "--blender", "4.2")) -> Result:
    return run(*arguments, *options)


def test_validate_manifest_takes_the_path_of_a_manifest(home: Path) -> None:
    result = run("validate-manifest", "gears/blender_manifest.toml")

    assert result.exit_code == 0
    assert result.stderr.startswith("validate-manifest is called validate now\n")
    (home / "manifest.toml").write_bytes(ADD_ON.replace(b"1.2.3", b"1.2"))
    assert run("validate-manifest", "manifest.toml").exit_code == 1


def test_create_takes_the_folder_with_the_manifest(home: Path) -> None:
    result = run("create", "gears/")

    assert result.exit_code == 0
    assert result.stderr.startswith("create is called build now\n")
    assert (home / "gear_tool-1.2.3.zip").exists()


def test_install_from_disk_and_uninstall_take_a_package_and_a_name(home: Path) -> None:
    run("create", "gears/")
    installed = there("install-from-disk", "gear_tool-1.2.3.zip")
    place = home / "ext/user_default/gear_tool/blender_manifest.toml"

    assert (installed.exit_code, place.exists()) == (0, True)
    assert installed.stderr.startswith("install-from-disk is called install-file now\n")
    removed = there("uninstall", "gear_tool")
    assert (removed.exit_code, place.exists()) == (0, False)
    assert removed.stderr.startswith("uninstall is called remove now\n")
    assert "did you mean" not in removed.stderr


def test_a_package_of_early_2024_is_named_as_what_it_is(home: Path) -> None:
    with tarfile.open("gears.txz", "w:xz") as archive:
        archive.add("gears")

    result = there("install-from-disk", "gears.txz")

    assert result.exit_code == 1
    assert "an .xz file, the package format of early 2024 [package.not-zip]" in result.stderr
    assert "hint: " in result.stderr


@pytest.mark.parametrize("name", ["", "studio", "Our Studio"])
def test_add_repository_remote_takes_a_url_and_a_name(home: Path, name: str) -> None:
    (home / "r").mkdir()
    run("build", "gears", "--output-dir", "r")
    assert run("server-generate", "--repo-dir", "r").exit_code == 0

    result = there("add-repository-remote", (home / "r").as_uri(), *([name] if name else []))

    assert result.exit_code == 0, result.stderr
    assert result.stderr.startswith("add-repository-remote is called repo add now\n")
    listed = there("repo", "list").stdout
    assert listed.startswith({"studio": "studio ", "Our Studio": "OurStudio "}.get(name, ""))
    assert there("install", "gear_tool").exit_code == 0


@pytest.mark.parametrize("name", ["", "mine", "My Extensions"])
def test_add_repository_local_takes_a_folder_without_a_listing_and_a_name(
    home: Path, name: str
) -> None:
    write(home / "src/my-extensions-no-json/gear_tool")

    result = there("add-repository-local", "src/my-extensions-no-json/", *([name] if name else []))

    assert result.exit_code == 0, result.stderr
    assert result.stderr.startswith("add-repository-local is called repo add now\n")
    assert "(1 installed, local)" in there("repo", "list").stdout
    assert there("uninstall", "gear_tool").exit_code == 1  # the user's own
    assert (home / "src/my-extensions-no-json/gear_tool").exists()
