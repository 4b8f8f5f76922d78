"""Programs that users cannot start, because their executable bit is lost or missing."""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path

import pytest

from extery.rules.engine import Scope, check_package
from tests.author.trees import make_source
from tests.rules.file_problems import ELF, MACH_O, PE, in_folder, write
from tests.samples.packages import add_on


def programs(data: bytes, scope: Scope = Scope.PACKAGE) -> list[str]:
    problems = check_package(io.BytesIO(data), scope=scope).problems
    return [p.message.partition(" ")[0] for p in problems if p.code == "file.executable-bit"]


def with_mode(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = (0o100000 | mode) << 16
    return info


@pytest.mark.parametrize(
    ("name", "mode", "data"),
    [
        ("bin/convert", 0o644, ELF),
        ("bin/convert", 0o644, MACH_O),
        ("bin/convert.x86_64", 0o644, ELF),
        ("bin/run.sh", 0o755, b"#!/bin/sh\n"),
        ("bin/convert-1.2", 0o755, ELF),
    ],
)
def test_a_program_loses_its_bit(name: str, mode: int, data: bytes) -> None:
    for scope in (Scope.PACKAGE, Scope.REPOSITORY):
        assert programs(add_on((with_mode(name, mode), data)), scope) == [name]


@pytest.mark.parametrize(
    ("name", "mode", "data"),
    [
        ("lib/gears.so", 0o755, ELF),
        ("bin/convert.exe", 0o755, PE),
        ("tool.py", 0o755, b"#!/usr/bin/env python3\n"),
        ("tool", 0o755, b"#!/usr/bin/env python3\n"),
        ("bin/run.sh", 0o644, b"#!/bin/sh\n"),
        ("gear.png", 0o755, b"\x89PNG"),
        ("LICENSE", 0o755, b"Text"),
        ("tests/run_all.sh", 0o755, b"#!/bin/sh\n"),
        (".github/lint.sh", 0o755, b"#!/bin/sh\n"),
        ("build.sh", 0o755, b"#!/bin/sh\n"),
        ("make_release.sh", 0o755, b"#!/bin/sh\n"),
    ],
)
def test_other_files_need_no_bit(name: str, mode: int, data: bytes) -> None:
    assert programs(add_on((with_mode(name, mode), data))) == []


def test_code_that_sets_the_bit_has_no_problem() -> None:
    assert programs(add_on(("bin/convert", ELF), ("run.py", b"os.chmod(path, 0o755)\n"))) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_a_folder_is_judged_by_the_modes_of_its_files(tmp_path: Path) -> None:
    source = make_source(tmp_path)
    write(source, "bin/run.sh", b"#!/bin/sh\n", 0o755)
    write(source, "bin/keep.sh", b"#!/bin/sh\n", 0o644)

    [problem] = in_folder(source, profile=None)

    assert (problem.code, problem.where.file) == ("file.executable-bit", "bin/run.sh")
