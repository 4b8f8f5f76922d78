"""Zips of old Windows tools are one problem in every command: backslashes, and names in a local encoding."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from extery.cli.app import extery
from extery.rules.engine import Scope, check_package
from tests.samples.packages import (
    ADD_ON,
    MANIFEST,
    THEME,
    WHEEL,
    WITH_WHEEL,
    XML,
    changed,
    packed,
    wheel,
)

INIT = b"def register(): ...\n"


def renamed(data: bytes, name: str, encoding: str) -> bytes:
    """Return an archive whose last member has this name, without the flag for UTF-8."""

    def change(archive: object) -> None:
        for record in (archive.locals[-1], archive.entries[-1]):  # type: ignore[attr-defined]
            record.name = name.encode(encoding)

    return changed(data, change)


BACKSLASHES = {
    "all": packed((f"gears\\{MANIFEST}", ADD_ON), ("gears\\__init__.py", INIT)),
    "module": packed((MANIFEST, ADD_ON), ("__init__.py", INIT), ("handlers\\x.py", b"")),
    "theme": packed((MANIFEST, THEME), ("dusk\\dusk.xml", XML)),
    "wheel": packed(
        (MANIFEST, WITH_WHEEL), ("__init__.py", INIT), (WHEEL.replace("/", "\\"), wheel())
    ),
    "init": packed((MANIFEST, ADD_ON), ("gears\\__init__.py", INIT)),
    "gbk": renamed(
        packed((MANIFEST, ADD_ON), ("__init__.py", INIT), ("x.py", b"")), "画\\笔.py", "gbk"
    ),
}
ENCODINGS = {
    encoding: renamed(packed((MANIFEST, ADD_ON), ("__init__.py", INIT), ("x", b"")), name, encoding)
    for encoding, name in {
        "gbk": "画笔.py",
        "shift-jis": "筆.py",
        "cp1252": "größe.py",
        "cp866": "кисть.py",
        "utf-8": "größe.py",
    }.items()
}
SAMPLES = [
    *((data, "path.backslash") for data in BACKSLASHES.values()),
    *((data, "path.encoding") for data in ENCODINGS.values()),
]
IDS = [*BACKSLASHES, *ENCODINGS]


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(extery, [*map(str, arguments), "--json"])


def codes(result: Result) -> list[str]:
    return [problem["code"] for problem in json.loads(result.stdout)["problems"]]


@pytest.mark.parametrize(("data", "code"), SAMPLES, ids=IDS)
def test_such_a_zip_is_one_problem_in_every_command(data: bytes, code: str, tmp_path: Path) -> None:
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "gears.zip").write_bytes(data)

    for result in (
        run("validate", folder / "gears.zip"),
        run("server-generate", "--repo-dir", folder),
        run("server-generate", "--repo-dir", folder),
        run("server-check", folder),
    ):
        assert codes(result) == [code], result.stdout
        assert result.exit_code == 1
    uploaded = check_package(io.BytesIO(data), scope=Scope.UPLOAD)
    assert [problem.code for problem in uploaded.problems] == [code]
    assert uploaded.installable_manifest is None


def test_a_name_without_a_declared_encoding_is_shown_as_blender_unpacks_it() -> None:
    [gbk] = check_package(io.BytesIO(ENCODINGS["gbk"])).problems
    [utf_8] = check_package(io.BytesIO(ENCODINGS["utf-8"])).problems

    assert gbk.message.endswith("Blender unpacks it as '╗¡▒╩.py'")
    assert "pack the folder again there" in gbk.hint
    assert (
        utf_8.message
        == "the name 'größe.py' is not marked as UTF-8: Blender unpacks it as 'gr├╢├ƒe.py'"
    )
