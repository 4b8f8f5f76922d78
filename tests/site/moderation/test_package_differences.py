"""Differences of two packages: files, lines, hosts, binaries; hostile packages cost bounded work."""

from __future__ import annotations

import io
import json
import math
import zlib
from contextlib import ExitStack
from typing import Any

import pytest

from extery.isolation.client import Isolation
from extery.isolation.limits import Reply
from extery.package.reader import open_package
from extery_site.moderation import comparison, package_differences
from extery_site.moderation.line_differences import Line, compare_lines
from tests.site.packages import package


def compare(old: dict[str, Any] | None, new: dict[str, Any]) -> dict[str, Any]:
    with ExitStack() as stack:
        opened = [
            stack.enter_context(open_package(io.BytesIO(package(files=files))))
            for files in (old, new)
            if files is not None
        ]
        return package_differences.compare_packages(
            opened[0] if old is not None else None, opened[-1]
        )


def entry(difference: dict[str, Any], name: str) -> dict[str, Any]:
    [found] = [file for file in difference["files"] if file["name"] == name]
    return found


def test_lines_have_their_numbers_in_both_texts() -> None:
    old, new = ["a", "b", "c", "d"], ["a", "x", "c", "d", "e"]
    assert compare_lines(old, new) == [
        Line(" ", 1, 1, "a"),
        Line("-", 2, 0, "b"),
        Line("+", 0, 2, "x"),
        Line(" ", 3, 3, "c"),
        Line(" ", 4, 4, "d"),
        Line("+", 0, 5, "e"),
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [([], []), ([], ["a"]), (["a"], []), (["a"] * 5, ["a"] * 3), (["a", "b"], ["b"])],
)
def test_both_texts_can_be_read_from_the_difference(old: list[str], new: list[str]) -> None:
    lines = compare_lines(old, new)
    assert [line.text for line in lines if line.mark != "+"] == old
    assert [line.text for line in lines if line.mark != "-"] == new


def test_texts_that_differ_in_too_many_lines_are_not_aligned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("extery_site.moderation.line_differences.MAX_ALIGNED", 3)
    lines = compare_lines(["a", "b", "c"], ["x", "b", "y"])
    assert [line.mark for line in lines] == ["-"] * 3 + ["+"] * 3


def test_files_are_added_changed_and_removed() -> None:
    difference = compare({"a.py": "x = 1\n", "b.py": "y\n"}, {"a.py": "x = 2\n", "c.py": "z\n"})
    files = [(file["name"], file["status"]) for file in difference["files"]]
    assert files == [("a.py", "changed"), ("b.py", "removed"), ("c.py", "added")]
    changed = entry(difference, "a.py")
    assert (changed["added"], changed["removed"]) == (1, 1)
    assert changed["lines"] == [["-", 1, 0, "x = 1", []], ["+", 0, 1, "x = 2", []]]


def test_a_first_version_is_new_as_a_whole() -> None:
    difference = compare(None, {"a.py": "x = 1\n"})
    assert {file["status"] for file in difference["files"]} == {"added"}
    assert len(difference["files"]) == 3


def test_a_file_with_a_forged_checksum_is_changed() -> None:
    """A CRC-32 can be made the same: four bytes turn it into the wanted one."""
    old = b"harmless = True   \n"
    new = _with_crc(b"import socket  ", zlib.crc32(old))
    assert (len(new), zlib.crc32(new)) == (len(old), zlib.crc32(old))
    difference = compare({"a.bin": old}, {"a.bin": new})
    assert entry(difference, "a.bin")["status"] == "changed"


def _with_crc(data: bytes, wanted: int) -> bytes:
    """Return the data with four more bytes, so that its CRC-32 is the wanted one."""
    table = [0] * 256
    for index in range(256):
        value = index
        for _ in range(8):
            value = (value >> 1) ^ (0xEDB88320 if value & 1 else 0)
        table[index] = value
    reverse = {value >> 24: index for index, value in enumerate(table)}
    target, steps = wanted ^ 0xFFFFFFFF, []
    for _ in range(4):
        index = reverse[target >> 24]
        steps.append(index)
        target = ((target ^ table[index]) << 8) & 0xFFFFFFFF
    state, tail = zlib.crc32(data) ^ 0xFFFFFFFF, bytearray()
    for index in reversed(steps):
        tail.append((state ^ index) & 0xFF)
        state = (state >> 8) ^ table[index]
    return data + bytes(tail)


def test_binaries_are_compared_by_size_and_hash() -> None:
    difference = compare({"lib.so": b"\0\1"}, {"lib.so": b"\0\1\2"})
    binary = entry(difference, "lib.so")
    assert (binary["is_binary"], binary["old_size"], binary["new_size"]) == (True, 2, 3)
    assert len(binary["new_sha256"]) == 64
    assert binary["lines"] == []


def test_new_hosts_are_named_with_their_place() -> None:
    old = {"a.py": "u = 'https://known.example/x'\n"}
    new = {
        "a.py": "u = 'https://known.example/y'\nv = 'WSS://Places.Example:80/'\n# http://c.example\n"
    }
    hosts = compare(old, new)["hosts"]
    assert [(host["host"], host["is_new"]) for host in hosts] == [
        ("known.example", False),
        ("places.example", True),
    ]
    assert (hosts[1]["file"], hosts[1]["line"]) == ("a.py", 2)


def test_the_website_of_a_manifest_is_no_host_that_the_extension_contacts() -> None:
    data = package(website="https://author.example", files={"a.toml": "website = 'http://x.org'\n"})
    with open_package(io.BytesIO(data)) as opened:
        hosts = package_differences.compare_packages(None, opened)["hosts"]
    assert [(host["host"], host["file"]) for host in hosts] == [("x.org", "a.toml")]


def test_a_change_of_line_ends_is_named() -> None:
    difference = compare({"a.py": "x = 1\n"}, {"a.py": "x = 1\r\n"})
    assert "line ends" in entry(difference, "a.py")["note"]


@pytest.mark.parametrize(
    ("limit", "value", "note"),
    [
        ("MAX_LINES", 3, "too long"),
        ("MAX_LINES_OF_FILE", 3, "Too many lines"),
        ("MAX_TEXT_BYTES", 5, "Not UTF-8 text, or longer"),
    ],
)
def test_long_texts_are_named_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, limit: str, value: int, note: str
) -> None:
    monkeypatch.setattr(package_differences, limit, value)
    file = entry(compare({}, {"long.py": "x = 1\n" * 20}), "long.py")
    assert note in file["note"]
    assert file["lines"] == []


def test_packages_with_too_many_bytes_or_files_are_compared_in_part(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(package_differences, "MAX_FILES", 2)
    difference = compare({}, {"a.py": "x\n", "b.py": "y\n"})
    assert "Only the first 2 of 4 files" in difference["limits"][0]


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    budget = package_differences._Budget(bytes=100_000)
    monkeypatch.setattr(package_differences, "_Budget", lambda: budget)
    difference = compare({}, {"bomb.bin": b"\0" * 5_000_000})
    assert "too large" in entry(difference, "bomb.bin")["note"]
    assert budget.bytes > 0


def test_work_ends_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package_differences, "MAX_SECONDS", -1.0)
    difference = compare({"a.py": "x\n"}, {"a.py": "x\n"})
    assert {file["note"] for file in difference["files"]} == {
        "Not compared: the packages are too large."
    }


LINE = [" ", 1, 1, "text", [[0, 4, "keyword"]]]
FILE = {
    "name": "a.py",
    "status": "changed",
    "is_binary": False,
    "note": "",
    "lines": [LINE],
    "old_size": 1,
    "new_size": 1,
    "old_sha256": "0",
    "new_sha256": "1",
    "added": 1,
    "removed": 1,
}
HOST = {"host": "example.org", "file": "a.py", "line": 1, "is_new": True}
WHOLE = {"files": [FILE], "hosts": [HOST], "lost_hosts": ["a.org"], "limits": ["None"]}


def answer(monkeypatch: pytest.MonkeyPatch, value: Any) -> dict[str, Any]:
    monkeypatch.setattr(Isolation, "call", lambda *_, **__: Reply(value))
    return comparison.compare(io.BytesIO(b"new"), io.BytesIO(b"old"))


def test_a_difference_from_an_isolated_process_is_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = [package(files={"a.py": text, "b.bin": b"\0"}) for text in ("x = 1\n", "x = 'ä'\n")]
    isolated = comparison.compare(io.BytesIO(data[1]), io.BytesIO(data[0]))
    assert isolated == json.loads(
        json.dumps(
            compare({"a.py": "x = 1\n", "b.bin": b"\0"}, {"a.py": "x = 'ä'\n", "b.bin": b"\0"})
        )
    )
    assert "ended" not in comparison.compare(io.BytesIO(data[1]), None)
    assert answer(monkeypatch, WHOLE) == WHOLE


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {**WHOLE, "more": 1},
        {**WHOLE, "limits": [1]},
        {**WHOLE, "hosts": [{**HOST, "line": "1"}]},
        {**WHOLE, "files": [{**FILE, "name": "\ud800"}]},
        {**WHOLE, "files": [{**FILE, "status": "other"}]},
        {**WHOLE, "files": [{**FILE, "new_size": -1}]},
        {**WHOLE, "files": [{**FILE, "added": math.inf}]},
        {**WHOLE, "files": [{**FILE, "lines": [["<", 1, 1, "text", []]]}]},
        {**WHOLE, "files": [{**FILE, "lines": [[" ", 1, 1, "text", [[0, 99, "keyword"]]]]}]},
        {**WHOLE, "files": [{**FILE, "lines": [[" ", 1, 1, "text", [[0, 1, "script"]]]]}]},
    ],
)
def test_what_a_process_says_that_was_taken_over_is_no_difference(
    monkeypatch: pytest.MonkeyPatch, value: Any
) -> None:
    found = answer(monkeypatch, value)
    assert found["ended"] == "crash"
    assert "cannot be compared" in found["limits"][0]
