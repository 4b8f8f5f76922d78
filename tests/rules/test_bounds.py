"""The cost of a check is bounded: members, problems, manifests and slow compression, measured by counts."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from extery.author.build.execute import plan_build
from extery.author.validate import check_folder
from extery.cli.app import extery
from extery.cli.command import silence
from extery.cli.output import PrefixedProblem
from extery.core.errors import InvalidInput, Problem, ProblemList
from extery.core.problem_limits import MAX_SIMILAR_IN_RESULT, MORE, limit_similar
from extery.package import Archive, Member, open_package
from extery.package.size_limits import Limits, unpacking_cost
from extery.rules.checks import Checks
from extery.rules.context import RuleContext
from extery.rules.engine import Scope, check_package
from extery.rules.package.size import check
from extery.rules.profiles import Profile
from tests.author.trees import make_source
from tests.samples.packages import ADD_ON, MANIFEST, add_on, packed, wheel

STORED, DEFLATED, BZIP2, LZMA = 0, 8, 12, 14


def sample_member() -> Member:
    with open_package(io.BytesIO(add_on())) as package:
        return package.members[0]


def codes_of_sizes(*members: Member, size: int) -> list[str]:
    problems = ProblemList()
    check(RuleContext("x.zip", members=members, size=size), problems)
    return [problem.code for problem in problems]


# Problems


def test_problems_of_one_code_are_limited_and_the_others_are_counted() -> None:
    problems = [Problem.of("package.symlink", member=str(number)) for number in range(250)]
    problems.append(Problem.of("package.outside-root", member="x", root="y"))

    limited = limit_similar(problems)

    assert [p.code for p in limited] == ["package.symlink"] * 100 + ["package.outside-root", MORE]
    assert limited[-1].is_error
    assert dict(limited[-1].values) == {"code": "package.symlink", "count": 150}


def test_counts_of_several_reports_are_added() -> None:
    problems = [Problem.of("package.symlink", member=str(number)) for number in range(250)]

    limited = limit_similar([*limit_similar(problems), *limit_similar(problems)])

    assert [problem.code for problem in limited] == ["package.symlink"] * 100 + [MORE]
    assert dict(limited[-1].values)["count"] == 400


def test_the_result_of_a_command_is_limited_and_keeps_prefixes() -> None:
    problem = Problem.of("build.link-skipped", path="docs", more=0)
    many = [PrefixedProblem(problem._replace(hint=str(n)), "a/") for n in range(3000)]

    reported, _ = silence(many, {})

    assert len(reported) == MAX_SIMILAR_IN_RESULT + 1
    assert reported[0].prefix == "a/"
    assert reported[-1].problem.message.startswith("2,000 more problems")


def test_a_silenced_warning_is_silenced_together_with_the_count_of_the_others() -> None:
    problem = Problem.of("build.link-skipped", path="docs", more=0)
    items = [PrefixedProblem(problem) for problem in limit_similar([problem] * 200)]

    reported, silenced = silence(items, {"build.link-skipped": "known"})

    assert (reported, len(silenced)) == ([], 101)


@pytest.mark.parametrize("key", ["paths", "paths_exclude_pattern"])
@pytest.mark.parametrize("item", ["1", '""'])
def test_problems_of_a_long_list_of_a_build_are_limited(
    tmp_path: Path, key: str, item: str
) -> None:
    source = make_source(tmp_path, extra=f"[build]\n{key} = [{','.join([item] * 50_000)}]\n")

    with pytest.raises(InvalidInput) as caught:
        plan_build(source)

    assert len(caught.value.problems) <= 102
    assert len(check_folder(source).problems) <= 102


def test_the_json_of_validate_is_limited(tmp_path: Path) -> None:
    names = [f"link{number}" for number in range(1000)]
    members = []
    for name in names:
        info = zipfile.ZipInfo(name)
        info.external_attr = 0o120777 << 16
        members.append((info, b"x"))
    (tmp_path / "gears.zip").write_bytes(add_on(*members))

    result = CliRunner().invoke(extery, ["validate", str(tmp_path / "gears.zip"), "--json"])

    document = json.loads(result.stdout)
    assert len(document["problems"]) <= 101
    assert len(document["reports"][0]["problems"]) <= 101


def test_problems_of_extra_fields_are_limited() -> None:
    members = []
    for number in range(1000):
        info = zipfile.ZipInfo(f"f{number}.py")
        info.extra = struct.pack("<HHBI", 0x7075, 8, 1, 0) + b"abc"
        members.append((info, b""))

    problems = check_package(io.BytesIO(add_on(*members)), scope=Scope.REPOSITORY).problems

    assert 0 < len(problems) <= 200


# Members and sizes


def test_members_are_counted_before_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(20_001):
            archive.writestr(f"f{number}", b"")
    monkeypatch.setattr("extery.package.central_directory._parse_entries", None)

    [problem] = check_package(file).problems

    assert problem.code == "package.too-many-members"


def test_the_members_of_all_wheels_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"gears{number}-1.0-py3-none-any.whl" for number in range(6)]
    verified: list[str] = []
    monkeypatch.setattr(
        Archive, "verify_all", lambda self, **_: verified.append(self.name), raising=True
    )
    many = [(f"gears/f{number}.py", b"") for number in range(19_000)]
    data = packed(*many)
    listed = [f"./w/{name}" for name in names]
    manifest = ADD_ON + f"wheels = {listed}\n".encode()

    problems = check_package(
        io.BytesIO(add_on(*((f"w/{name}", data) for name in names), manifest=manifest))
    ).problems

    assert "package.too-many-members" in [problem.code for problem in problems]
    assert len([name for name in verified if name.endswith(".whl")]) == 5


def test_data_that_takes_long_to_unpack_is_refused_before_it_is_read() -> None:
    member = sample_member()
    size = 200_000_000
    deflated = member._replace(method=DEFLATED, size=2_600_000_000, packed_size=size)
    stored = member._replace(method=STORED, size=size, packed_size=size)

    assert codes_of_sizes(deflated, size=size) == ["package.bomb"]
    assert codes_of_sizes(stored, size=size) == []
    assert codes_of_sizes(deflated._replace(size=2_300_000_000), size=size) == []
    for method in (BZIP2, LZMA):
        slow = member._replace(method=method, size=size, packed_size=size)
        assert codes_of_sizes(slow, size=size) == ["package.bomb"]
        assert codes_of_sizes(slow._replace(packed_size=20_000_000), size=size) == []


def test_no_package_of_200_megabytes_that_is_read_costs_more_than_the_limit() -> None:
    member = sample_member()
    size = 200_000_000
    for method in (STORED, DEFLATED, BZIP2, LZMA):
        for packed_size in (1_000_000, 50_000_000, size):
            for unpacked in (packed_size, 1_000_000_000, 2_400_000_000, 3_900_000_000):
                one = member._replace(method=method, size=unpacked, packed_size=packed_size)
                if not codes_of_sizes(one, size=size):
                    assert unpacking_cost([one]) <= Limits().cost


def test_a_manifest_over_the_limit_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extery.manifest.plain_toml.read_plain", None)
    data = packed((MANIFEST, ADD_ON + b"#" * 300_000), ("__init__.py", b""))

    report = check_package(io.BytesIO(data))
    assert [p.code for p in report.problems] == ["manifest.file.too-large"]
    assert not any(verdict.accepts for verdict in report.verdicts)


def test_the_manifest_of_a_package_that_is_not_unpacked_is_judged() -> None:
    manifest = ADD_ON.replace(b'id = "gear_tool"', b'id = "gear tool"')
    data = packed((MANIFEST, manifest), ("__init__.py", b""), ("zeros.bin", bytes(60_000_000)))

    report = check_package(io.BytesIO(data))
    assert [p.code for p in report.problems] == ["package.bomb", "manifest.id.not-identifier"]
    assert {verdict.codes for verdict in report.verdicts} == {("manifest.id.not-identifier",)}
    report.downgrade_stricter()
    assert not report.ok


def test_the_wheel_of_other_tests_is_below_all_limits() -> None:
    listed = b'wheels = ["./w/gears-1.0-py3-none-any.whl"]\n'
    data = add_on(("w/gears-1.0-py3-none-any.whl", wheel()), manifest=ADD_ON + listed)

    assert not check_package(io.BytesIO(data)).problems


# Rules of `extery check`


def test_texts_made_to_keep_patterns_busy_are_read_quickly() -> None:
    blanks = b" " * 60_000
    header = b"# SPDX-License" + b"-Identifier: "
    data = add_on(
        ("requirements.txt", b"gears" + blanks + b"x\n"),
        ("solver.py", header + b"#" * 8_000 + b"x\n"),
        ("LICENSE", b"#" * 50_000 + b"\n" + b"gnu general " * 4_000),
        ("docs/LICENSE-" + "-" * 200, b"x"),
        manifest=ADD_ON + b'website = "https://' + b"a-" * 400 + b'"\n',
    )

    # A pattern that tries all pairs of characters would take hours, and the test end.
    problems = check_package(io.BytesIO(data), checks=Checks(Profile.BLENDER_ORG)).problems

    assert "license.file-unknown" not in {problem.code for problem in problems}
