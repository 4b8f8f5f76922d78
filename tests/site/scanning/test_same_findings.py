"""A site finds in a package what `extery check` finds on the computer of its author, and nothing else.

Except for the rules that are `FOR_AUTHORS`, and for what comments suppress, which a site does not read.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from extery.cli.app import extery
from extery.core.errors import Problem
from extery.rules.examples import example_codes, example_files, example_text
from extery.rules.profiles import Profile
from extery.rules.registry import all_rules
from extery.rules.rule import Scope
from extery_demo.scenarios import scenarios
from extery_demo.sources import build_version
from extery_site.scanning.isolated import check
from tests.parts import require_part
from tests.rules.example_folders import write_example
from tests.sampled import some_of
from tests.samples.packages import PACKAGES, packed

PROFILES = list(Profile)
#: Rules that a site does not run, and why.
FOR_AUTHORS = {
    "code.undefined-name": "A program that the machine of the author has makes it.",
    "license.text-missing": "A reviewer can look it up, and cannot add it.",
    "license.wheel-unknown": "A reviewer can look it up, and cannot add it.",
    "metadata.example-domain": "Sites for trying things out use such addresses on purpose.",
}


def found_here(paths: list[Path], profile: Profile) -> dict[str, list[str]]:
    """Return what `extery check` prints about packages, by name."""
    arguments = ["check", *map(str, paths), "--for", profile.value, "--json", "--no-config"]
    result = CliRunner().invoke(extery, arguments)
    document = json.loads(result.stdout)
    assert len(document["reports"]) == len(paths)
    return {Path(report["name"]).name: _lines(report["problems"]) for report in document["reports"]}


def found_by_a_site(paths: list[Path], profile: Profile) -> dict[str, list[str]]:
    """Return what the check of an upload finds in packages, by name."""
    return {
        path.name: _lines(
            check(io.BytesIO(path.read_bytes()), name=path.name, profile=profile.value)["problems"]
        )
        for path in paths
    }


def _lines(problems: list[dict[str, object]]) -> list[str]:
    """Return severity, code, place below the package, and message of each problem."""
    found = (Problem.from_dict(problem) for problem in problems)
    return sorted(
        f"{one.severity} {one.code} {Path(one.where.file).name} {one.where.path} {one.where.line} {one.message}"
        for one in found
        if one.code not in FOR_AUTHORS
    )


def compare(paths: list[Path], profile: Profile) -> int:
    """Check packages in both ways, and return the number of their findings."""
    here, there = found_here(paths, profile), found_by_a_site(paths, profile)
    assert here == there
    return sum(map(len, here.values()))


@pytest.mark.parametrize("profile", PROFILES)
def test_of_packages_with_each_problem(profile: Profile, tmp_path: Path) -> None:
    paths = []
    for code in some_of(sorted(PACKAGES)):
        path = tmp_path / f"{code}.zip"
        path.write_bytes(PACKAGES[code]())
        paths.append(path)
    assert compare(paths, profile) >= len(paths) / 2


def test_of_the_examples_of_rules(tmp_path: Path) -> None:
    paths = []
    for code in some_of(sorted(example_codes() - {"file.large"})):
        text = example_text(code, "bad")
        paths.append(tmp_path / f"{code}.zip")
        if code.startswith("path."):  # names that no folder has
            members = [(name, body.encode()) for name, body in example_files(text).items()]
        else:
            members = list(_members(write_example(text, tmp_path / code)))
        paths[-1].write_bytes(packed(*members))
    assert compare(paths, Profile.BLENDER_ORG) >= len(paths) / 2


def _members(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def test_of_packages_of_the_demo(tmp_path: Path) -> None:
    paths = []
    known = {scenario.id: scenario for scenario in scenarios()}
    chosen = {scenario.id for scenario in some_of(list(known.values()))} | {"lantern_kit"}
    for scenario in (known[name] for name in sorted(chosen)):
        paths += [built.path for built in build_version(scenario, scenario.versions[-1], tmp_path)]
    # Most have no finding; one uses names that Blender 5.0 has removed.
    assert compare(sorted(paths), Profile.BLENDER_ORG) >= 2


@pytest.mark.corpus
def test_of_real_manifests(tmp_path: Path) -> None:
    corpus = require_part("corpus")
    paths = []
    for manifest in some_of(sorted((corpus / "manifests").iterdir())):
        paths.append(tmp_path / f"{manifest.stem}.zip")
        members = [
            ("blender_manifest.toml", manifest.read_bytes()),
            ("__init__.py", b"import os\n"),
        ]
        paths[-1].write_bytes(packed(*members))
    assert compare(paths, Profile.BLENDER_ORG) >= len(paths)


def test_every_rule_of_a_check_runs_at_an_upload_except_those_for_authors() -> None:
    local, site = set(), set()
    for rule in all_rules():
        local |= rule.all_codes() if {Scope.PACKAGE, Scope.CHECK} & rule.scopes else set()
        site |= rule.all_codes() if Scope.UPLOAD in rule.scopes else set()
    assert local - site == FOR_AUTHORS.keys()
    assert site <= local
