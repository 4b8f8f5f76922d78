"""Fixtures: a site with two Blenders that are fakes, and packages without checks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from extery.author.testing.results import Answer, Failure
from extery.author.testing.supervise import Ended
from extery.blenders.versions import NotABlender
from extery_site.accounts.models import User
from extery_site.catalog.models import Version
from extery_site.scanning.tasks import check_now
from extery_site.test_runs import blenders
from tests.site import factories


def answer(**values: Any) -> Answer:
    """Return the answer of a run in which all went well, with other values."""
    ended = values.pop("ended", Ended(0, "", "Blender quit\n", 13, 2.0))
    good: dict[str, Any] = {
        "version": "5.3.0",
        "last_step": "end",
        "seconds": {"enable": 0.007},
        "failures": [],
        "left_overs": [],
        "observed": [],
        "tests": [],
        "tests_status": None,
        "tests_reason": "",
        "coverage": {},
        "trace": "",
    }
    return Answer(**{**good, **values}, ended=ended)


FAILED = answer(
    last_step="enable",
    failures=[Failure("enable", "NameError: no gears", ("gear_tool/__init__.py", 3), "Traceback")],
)


@dataclass
class FakeBlenders:
    """What the Blenders of a test answer, and what they were asked."""

    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def run(self, package: Any, program: str) -> Answer:
        self.asked.append((package.version.extension.extension_id, Path(program).name))
        found = self.answers.get(Path(program).name, answer())
        if isinstance(found, BaseException):
            raise found
        result: Answer = found() if callable(found) else found
        return result


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> FakeBlenders:
    """Two Blenders, ``old`` of 4.2.23 and ``new`` of 5.3.0."""
    found = FakeBlenders()
    versions = {"old": "4.2.23", "new": "5.3.0", "again": "5.3.0"}

    def version_of(program: Path) -> str:
        if program.name not in versions:
            raise NotABlender("there is no such file")
        return versions[program.name]

    blenders._version.cache_clear()
    monkeypatch.setattr(blenders, "version_of", version_of)
    monkeypatch.setattr(blenders, "find_sandbox", lambda: "namespaces")
    monkeypatch.setattr("extery_site.test_runs.running.test_package", found.run)
    settings.EXTERY_TEST_BLENDERS = (tmp_path / "old", tmp_path / "new")
    return found


@pytest.fixture(autouse=True)
def _no_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extery_site.scanning.steps.all_steps", list)


@pytest.fixture
def published(owner: User, moderator: User) -> Callable[..., Version]:
    """Return a function that publishes a version whose checks have ended."""

    def publish(**fields: Any) -> Version:
        version = factories.make_approved(owner, moderator, **fields)
        check_now(version.package_hashes)
        return version

    return publish
