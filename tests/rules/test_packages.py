"""Every rule for packages, with a sample that breaks only this rule."""

import io
import os
from pathlib import Path

import pytest

from extery.author.validate import check_folder, check_path
from extery.core.codes import all_codes, find, render
from extery.core.errors import ProblemList
from extery.package import Archive, Member, open_package
from extery.package.size_limits import Limits
from extery.rules.context import RuleContext
from extery.rules.engine import check_package
from extery.rules.package.size import check
from tests.samples.packages import (
    ADD_ON,
    MANIFEST,
    PACKAGES,
    THEME,
    XML,
    add_on,
    packed,
    theme,
    wheel,
)
from tests.zips.structure import Archive as RawArchive

#: Problems of the path or of sizes too large for a sample, tested separately.
ELSEWHERE = {
    "package.not-found",
    "package.unreadable",
    "package.too-large",
    "package.too-many-members",
    "package.unexpected",
}
#: Codes of areas with rules of `extery check` too, which have examples and no samples.
WITH_SAMPLE = {"file.lfs-pointer", "file.executable-bit"}
WITH_EXAMPLE = {"theme.contrast"}


@pytest.mark.parametrize("code", PACKAGES)
def test_a_sample_has_exactly_the_problem_of_its_name(code: str) -> None:
    report = check_package(io.BytesIO(PACKAGES[code]()), name="gears.zip")

    assert [problem.code for problem in report.problems] == [code]
    assert report.ok == (find(code).severity == "warning")
    assert all(problem.hint for problem in report.problems)


CODES = {c: r for c, r in all_codes().items() if c.split(".")[0] in ("package", "path", "secret", "theme", "wheel", "module")}  # fmt: skip


def test_every_code_of_packages_has_a_sample_or_a_test() -> None:
    assert set(CODES) == set(PACKAGES) - WITH_SAMPLE | ELSEWHERE | WITH_EXAMPLE


@pytest.mark.parametrize("code", CODES)
def test_every_text_of_a_code_is_rendered_from_its_values(code: str) -> None:
    row = CODES[code]
    for variant in ("", *row.variants):
        values = {**row.example, "more": 3, "variant": variant}
        if not variant:
            del values["variant"]
        message, hint = render(row, values)
        assert message
        assert hint or code == "package.wheel-missing"
        assert "{" not in message + hint


@pytest.mark.parametrize("data", [add_on(), theme(("dusk.xml", XML))], ids=["add-on", "theme"])
def test_a_valid_package_has_no_problem(data: bytes) -> None:
    report = check_package(io.BytesIO(data), name="good.zip")

    assert not report.problems
    assert report.manifest is not None
    assert report.size == len(data)
    assert report.members == 2


def test_a_manifest_in_a_folder_of_the_package_is_accepted() -> None:
    data = packed((f"gears/{MANIFEST}", ADD_ON), ("gears/__init__.py", b""))

    assert not check_package(io.BytesIO(data)).problems


def test_problems_of_manifest_and_files_are_reported_together() -> None:
    data = packed((MANIFEST, THEME.replace(b'"Gear Tool"', b'""')), ("../x", b""))

    report = check_package(io.BytesIO(data))

    assert [problem.code for problem in report.problems] == [
        "path.unsafe",
        "manifest.name.empty",
        "theme.xml-missing",
    ]
    assert report.manifest is None


def test_the_hint_for_a_missing_init_names_a_similar_file() -> None:
    [problem] = check_package(io.BytesIO(PACKAGES["package.init-missing"]())).problems

    assert "src/" in problem.hint


def test_the_hint_for_a_missing_wheel_names_one_in_another_folder() -> None:
    [problem] = check_package(io.BytesIO(PACKAGES["package.wheel-missing"]())).problems

    assert "gears-1.0-py3-none-any.whl" in problem.hint


def test_a_damaged_file_is_an_error_also_if_its_name_has_a_problem() -> None:
    """Blender cannot install such a package."""
    archive = RawArchive.parse(add_on((".DS_Store", b"folder"), ("con.txt", b"console")))
    for record in (*archive.entries, *archive.locals):
        record.crc ^= record.name in (b".DS_Store", b"con.txt")

    codes = [p.code for p in check_package(io.BytesIO(archive.to_bytes())).problems]
    assert codes.count("package.damaged-member") == 2
    assert {"package.system-files", "path.not-portable"} < set(codes)


def test_a_file_in_a_newer_format_than_blender_reads_is_one_error() -> None:
    archive = RawArchive.parse(add_on(("gears.py", b"x = 1\n")))
    for record in (archive.entries[-1], archive.locals[-1]):
        record.version = 148

    report = check_package(io.BytesIO(archive.to_bytes()))
    assert [p.code for p in report.problems] == ["package.unsupported-compression"]
    assert not any(verdict.accepts for verdict in report.verdicts)


def test_a_missing_package_is_a_problem(tmp_path: Path) -> None:
    report = check_path(tmp_path / "none.zip")

    assert [problem.code for problem in report.problems] == ["package.not-found"]


def test_limits_of_count_and_size_are_checked_before_decompression() -> None:
    with open_package(io.BytesIO(add_on())) as package:
        [member, *_] = package.members
    members: list[Member] = [member._replace(name=f"f{number}", size=10) for number in range(5)]
    problems = ProblemList()

    check(
        RuleContext("x.zip", members=members, size=1000),
        problems,
        Limits(members=4, unpacked=49),
    )

    assert [p.code for p in problems] == ["package.too-many-members", "package.too-large"]


def test_a_zip_bomb_is_reported_without_decompression(monkeypatch: pytest.MonkeyPatch) -> None:
    data = PACKAGES["package.bomb"]()
    monkeypatch.setattr(Archive, "open", None)

    assert [p.code for p in check_package(io.BytesIO(data)).problems] == ["package.bomb"]


def test_entities_in_a_theme_are_refused_before_expansion() -> None:
    lol = b'<!DOCTYPE b [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><bpy><Theme>&b;</Theme></bpy>'

    report = check_package(io.BytesIO(theme(("lol.xml", lol))))

    assert [problem.code for problem in report.problems] == ["theme.not-xml"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32"])
def test_entities_are_found_in_every_encoding(encoding: str) -> None:
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE b [<!ENTITY a "aa">]><bpy>&a;</bpy>'
    )

    report = check_package(io.BytesIO(theme(("lol.xml", text.encode(encoding)))))

    assert [problem.code for problem in report.problems] == ["theme.not-xml"]


def test_stricter_rules_can_be_downgraded_to_warnings() -> None:
    report = check_package(io.BytesIO(PACKAGES["path.unsafe"]()))
    report.downgrade_stricter()

    assert report.ok
    assert [problem.severity for problem in report.problems] == ["warning"]


def test_a_source_folder_is_checked_for_required_files(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_bytes(ADD_ON + b'wheels = ["./w/a-1-py3-none-any.whl"]\n')

    report = check_folder(tmp_path)
    assert [p.code for p in report.problems] == ["package.init-missing", "package.wheel-missing"]

    (tmp_path / "__init__.py").touch()
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "a-1-py3-none-any.whl").write_bytes(wheel("a-1"))
    assert not check_folder(tmp_path).problems


def test_the_kind_of_a_path_is_detected(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_bytes(ADD_ON)
    (tmp_path / "x.zip").write_bytes(add_on())

    assert check_path(tmp_path).kind == "folder"
    assert check_path(tmp_path / MANIFEST).kind == "manifest"
    assert check_path(tmp_path / "x.zip").kind == "package"


def test_a_report_as_a_dictionary_has_metadata_and_problems() -> None:
    data = check_package(io.BytesIO(add_on()), name="x.zip").as_dict()

    assert data["ok"] is True
    assert (data["id"], data["version"], data["type"]) == ("gear_tool", "1.2.3", "add-on")
    assert data["problems"] == []


def test_pipes_and_devices_are_refused_without_blocking(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.zip")
    os.mkfifo(tmp_path / MANIFEST)

    [problem] = check_path(tmp_path / "pipe.zip").problems
    assert problem.code == "package.unreadable"
    assert check_path(tmp_path).problems.errors[0].code == "manifest.file.unreadable"
    assert check_path(Path("/dev/zero")).problems.errors[0].code == "package.unreadable"


def test_a_path_that_is_too_long_is_a_problem(tmp_path: Path) -> None:
    assert check_path(tmp_path / ("a" * 300)).problems.errors[0].code == "package.unreadable"


def test_wheels_with_impossible_names_are_missing(tmp_path: Path) -> None:
    wheels = [f"{'a' * 300}-1-py3-none-any.whl", f"{MANIFEST}/a-1-py3-none-any.whl"]
    (tmp_path / MANIFEST).write_bytes(ADD_ON + f"wheels = {wheels}\n".encode())
    (tmp_path / "__init__.py").touch()

    assert {p.code for p in check_folder(tmp_path).problems} == {"package.wheel-missing"}


def test_a_package_reports_at_most_a_hundred_bad_names(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(add_on(*((f"what{number}?.py", b"") for number in range(300))))

    found = [p for p in check_package(path).problems if p.code == "path.not-portable"]

    assert len(found) == 100


def test_a_package_with_backslash_names_only_has_one_problem() -> None:
    data = packed((f"kit\\{MANIFEST}", ADD_ON), ("kit\\__init__.py", b""))

    assert [problem.code for problem in check_package(io.BytesIO(data)).problems] == [
        "path.backslash"
    ]


def test_a_problem_of_a_whole_package_is_located_at_the_package(tmp_path: Path) -> None:
    path = tmp_path / "dusk.zip"
    path.write_bytes(theme())

    [problem] = check_package(path).problems

    assert problem.code == "theme.xml-missing"
    assert str(problem.where) == str(path.name)
