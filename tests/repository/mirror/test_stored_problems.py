"""Problems in the state of a mirror are read back completely, and checked if untrusted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from extery.core.errors import Problem, Where
from extery.fetch import Fetcher
from extery.repository.mirror.run import mirror, plan_only
from extery.repository.mirror.state import MirrorState
from extery.repository.mirror.stored_problems import dump_problems, load_problems
from tests.repository.hosted import Repository, visible
from tests.samples.packages import ADD_ON, MANIFEST, packed

NAME = "gear_tool-1.2.3-aaaaaaaaaaaa.zip"
PROBLEM = Problem.of(
    "fetch.size", where=Where(f"{NAME}/{MANIFEST}", ("tags", 0), 3, 9), url="https://x.org", size=3
)


def test_problems_survive_json() -> None:
    stored = json.loads(json.dumps(dump_problems({NAME: [PROBLEM, PROBLEM]})))

    assert load_problems(stored) == {NAME: [PROBLEM, PROBLEM]}


@pytest.mark.parametrize(
    "changes",
    [
        {"code": "no.such-code"},
        {"code": ["fetch.size"]},
        {"severity": "fatal"},
        {"message": 7},
        {"message": "\ud800"},
        {"hint": ["x"]},
        {"file": 7},
        {"path": [1.5]},
        {"path": [None]},
        {"line": True},
        {"column": "9"},
        {"values": {"size": float("nan")}},
        {"values": {"size": None}},
        {"values": [1]},
    ],
    ids=json.dumps,
)
def test_a_damaged_problem_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises((ValueError, KeyError, TypeError, AttributeError)):
        load_problems({NAME: [PROBLEM.as_dict() | changes]})


def test_a_state_with_a_damaged_problem_is_replaced(
    repository: Repository, folder: Path, fetcher: Fetcher
) -> None:
    repository.add("gear.zip")
    mirror(repository.url, folder, fetcher=fetcher)
    path = folder / ".extery-mirror" / "state.json"
    state = json.loads(path.read_bytes())
    state["flawed"] = {"a.zip": [PROBLEM.as_dict() | {"code": "no.such-code"}]}
    path.write_text(json.dumps(state))

    assert MirrorState.load(folder).flawed == {}
    assert mirror(repository.url, folder, fetcher=fetcher).plan.fetch == []


def test_a_state_of_another_format_is_replaced_and_no_package_fetched_again(
    repository: Repository, folder: Path, fetcher: Fetcher
) -> None:
    repository.add("gear.zip")
    mirror(repository.url, folder, fetcher=fetcher)
    path = folder / ".extery-mirror" / "state.json"
    path.write_text(json.dumps(json.loads(path.read_bytes()) | {"format": 1}))
    before = visible(folder)

    result = mirror(repository.url, folder, fetcher=fetcher)

    assert result.is_complete
    assert result.plan.fetch == []
    assert visible(folder) == before


@pytest.mark.parametrize("is_listed", [True, False])
def test_every_run_reports_the_line_and_values_of_a_problem_in_a_package(
    repository: Repository, folder: Path, fetcher: Fetcher, is_listed: bool
) -> None:
    line = b'tags = ["Nope"]\n' if is_listed else b"tags = 7\n"
    manifest = (
        ADD_ON.replace(b"\n\n[", b"\n" + line + b"\n[") if b"\n\n[" in ADD_ON else ADD_ON + line
    )
    repository.add_bytes("flawed.zip", packed((MANIFEST, manifest), ("__init__.py", b"")))

    first = mirror(repository.url, folder, fetcher=fetcher)
    again = mirror(repository.url, folder, fetcher=fetcher)
    dry = plan_only(repository.url, folder, fetcher=fetcher)

    assert bool(first.flawed) == is_listed
    [problem] = first.problems
    assert problem.where.file.endswith(f".zip/{MANIFEST}")
    assert problem.where.path[0] == "tags"
    assert problem.where.line == manifest.splitlines().index(line.strip()) + 1
    assert list(again.problems) == list(dry.problems) == list(first.problems)
