"""Every report of packages says which Blenders refuse what others accept: text, and JSON with all verdicts."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from extery.cli.app import extery
from tests.repository.packages import put
from tests.samples.packages import ADD_ON, MANIFEST, THEME, XML, packed

LIBRARY_LINE = "refused by Blender 4.2 to 5.2: type 'asset-library' came with Blender 5.3"
THEME_LINE = "refused by Blender 5.3: themes have no permissions since Blender 5.3, found files"
THEME_WITH_PERMISSIONS = THEME + b'[permissions]\nfiles = "Read gears"\n'


@pytest.fixture(autouse=True)
def current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("repo").mkdir()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(extery, arguments)


def document(*arguments: str) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(run(*arguments, "--json").stdout)
    return parsed


def accepting(verdicts: dict[str, Any]) -> list[str]:
    return [series for series, verdict in verdicts.items() if verdict["accepts"]]


def library(name: str) -> None:
    Path(name).mkdir()
    made = put(Path(), "made.zip", extension_id=name, kind="asset-library")
    assert run("validate", "made.zip").exit_code == 0
    import zipfile

    with zipfile.ZipFile(made) as archive:
        archive.extractall(name)
    made.unlink()


def test_build_reports_the_verdicts() -> None:
    library("rocks")

    result = run("build", "rocks")

    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == LIBRARY_LINE
    assert accepting(document("build", "rocks")["verdicts"]) == ["5.3"]


def test_a_build_of_what_all_blenders_accept_has_no_line() -> None:
    Path("gears").mkdir()
    Path("gears/__init__.py").touch()
    Path("gears", MANIFEST).write_bytes(THEME.replace(b'"theme"', b'"add-on"'))

    result = run("build", "gears")

    assert "refused" not in result.stdout
    assert len(accepting(document("build", "gears")["verdicts"])) == 6


def test_a_failed_build_reports_the_verdicts() -> None:
    Path("dusk").mkdir()
    Path("dusk/dusk.xml").write_bytes(XML)
    Path("dusk", MANIFEST).write_bytes(THEME_WITH_PERMISSIONS)

    result = run("build", "dusk")

    assert result.exit_code == 1
    assert THEME_LINE in result.stdout
    found = document("build", "dusk")
    assert accepting(found["verdicts"]) == ["4.2", "4.5", "5.0", "5.1", "5.2"]
    assert found["verdicts"]["5.3"]["codes"] == ["manifest.permissions.none-for-type"]
    assert found["verdicts"] == document("validate", "dusk")["reports"][0]["verdicts"]


def test_server_generate_reports_the_verdicts_on_every_run() -> None:
    put(Path("repo"), "gear.zip")
    put(Path("repo"), "rocks.zip", extension_id="rocks", kind="asset-library")
    put(Path("repo"), "moss.zip", extension_id="moss", kind="asset-library")
    theme = packed((MANIFEST, THEME_WITH_PERMISSIONS), ("dusk.xml", XML))
    Path("repo/dusk.zip").write_bytes(theme)

    outputs = [run("server-generate", "--repo-dir", "repo").stdout for _ in range(2)]
    put(Path("repo"), "more.zip", extension_id="more")
    outputs.append(run("server-generate", "--repo-dir", "repo").stdout)

    for output in outputs:
        assert output.splitlines()[1:] == [
            f"dusk.zip: {THEME_LINE}",
            f"moss.zip, rocks.zip: {LIBRARY_LINE}",
        ]
    verdicts = document("server-generate", "--repo-dir", "repo")["verdicts"]
    assert {name: accepting(own)[-1] for name, own in verdicts.items()} == {
        "dusk.zip": "5.2",
        "moss.zip": "5.3",
        "rocks.zip": "5.3",
    }
    Path("repo/dusk.zip").unlink()
    assert "dusk.zip" not in document("server-generate", "--repo-dir", "repo")["verdicts"]


def test_a_damaged_list_of_refusals_is_read_again() -> None:
    put(Path("repo"), "rocks.zip", extension_id="rocks", kind="asset-library")
    run("server-generate", "--repo-dir", "repo")
    state = Path("repo/.extery/state.json")
    data = state.read_bytes()
    assert b'"refusals":{"rocks.zip":[[["4.2"' in data
    state.write_bytes(
        data.replace(b'"refusals":{"rocks.zip":[[["4.2"', b'"refusals":{"rocks.zip":[[[4.22')
    )

    assert LIBRARY_LINE in run("server-generate", "--repo-dir", "repo").stdout


def test_server_check_reports_the_verdicts_on_each_package_once() -> None:
    put(Path("repo"), "gear.zip")
    put(Path("repo"), "rocks.zip", extension_id="rocks", kind="asset-library")
    run("server-generate", "--repo-dir", "repo")

    result = run("server-check", "repo")

    assert result.stdout.splitlines() == [
        "index.json: 1 entry, 1 package read",
        "blender-5.3/index.json: 2 entries, 2 packages read",
        f"rocks 1.2.3: {LIBRARY_LINE}",
        "repo: ok",
    ]
    verdicts = document("server-check", "repo")["verdicts"]
    assert {name: accepting(own) for name, own in verdicts.items()} == {"rocks 1.2.3": ["5.3"]}


def test_mirror_reports_the_verdicts_on_every_run() -> None:
    put(Path("repo"), "gear.zip")
    put(Path("repo"), "rocks.zip", extension_id="rocks", kind="asset-library")
    theme = packed((MANIFEST, THEME_WITH_PERMISSIONS), ("dusk.xml", XML))
    Path("repo/dusk.zip").write_bytes(theme)
    run("server-generate", "--repo-dir", "repo")
    source = "repo/blender-5.3"

    outputs = [run("mirror", source, "copy").stdout, run("mirror", source, "copy").stdout]
    dry_run = run("mirror", source, "copy", "--dry-run").stdout
    put(Path("repo"), "more.zip", extension_id="more")
    run("server-generate", "--repo-dir", "repo")
    outputs.append(run("mirror", source, "copy").stdout)

    for output in (*outputs, dry_run):
        theme_line, library_line = output.splitlines()[1:3]
        assert theme_line.startswith("dusk-1.2.3-")
        assert theme_line.endswith(f".zip: {THEME_LINE}")
        assert library_line.startswith("rocks-1.2.3-")
        assert library_line.endswith(f".zip: {LIBRARY_LINE}")
    verdicts = document("mirror", source, "copy")["verdicts"]
    assert {name.partition("-")[0]: accepting(own)[-1] for name, own in verdicts.items()} == {
        "dusk": "5.2",
        "rocks": "5.3",
    }


def test_mirror_reports_the_verdict_on_a_package_that_is_left_out() -> None:
    data = packed((MANIFEST, ADD_ON.replace(b'"1.0.0"', b'"1"', 1)), ("__init__.py", b""))
    put(Path("repo"), "gear.zip")
    run("server-generate", "--repo-dir", "repo")
    listing = json.loads(Path("repo/index.json").read_text())
    listing["data"][0] |= {
        "archive_size": len(data),
        "archive_hash": f"sha256:{hashlib.sha256(data).hexdigest()}",
    }
    Path("repo/gear.zip").write_bytes(data)
    Path("repo/index.json").write_text(json.dumps(listing))

    for _ in range(2):
        found = document("mirror", "repo", "copy")
        [verdicts] = found["verdicts"].values()
        assert list(found["verdicts"]) == found["refused"]
        assert accepting(verdicts) == []


@pytest.mark.parametrize("damage", ['[[["4.2"], ["x"], 7, 0]]', '[[[4], ["x"], "m", 0]]', "[3]"])
def test_a_damaged_list_of_refusals_of_a_mirror_is_replaced(damage: str) -> None:
    put(Path("repo"), "rocks.zip", extension_id="rocks", kind="asset-library")
    run("server-generate", "--repo-dir", "repo")
    run("mirror", "repo/blender-5.3", "copy")
    state = Path("copy/.extery-mirror/state.json")
    stored = json.loads(state.read_text())
    state.write_text(json.dumps(stored | {"refusals": {"rocks.zip": json.loads(damage)}}))

    assert LIBRARY_LINE in run("mirror", "repo/blender-5.3", "copy").stdout


def test_many_packages_with_the_same_verdict_are_one_line() -> None:
    for number in range(8):
        put(Path("repo"), f"rocks{number}.zip", extension_id=f"rocks{number}", kind="asset-library")

    lines = run("server-generate", "--repo-dir", "repo").stdout.splitlines()

    assert lines[1].startswith(
        "rocks0.zip, rocks1.zip, rocks2.zip, rocks3.zip, rocks4.zip and 3 more: "
    )
