"""Builds of real manifests: refused for Blender's reasons, and split into Blender's packages.

The sources of those projects are not available, so each manifest gets the required files.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from extery.author.build.config import member_name
from extery.author.build.execute import plan_build
from extery.core.errors import InvalidInput, Problem, ProblemList
from extery.manifest.document import blender_tags, parse_table
from tests.author.trees import make_source
from tests.parts import require_part
from tests.samples.packages import MANIFEST, XML

pytestmark = pytest.mark.corpus

#: Codes that depend on files that are not available.
OF_THE_TREE = {"missing-init", "missing-file"}


def rows() -> list[dict[str, Any]]:
    lines = (require_part("corpus") / "verdicts.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return file in the corpus -> source folder with that manifest, its wheels, a module and a theme."""
    corpus = require_part("corpus")
    folder = tmp_path_factory.mktemp("corpus")
    found = {}
    for number, row in enumerate(rows()):
        data = (corpus / row["file"]).read_bytes()
        table = parse_table(data, ProblemList(), MANIFEST) or {}
        wheels = [member_name(wheel) for wheel in table.get("wheels", [])]
        source = make_source(folder / str(number), *wheels, manifest=data)
        (source / "theme.xml").write_bytes(XML)
        found[row["file"]] = source
    return found


def as_blender_tells(problems: tuple[Problem, ...]) -> list[tuple[str | None, str]]:
    """Blender reports one error per field, tags only if there is no other error, then [build]."""
    first: dict[str | None, str] = {}
    for problem in problems:
        area, _, kind = problem.code.partition(".")
        if not problem.is_error:
            continue
        if area == "build":
            first.setdefault(problem.where.field, kind)
        elif problem.where.path:
            first.setdefault(str(problem.where.path[0]), kind.partition(".")[2])
        else:
            first.setdefault(None, kind.replace(".", "-"))
    if set(first.values()) - {"unknown-tag", "reserved"} and first.get("tags") == "unknown-tag":
        del first["tags"]
    if set(first.values()) - {"reserved"}:
        first.pop("build.generated", None)
    return list(first.items())


@pytest.mark.parametrize("tags", [False, True], ids=["without-tags", "with-tags"])
@pytest.mark.parametrize("version", ["4_2", "5_0"])
def test_real_manifests_are_built_or_refused_as_by_blender(
    version: str, tags: bool, sources: dict[str, Path]
) -> None:
    verdict = f"build_{version}{'_tags' if tags else ''}"
    differences = []
    for row in rows():
        if verdict not in row:
            continue
        theirs = [(e["field"], e["kind"]) for e in row[verdict]["fields_in_error"]]
        theirs = [error for error in theirs if error[1] not in OF_THE_TREE]
        try:
            plan_build(sources[row["file"]], valid_tags=blender_tags() if tags else {})
            ours: list[tuple[str | None, str]] = []
        except InvalidInput as error:
            ours = as_blender_tells(error.problems)
        if ours != theirs:
            differences.append(f"{row['file']}: Blender {theirs}, Extery {ours}")

    assert not differences, "\n".join(differences)


def test_real_manifests_are_split_as_by_blender(sources: dict[str, Path]) -> None:
    compared = 0
    for row in rows():
        split = row.get("split_filled_5_0") or row.get("split_5_0")
        if not split or not split["ok"]:
            continue
        theirs = {archive["platform"][0]: archive["members"] for archive in split["archives"]}
        plan = plan_build(sources[row["file"]], split_platforms=True, valid_tags={})
        ours = {str(package.platform): len(package.members) for package in plan.packages}

        # The files that are in every package differ, the wheels of a platform do not.
        assert ours.keys() == theirs.keys()
        assert len({theirs[platform] - ours[platform] for platform in ours}) == 1, row["file"]
        compared += 1

    assert compared >= 20
