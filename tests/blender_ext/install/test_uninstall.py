"""``uninstall`` removes the extensions that are named, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.blender_ext.install.installing import install
from tests.blender_ext.tool import contents, run, visible


@pytest.mark.parametrize("name", ["", ".", "..", ".blender_ext", "a/b", "/etc", "a\\b"])
def test_names_that_are_no_ids_are_not_removed(name: str, remote: Path, local: Path) -> None:
    install(remote, local, "gears")
    before = contents(local)

    done = run("uninstall", name, "--local-dir", local)

    assert done.status == 1
    assert done.texts("FATAL_ERROR") == [f'Package name invalid "{name}"']
    assert contents(local) == before


def test_what_is_not_installed_does_not_keep_the_others(remote: Path, local: Path) -> None:
    install(remote, local, "gears,cogs")

    done = run("uninstall", "none,gears", "--local-dir", local)

    assert done.status == 1
    assert done.messages == [
        ("FATAL_ERROR", 'Package not found "none"'),
        ("STATUS", 'Removed "gears"'),
    ]
    assert visible(local) == ["cogs"]


def test_user_files_are_removed_on_request_only(remote: Path, local: Path, tmp_path: Path) -> None:
    user = tmp_path / "user"
    for name in ("gears", "cogs"):
        (user / name / "presets").mkdir(parents=True)
    install(remote, local, "gears,cogs")

    run("uninstall", "cogs", "--local-dir", local)
    done = run("uninstall", "gears", "--local-dir", local, "--user-dir", user)

    assert done.messages == [("STATUS", 'Removed "gears"'), ("STATUS", 'Removed cache "gears"')]
    assert [path.name for path in user.iterdir()] == ["cogs"]


def test_a_missing_folder_is_a_fatal_error(local: Path) -> None:
    assert run("uninstall", "gears", "--local-dir", local).texts("FATAL_ERROR") == [
        f'Missing local "{local}"'
    ]


@pytest.mark.parametrize("names", ["/.temp", "../.temp", "x/.temp", "./a/b", ".temp"])
def test_temporary_names_that_blender_would_load_or_that_lead_away_are_refused(
    names: str, remote: Path, local: Path
) -> None:
    install(remote, local, "gears")

    done = run("uninstall", "gears", "--local-dir", local, "--temp-prefix-and-suffix", names)

    assert done.status == 2
    assert visible(local) == ["gears"]
