"""``install-files`` installs packages from the disk."""

from __future__ import annotations

from pathlib import Path

from tests.blender_ext.tool import run, visible
from tests.repository.packages import put


def test_a_package_that_cannot_be_opened_is_not_installed(tmp_path: Path, local: Path) -> None:
    local.mkdir()
    (tmp_path / "bad.zip").write_bytes(b"no zip")
    good = put(tmp_path, "good.zip")

    done = run(
        "install-files", tmp_path / "bad.zip", good, tmp_path / "none.zip", "--local-dir", local
    )

    assert done.status == 1
    assert [kind for kind, _ in done.messages] == ["ERROR", "ERROR", "STATUS"]
    assert visible(local) == ["gear_tool"]


def test_the_compatibility_of_a_file_is_checked(tmp_path: Path, local: Path) -> None:
    local.mkdir()
    package = put(tmp_path, "new.zip", blender_version_min="5.0.0")
    arguments = [package, "--local-dir", local, "--blender-version"]

    assert run("install-files", *arguments, "4.2.0").texts("ERROR") == [
        f"gear_tool: the package is not compatible with {system('4.2.0')}"
    ]
    assert run("install-files", *arguments, "5.0.0").status == 0


def system(blender: str) -> str:
    from extery.core import platforms

    return f"Blender {blender} on {platforms.current()}"


def test_an_asset_library_is_for_blenders_that_know_the_type(tmp_path: Path, local: Path) -> None:
    local.mkdir()
    package = put(tmp_path, "trees.zip", extension_id="trees", kind="asset-library", tags=["Model"])
    arguments = [package, "--local-dir", local, "--blender-version"]

    assert run("install-files", *arguments, "5.2.0").status == 1
    assert run("install-files", *arguments, "5.3.0").messages == [("STATUS", 'Installed "trees"')]


def test_files_need_an_existing_folder(tmp_path: Path, local: Path) -> None:
    done = run("install-files", put(tmp_path, "a.zip"), "--local-dir", local)

    assert done.messages == [("FATAL_ERROR", f'destination directory "{local}" does not exist')]
