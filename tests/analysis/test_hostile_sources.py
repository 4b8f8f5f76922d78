"""Sources that are no Python, or written to harm who reads them, end in a failure within limits."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from extery.analysis.facts import ModuleFacts
from extery.analysis.module import analyze
from extery.analysis.pool import UPLOAD_LIMITS, Limits, Source, analyze_all
from extery.core.errors import InvalidPackage
from extery.rules.sources import read_sources

PYTHONS = [(3, 11), (3, 13)]


def source(data: bytes, path: str = "gears.py") -> Source:
    return Source(path, len(data), lambda limit: data[:limit])


def analyzed(data: bytes, limits: Limits = UPLOAD_LIMITS) -> ModuleFacts:
    [facts] = analyze_all([source(data)], PYTHONS, limits)
    return facts


@pytest.mark.parametrize(
    "data",
    [
        b"-" * 100_000 + b"1",
        b"a" + b".b" * 300_000,
        b"x=" + b"1+" * 300_000 + b"1",
        b"lambda: " * 3000 + b"1",
        b"a;" * 900_000,
        b"{" + b"1:1," * 400_000 + b"}",
    ],
    ids=["signs", "attributes", "sum", "lambdas", "statements", "dict"],
)
def test_what_takes_too_much_is_not_analyzed(data: bytes) -> None:
    # On a machine that is busy the time may be over first.
    assert analyzed(data).failure in {"memory", "nesting", "size", "time"}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"a\0b", "null bytes"),
        (b"# coding: foo\nx=1", "unknown encoding"),
        (b"# coding: zlib\nx=1", "encoding"),
        ("x = 1".encode("utf-16"), "encoding"),
        (b"return 1", "'return' outside function"),
        (b"x = 'open", "unterminated string"),
        (b"(" * 300, "nested parentheses"),
    ],
)
def test_a_syntax_error_has_its_reason(data: bytes, reason: str) -> None:
    [fault] = analyzed(data).faults
    assert reason in fault.message


def test_an_unusual_encoding_is_read() -> None:
    facts = analyzed("# coding: latin-1\nprint('Zähne')\n".encode("latin-1"))
    assert [call.name for call in facts.calls] == ["builtins.print"]


def test_a_module_that_takes_too_long_does_not_stop_the_others() -> None:
    slow, quick = (
        source(b"f'" + b"{a}" * 300_000 + b"'", "slow.py"),
        source(b"print(1)", "quick.py"),
    )
    limits = UPLOAD_LIMITS._replace(seconds=4, memory=3_000_000_000)

    first, second = analyze_all([slow, quick], PYTHONS, limits)

    assert (first.path, first.failure) == ("slow.py", "time")
    assert (second.path, len(second.calls)) == ("quick.py", 1)


def test_all_modules_together_have_a_limit_of_time_and_of_size() -> None:
    sources = [source(b"print(1)", f"{number}.py") for number in range(3)]

    late = analyze_all(sources, PYTHONS, Limits(total_seconds=0))
    large = analyze_all(sources, PYTHONS, Limits(total_bytes=16))

    assert [facts.failure for facts in late] == ["time"] * 3
    assert [facts.failure for facts in large] == ["", "", "size"]


@pytest.mark.parametrize(
    "error",
    [OSError("denied"), InvalidPackage.of("package.not-found", file="a.zip", reason="gone")],
)
def test_a_module_that_cannot_be_read_is_no_empty_module(error: Exception) -> None:
    def read(name: str, limit: int) -> bytes:
        if name == "bad.py":
            raise error
        return b"print(1)"[:limit]

    names = ["bad.py", "good.py"]
    sources = read_sources(names, size_of=lambda _: 8, read=read, table={}, limits=UPLOAD_LIMITS)

    assert [facts.failure for facts in sources.modules] == ["unreadable", ""]


def test_the_facts_of_all_modules_have_a_limit() -> None:
    sources = [source(b"print(1)\n" * 20, f"{number}.py") for number in range(3)]

    found = analyze_all(sources, PYTHONS, Limits(facts=15, processes=1))

    assert [facts.failure for facts in found] == ["", "size", "size"]


def test_a_file_that_is_larger_than_it_says_is_not_read_to_the_end() -> None:
    lies = Source("gears.py", 1, lambda limit: b"x" * limit)

    [facts] = analyze_all([lies], PYTHONS, Limits(module_bytes=1_000))

    assert facts.failure == "size"


def test_modules_of_the_current_folder_and_variables_of_python_are_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *sys.path]))

    assert len(analyzed(b"print(1)").calls) == 1


def test_syntax_is_judged_for_each_python_of_the_range() -> None:
    alias = b"type Gear = int\n"

    old = analyze("gears.py", alias, [(3, 11)])
    new = analyze("gears.py", alias, [(3, 13)])

    assert [fault.python for fault in old.faults] == ["3.11"]
    # This Python may be older than the one that has to read it.
    assert new.failure == ("python" if sys.version_info < (3, 12) else "")
    assert new.faults == ()
