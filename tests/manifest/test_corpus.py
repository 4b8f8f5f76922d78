"""The verdicts on real manifests are Blender's, field by field."""

import json
from pathlib import Path
from typing import Any

import pytest

from extery.core.codes import all_codes, find
from extery.core.errors import InvalidListing, ProblemList
from extery.listing.entries import parse_listing
from extery.manifest.document import blender_tags, check_manifest
from tests.parts import require_part

pytestmark = pytest.mark.corpus

#: (file, verdict) -> the reason of an intended difference. There are none.
EXPLAINED: dict[tuple[str, str], str] = {}

Verdict = list[tuple[str | None, str]]


def rows(name: str) -> list[dict[str, Any]]:
    lines = (require_part("corpus") / name).read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def like_blender(problems: ProblemList) -> Verdict:
    """Return the errors that Blender would report: one for each field, and tags only without other errors."""
    first: dict[str | None, str] = {}
    for problem in problems.errors:
        if find(problem.code).stricter:
            continue
        field = str(problem.where.path[0]) if problem.where.path else None
        kind = problem.code.split(".", 2)[2] if field else problem.code.split(".", 1)[1]
        first.setdefault(field, kind.replace(".", "-"))
    if set(first.values()) != {"unknown-tag"} and first.get("tags") == "unknown-tag":
        del first["tags"]
    return list(first.items())


def recorded(verdict: dict[str, Any]) -> Verdict:
    return [(error["field"], error["kind"]) for error in verdict["fields_in_error"]]


#: The kinds in problem codes. Where the corpus has another name for a kind, only the fields are compared.
OUR_KINDS = {code.split(".", 2)[-1].replace(".", "-") for code in all_codes()} | {
    code.split(".", 1)[-1].replace(".", "-") for code in all_codes()
}


def is_same(ours: Verdict, theirs: Verdict) -> bool:
    """Return whether the same fields have errors, in the same order and of the same kinds."""
    return len(ours) == len(theirs) and all(
        mine[0] == other[0] and (mine[1] == other[1] or other[1] not in OUR_KINDS)
        for mine, other in zip(ours, theirs, strict=True)
    )


@pytest.mark.parametrize("version", ["4_2", "5_0"])
@pytest.mark.parametrize("tags", [False, True], ids=["without-tags", "with-tags"])
def test_the_strict_verdict_on_every_real_manifest_is_blenders(version: str, tags: bool) -> None:
    corpus = require_part("corpus")
    verdict = f"validate_{version}{'_tags' if tags else ''}"
    differences = []
    for row in rows("verdicts.jsonl"):
        data = Path(corpus, row["file"]).read_bytes()
        manifest, problems = check_manifest(data, valid_tags=blender_tags() if tags else None)
        assert (manifest is not None) == (not problems.errors)
        ours, theirs = like_blender(problems), recorded(row[verdict])
        if not is_same(ours, theirs) and (row["file"], verdict) not in EXPLAINED:
            differences.append(f"{row['file']}: Blender {theirs}, Extery {ours}")

    print(f"{verdict}: {len(differences)} unexplained differences")
    assert not differences, "\n".join(differences)


@pytest.mark.parametrize("version", ["4_2", "5_0"])
def test_real_listings_are_accepted_or_refused_as_by_blender(version: str) -> None:
    corpus = require_part("corpus")
    differences = []
    for row in rows("listings.jsonl"):
        at_fault: set[object] = set()
        try:
            parse_listing(Path(corpus, row["file"]).read_bytes())
        except InvalidListing as error:
            at_fault = {problem.where.path[1] for problem in error.problems}
        theirs = row[f"entries_in_error_{version}"]
        if len(at_fault) != len(theirs):
            differences.append(f"{row['file']}: Blender {theirs}, Extery {at_fault}")

    assert not differences, "\n".join(differences)


def test_every_problem_has_a_line() -> None:
    corpus = require_part("corpus")
    number = 0
    for row in rows("verdicts.jsonl"):
        _, problems = check_manifest(Path(corpus, row["file"]).read_bytes())
        assert all(problem.where.line for problem in problems), row["file"]
        number += len(list(problems))
    assert number > 100
