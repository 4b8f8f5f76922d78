"""Our listing equals that of Blender's ``server-generate``, except for the differences here."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from extery.core.versions import format_blender_version, parse_blender_version
from extery.repository.generate import generate
from tests.blender.client import blender_cli
from tests.blender.install import VERSIONS
from tests.parts import require_part
from tests.repository.packages import put
from tests.samples.packages import ADD_ON, MANIFEST, PACKAGES, packed

pytestmark = [pytest.mark.blender, pytest.mark.parametrize("version", VERSIONS)]

WHEELS = {
    "py_311": ["./w/a-1-cp311-cp311-win_amd64.whl"],
    "py_any": ["w/a-1-py3-none-any.whl"],
    "py_abi3": ["w/a-1-cp39-abi3-win_amd64.whl", "w/b-1-py3-none-any.whl"],
    "py_mixed": ["w/a-1-cp311-cp311-win_amd64.whl", "w/b-1-py2.py3-none-any.whl"],
    "py_both": ["w/a-1-cp311-cp311-linux_x86_64.whl", "w/a-1-cp313-cp313-linux_x86_64.whl"],
    "py_2": ["w/a-1-cp27-cp27-win_amd64.whl"],
    "py_other": ["w/a-1-pp39-pp39-win_amd64.whl"],
    "py_none": [],
}


def fill(folder: Path) -> None:
    """Write packages of every kind, valid and invalid."""
    put(folder, "gears.zip", extension_id="gears")
    put(folder, "dusk.zip", extension_id="dusk", kind="theme", tags=["Dark"])
    put(folder, "full & ünïcode#%.zip", extension_id="full", website="https://x.org/?a=1&b=<2>",
        copyright=["2024 Ada"], platforms=["linux-x64", "linux-x64"], tags=["Mesh"],
        name="Zahnräder 日本", extra='unknown = 1\n[permissions]\nfiles = "Read <b>"\nodd = "!"\n')  # fmt: skip
    for name, wheels in WHEELS.items():
        put(folder, f"{name}.zip", extension_id=name, wheels=wheels)
    put(folder, "lenient.zip", extension_id="lenient", tagline="Makes gears!", copyright=["me"])
    put(
        folder,
        "short.zip",
        extension_id="short",
        blender_version_min="4.2",
        blender_version_max="5",
    )
    put(folder, "long.zip", extension_id="long", blender_version_max="99.1.2.3")
    put(folder, "no_max.zip", extension_id="no_max", blender_version_max="")
    put(folder, "listed.zip", extension_id="listed", permissions=["files"])
    put(folder, "empty.zip", extension_id="empty", copyright=[], extra="[permissions]\n")
    put(folder, "split.zip", extension_id="split", platforms=["linux-x64", "windows-x64"],
        wheels=WHEELS["py_both"], extra='[build]\npaths = []\n[build.generated]\n'
        'platforms = ["linux-x64"]\nwheels = ["w/a-1-cp311-cp311-linux_x86_64.whl"]\n')  # fmt: skip
    deep = ADD_ON.replace(b"gear_tool", b"deep")
    (folder / "deep.zip").write_bytes(packed((f"a/b/{MANIFEST}", deep), ("x.py", b"")))
    for code in (*BAD, *NOT_OFFERED):
        (folder / f"bad-{code}.zip").write_bytes(PACKAGES[code]())
    put(folder, "bad-name.zip", name="")
    put(folder, "bad-version.zip", version="1.0")
    put(folder, "bad-id.zip", extension_id="not an id")
    (folder / "bad-link.zip").symlink_to("nowhere")
    (folder / "folder.zip").mkdir()
    (folder / ".hidden.zip").touch()
    (folder / "SHOUT.ZIP").touch()


#: Samples that cannot be listed. Blender's tool crashes on one whose build is not a table.
BAD = (
    "package.not-zip",
    "package.empty",
    "package.truncated",
    "package.damaged",
    "package.manifest-missing",
    "package.manifest-ambiguous",
    "package.legacy",
)


#: Samples that Blender lists because it reads only their manifest. It cannot install the first two, and some
#: Blenders or other tools unpack the others differently.
NOT_OFFERED = (
    "package.encrypted",
    "package.damaged-member",
    "package.stream-size",
    "package.duplicate-member",
    "path.ambiguous",
    "path.case-collision",
    "wheel.unreadable",
)


def explained(entry: dict[str, Any]) -> dict[str, Any]:
    """Return Blender's entry in our form: each step is an intended difference."""
    ours = dict(entry)
    for key in ("blender_version_min", "blender_version_max"):
        if ours.get(key):  # three numbers, as every client expects
            ours[key] = format_blender_version(parse_blender_version(ours[key]))
    if isinstance(
        ours.get("permissions"), list
    ):  # the format of early 2024, with Blender's placeholder
        ours["permissions"] = dict.fromkeys(ours["permissions"], "Undefined")
    # No empty values: Blender reports "" as a maximum each time it reads it.
    return {key: value for key, value in ours.items() if value not in ("", [], {})}


def added_by(version: str) -> dict[str, str]:
    """Return what that Blender always writes beside the entries: the default that a client assumes."""
    return {"assetlib_auth_method": "PER_LIBRARY"} if version == "5.3" else {}


def by_address(entries: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {entry["archive_url"]: entry for entry in entries}


def test_the_entries_equal_those_of_blender(version: str, tmp_path: Path) -> None:
    require_part(f"blender-{version}")
    fill(tmp_path)
    theirs = blender_cli(version, "server-generate", "--repo-dir", tmp_path)
    assert theirs.returncode == 0, theirs.stderr
    listed = json.loads((tmp_path / "index.json").read_text("utf-8"))

    done = generate(tmp_path)

    ours = json.loads((tmp_path / "index.json").read_text("utf-8"))
    assert ours | added_by(version) | {"data": []} == listed | {"data": []}
    expected = by_address([explained(entry) for entry in listed["data"]])
    for code in NOT_OFFERED:
        del expected[f"./bad-{code}.zip"]
    assert by_address(ours["data"]) == expected
    assert len(ours["data"]) == 19
    for address, entry in by_address(ours["data"]).items():
        assert list(entry) == list(expected[address])  # the order of the keys too
    assert f"found {done.packages + len(NOT_OFFERED)} packages." in theirs.stdout


def test_the_refused_packages_are_those_of_blender(version: str, tmp_path: Path) -> None:
    require_part(f"blender-{version}")
    fill(tmp_path)

    theirs = blender_cli(version, "server-generate", "--repo-dir", tmp_path).stdout
    done = generate(tmp_path)

    listed = {unquote(entry["archive_url"].removeprefix("./")) for entry in done.entries}
    refused = {Path(path).name for path in re.findall(r"ERROR: .*? '(.*?\.zip)', error", theirs)}
    problems = {Path(p.where.file.partition(".zip")[0] + ".zip").name for p in done.problems.errors}
    named = problems - listed
    assert named - refused == {f"bad-{code}.zip" for code in NOT_OFFERED}
    assert refused <= named
    # Packages listed with problems break rules that Blender has only for authors, or not at all.
    assert "lenient.zip" in problems & listed
    assert len(refused) == len(BAD) + 4


CONFLICTS: dict[str, list[dict[str, Any]]] = {
    "two versions": [{}, {}],
    "ranges that meet": [{"blender_version_max": "5.0.0"}, {"blender_version_min": "4.5.0"}],
    "ranges that touch": [{"blender_version_max": "5.0.0"}, {"blender_version_min": "5.0.0"}],
    "platforms that meet": [{"platforms": ["linux-x64", "macos-x64"]}, {"platforms": ["macos-x64"]}],
    "platforms that do not": [{"platforms": ["linux-x64"]}, {"platforms": ["macos-x64"]}],
    "a platform and all": [{"platforms": ["linux-x64"]}, {}],
    "two Pythons": [{"wheels": ["a-1-cp311-cp311-any.whl"]}, {"wheels": ["a-1-cp313-cp313-any.whl"]}],
    "a Python and any": [{"wheels": ["a-1-cp311-cp311-any.whl"]}, {"wheels": ["a-1-py3-none-any.whl"]}],
    "a Python and none": [{"wheels": ["a-1-cp311-cp311-any.whl"]}, {}],
}  # fmt: skip


def test_our_listing_resolves_the_conflicts_that_blender_reports(
    version: str, tmp_path: Path
) -> None:
    require_part(f"blender-{version}")
    for number, items in enumerate(CONFLICTS.values()):
        for index, fields in enumerate(items):
            put(tmp_path, f"{number}-{index}.zip", extension_id=f"tool_{number}",
                version=f"{index + 1}.0.0", **fields)  # fmt: skip

    theirs = blender_cli(version, "server-generate", "--repo-dir", tmp_path).stdout
    listed = json.loads((tmp_path / "index.json").read_text("utf-8"))["data"]
    ours = generate(tmp_path).entries

    reported = set(re.findall(r"duplicates for id (\w+):", theirs))
    assert 0 < len(reported) < len(CONFLICTS)
    kept = {entry["archive_url"]: entry for entry in listed}
    changed = {e["id"] for e in ours if e != kept[e["archive_url"]]}
    gone = {e["id"] for e in listed} - {e["id"] for e in ours if e["version"] == "1.0.0"}
    assert changed | gone == reported


def test_drag_links_equal_those_of_blender(version: str, tmp_path: Path) -> None:
    require_part(f"blender-{version}")
    put(tmp_path, "a b&ü.zip", platforms=["linux-x64", "macos-x64"], wheels=WHEELS["py_both"],
        blender_version_max="5.1.0")  # fmt: skip
    put(tmp_path, "plain.zip", extension_id="plain")
    blender_cli(version, "server-generate", "--repo-dir", tmp_path, "--html")
    theirs = re.findall(r'<a href="(\./.*?)"', (tmp_path / "index.html").read_text("utf-8"))

    generate(tmp_path, html=True, force=True)

    found = re.findall(r'<a class="get" href="(.*?)"', (tmp_path / "index.html").read_text("utf-8"))
    # Blender does not escape & as HTML requires
    assert [link.replace("&amp;", "&") for link in found] == theirs


def test_a_blocklist_is_read_as_by_blender(version: str, tmp_path: Path) -> None:
    require_part(f"blender-{version}")
    put(tmp_path, "a.zip")
    (tmp_path / "blender_repo.toml").write_text(
        'schema_version = "1.0.0"\n[[blocklist]]\nid = "gear_tool"\nreason = "Broken"\n'
    )
    blender_cli(version, "server-generate", "--repo-dir", tmp_path)
    theirs = json.loads((tmp_path / "index.json").read_text())

    generate(tmp_path)

    ours = json.loads((tmp_path / "index.json").read_text())
    assert ours | added_by(version) == theirs
