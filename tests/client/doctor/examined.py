"""An installation for the checks of the doctor, and what is expected of a problem."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

from extery.client.checks.context import Context
from extery.client.repositories import Repository, change_repositories
from extery.client.transaction import transaction
from extery.core.errors import Problem
from tests.client.samples import STUDIO, make_package, state_of

DAY = 86_400.0


def install(
    checked: Context, repository: Repository = STUDIO, identifier: str = "gear_tool", **fields: str
) -> Path:
    """Install an extension by a real transaction, with its package in the store; return its folder."""
    package = make_package(checked.store.folder.parent / "made", identifier, **fields)
    checked.store.add(package)
    with transaction(checked.target, "install") as current:
        current.install(repository, identifier, state_of(package), package)
        current.commit()
    return repository.folder_in(checked.target) / identifier


def one(problems: Iterator[Problem], code: str, variant: str = "") -> Problem:
    [problem] = problems
    assert (problem.code, dict(problem.values).get("variant", "")) == (code, variant)
    assert problem.hint
    return problem


def hint_runs(problem: Problem) -> None:
    """Run the command at the end of a hint."""
    command = problem.hint.partition(": ")[2]
    subprocess.run(command, shell=True, check=True)


def use(checked: Context, *urls: str) -> None:
    rows = [Repository(f"repo{number}", url) for number, url in enumerate(urls)]
    change_repositories(checked.target, lambda _: rows)
