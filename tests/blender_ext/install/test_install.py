"""Extensions are installed, replaced and removed as a whole, and their packages kept."""

from __future__ import annotations

import json
from pathlib import Path

from tests.blender_ext.install.installing import cached, install
from tests.blender_ext.tool import contents, make_repository, run, visible
from tests.fetch.web import Web
from tests.repository.packages import put


def test_extensions_are_installed_again_and_removed(remote: Path, local: Path) -> None:
    first = install(remote, local, "gears,cogs")
    again = install(remote, local, "gears")
    removed = run("uninstall", "gears", "--local-dir", local)

    assert first.messages == [("STATUS", 'Installed "gears"'), ("STATUS", 'Installed "cogs"')]
    assert again.messages == [("STATUS", 'Reinstalled "gears"')]
    assert removed == (0, [("STATUS", 'Removed "gears"')], [])
    assert visible(local) == ["cogs"]
    assert set(contents(local / "cogs")) == {"blender_manifest.toml", "__init__.py"}


def test_packages_are_kept_unless_blender_wants_none(remote: Path, local: Path) -> None:
    install(remote, local, "gears")
    install(remote, local, "cogs", "--local-cache", "0")

    assert cached(local) == ["gears.zip"]
    run("uninstall", "gears", "--local-dir", local)
    assert cached(local) == []


def test_a_kept_package_is_not_downloaded_again(web: Web, local: Path) -> None:
    install(web, local, "gears")
    install(web, local, "gears")

    assert len(web.requests_of("/gears.zip")) == 1


def test_a_damaged_kept_package_is_downloaded_again(web: Web, local: Path) -> None:
    install(web, local, "gears")
    package = local / ".blender_ext" / "cache" / "gears.zip"
    package.write_bytes(bytes(package.stat().st_size))

    assert install(web, local, "gears").status == 0
    assert len(web.requests_of("/gears.zip")) == 2


def test_an_update_replaces_the_whole_folder(remote: Path, local: Path) -> None:
    install(remote, local, "gears")
    (local / "gears" / "old.py").write_text("")
    make_repository(remote, "gears", version="1.3.0")

    assert install(remote, local, "gears").status == 0
    assert b'"1.3.0"' in contents(local / "gears")["blender_manifest.toml"]
    assert visible(local) == ["gears"]
    assert "old.py" not in contents(local / "gears")


def test_a_link_in_place_of_an_extension_is_replaced_and_its_target_stays(
    remote: Path, local: Path, tmp_path: Path
) -> None:
    target = tmp_path / "source"
    target.mkdir()
    (target / "mine.py").write_text("")
    local.mkdir()
    (local / "gears").symlink_to(target)

    done = install(remote, local, "gears")

    assert done.messages == [("STATUS", 'Reinstalled "gears"')]
    assert not (local / "gears").is_symlink()
    assert (target / "mine.py").exists()


def test_the_package_that_blender_shows_is_installed(tmp_path: Path, local: Path) -> None:
    remote = make_repository(tmp_path / "remote")
    for number in (1, 2):
        put(remote, f"{number}.zip", version=f"{number}.0.0")
        make_repository(remote)
        (remote / f"{number}.json").write_bytes((remote / "index.json").read_bytes())
        (remote / f"{number}.zip").rename(remote / f"{number}.kept")
    for number in (1, 2):
        (remote / f"{number}.kept").rename(remote / f"{number}.zip")
    entries = [json.loads((remote / f"{n}.json").read_bytes())["data"][0] for n in (2, 1)]
    document = {"version": "v1", "blocklist": [], "data": entries}
    (remote / "index.json").write_text(json.dumps(document))

    install(remote, local, "gear_tool")

    assert b'"1.0.0"' in contents(local / "gear_tool")["blender_manifest.toml"]
