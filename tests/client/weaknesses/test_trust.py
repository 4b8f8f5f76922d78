"""Packages that are not what they should be, and blocked ones (15 to 17)."""

from __future__ import annotations

import zipfile

import pytest
from click.testing import CliRunner, Result

from extery.cli.app import extery
from tests.client.samples import make_package
from tests.client.weaknesses.computer import Computer
from tests.repository.packages import put

SECRET = "token-4711"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("con.txt", b"", "path.not-portable"),
        ("a" * 300 + ".txt", b"", "path.not-portable"),
        ("../evil.txt", b"", "path.unsafe"),
        ("/evil.txt", b"", "path.unsafe"),
        ("big.bin", bytes(300_000_000), "package.bomb"),
    ],
)
def test_packages_are_limited_in_size_and_names(
    computer: Computer, name: str, content: bytes, code: str
) -> None:
    """15: Blender's client has no limits, and unpacks what it can."""
    package = make_package(computer.folder / "made")
    with zipfile.ZipFile(package, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    computer.offer_bytes(package.name, package.read_bytes(), "gear_tool")
    computer.subscribe()

    result = computer.run("install", "gear_tool")

    assert result.exit_code == 1
    assert f"[{code}]" in result.output
    assert computer.versions() == {}


def test_compiled_code_that_hides_behind_its_source_is_warned_of(computer: Computer) -> None:
    """15: Blender installs it without a word."""
    package = make_package(computer.folder / "made", files={"core.py": "safe = True\n"})
    with zipfile.ZipFile(package, "a") as archive:
        archive.writestr("__pycache__/core.cpython-311.pyc", b"\xa7\r\r\n\x01\0\0\0" + bytes(8))
        archive.writestr("__pycache__/other.cpython-311.pyc", b"\xa7\r\r\n" + bytes(12))
        archive.writestr("hidden.pyc", b"\xa7\r\r\n" + bytes(12))
    computer.offer_bytes(package.name, package.read_bytes(), "gear_tool")
    computer.subscribe()

    done = computer.data("install", "gear_tool")

    assert (done["status"], computer.versions()) == (0, {"gear_tool": "1.0.0"})
    [problem] = done["problems"]
    assert problem["code"] == "install.bytecode"
    assert problem["message"].endswith(
        "2 compiled files that run unread: __pycache__/core.cpython-311.pyc, hidden.pyc"
    )


def test_a_blocked_extension_is_reported_and_removed_by_a_policy(computer: Computer) -> None:
    """16: Blender leaves it enabled, and does not notice a block of an id that is not listed any more."""
    computer.offer()
    computer.subscribe()
    computer.run("install", "gear_tool")
    computer.withdraw("gear_tool")
    computer.studio.blocklist = [{"id": "gear_tool", "reason": "it mines coins"}]
    computer.studio.publish()

    assert computer.codes("sync") == ["sync.blocked"]
    assert computer.codes("audit") == ["audit.blocked"]
    computer.run("config", "set", "blocked", "remove")
    policy = computer.folder / "policy.toml"
    policy.write_text('blocked = "remove"\n')
    assert computer.run("audit", "--policy", policy).exit_code == 0
    assert computer.versions() == {}


@pytest.mark.parametrize(
    ("entry", "fields", "words"),
    [
        ({"type": "theme"}, {}, "is of type add-on, and listed as theme"),
        ({}, {"extra": '[permissions]\nnetwork = "Sends gears home"\n'}, "does not name: network"),
        ({"id": "gear_tool", "version": "1.0.1"}, {}, "expected was gear_tool 1.0.1"),
    ],
    ids=["type", "permissions", "version"],
)
@pytest.mark.parametrize("tool", ["extery", "blender-ext"])
def test_a_package_has_to_be_what_its_listing_says(
    computer: Computer, tool: str, entry: dict[str, str], fields: dict[str, str], words: str
) -> None:
    """17: Blender's client compares id and version only."""
    package = put(computer.folder, "gear.zip", version="1.0.0", **fields)
    values = {"version": "1.0.0", **entry}
    computer.offer_bytes("gear.zip", package.read_bytes(), "gear_tool", **values)
    computer.subscribe()
    computer.run("sync")

    if tool == "extery":
        result = computer.run("install", "gear_tool")
    else:
        result = _blender_ext(computer, "install", "gear_tool")

    assert result.exit_code == 1
    assert words in result.output or "mismatch" in result.output
    assert computer.versions() == {}


def _blender_ext(computer: Computer, *arguments: str) -> Result:
    place = ["--local-dir", str(computer.extensions / "studio")]
    return CliRunner().invoke(
        extery, ["blender-ext", *arguments, "--remote-url", computer.studio.url, *place]
    )
