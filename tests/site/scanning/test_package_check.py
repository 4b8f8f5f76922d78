"""Packages are checked in isolation: what is too much for a check becomes a problem, at uploads and in the worker."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from extery.core.errors import InvalidPackage, Problem, Unavailable
from extery.isolation.client import Isolation
from extery.isolation.limits import IsolationError, ProcessEnded, Reply
from extery.rules.engine import Scope
from extery.rules.engine import check_package as check_here
from extery_site.accounts.models import User
from extery_site.catalog.models import Package
from extery_site.project.isolation import isolation
from extery_site.publish.upload import receive_upload
from extery_site.scanning.models import FileCheck, StepResult
from extery_site.scanning.package_check import check_package
from extery_site.scanning.steps.compatibility import COMPATIBILITY
from extery_site.scanning.steps.inventory import INVENTORY
from extery_site.scanning.steps.rules import RULES
from extery_site.scanning.steps.step import Step
from extery_site.scanning.tasks import check_now
from tests.isolated_in_process import isolated_functions_here, really_isolated
from tests.site.factories import make_draft
from tests.site.packages import package


@pytest.fixture
def isolated() -> Iterator[None]:
    """Call isolated functions as a site does."""
    with really_isolated():
        yield
    isolation().close()
    isolation.cache_clear()


def end_with(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def call(*_: Any, **__: Any) -> Reply:
        raise error

    monkeypatch.setattr(Isolation, "call", call)


def test_a_check_has_the_same_result_as_in_this_process(isolated: None) -> None:
    code = "import os\nos.system('ls')\nx = undefined_name\n"
    for data in (package(), package(files={"__init__.py": code.encode()}), package(id="1"), b"PK"):
        found = check_package(io.BytesIO(data), "gears.zip")
        expected = check_here(io.BytesIO(data), name="gears.zip", scope=Scope.UPLOAD)
        assert found[:3] == (expected.problems, expected.manifest, expected.refusals)


def test_a_file_that_takes_too_much_memory_ends_its_process_only(
    isolated: None, settings: Any
) -> None:
    settings.ISOLATED_FUNCTIONS = {"check-package": "tests.isolation.functions.check_much"}
    isolation.cache_clear()
    template = isolation()._running().process.pid
    [problem] = check_package(io.BytesIO(package()), "gears.zip").problems
    assert (problem.code, problem.where.file) == ("scan.check-ended", "gears.zip")
    assert problem.message == "checking gears.zip takes too much memory"
    assert check_package(io.BytesIO(b"little"), "gears.zip").problems == []
    assert isolation()._running().process.pid == template


@pytest.mark.parametrize("reason", ["memory", "time", "disk", "output", "crash"])
def test_an_upload_whose_check_ends_is_refused(
    owner: User, monkeypatch: pytest.MonkeyPatch, reason: Any
) -> None:
    end_with(monkeypatch, ProcessEnded(reason))
    with pytest.raises(InvalidPackage) as caught:
        receive_upload(file=io.BytesIO(package()), user=owner, name="gears.zip")
    [problem] = caught.value.problems
    assert problem.code == "scan.check-ended"
    assert problem.hint
    assert not Package.objects.exists()


@pytest.mark.parametrize("error", [ProcessEnded("signal"), IsolationError("no processes")])
def test_an_upload_that_could_not_be_checked_may_be_tried_again(
    owner: User, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    end_with(monkeypatch, error)
    with pytest.raises(Unavailable) as caught:
        receive_upload(file=io.BytesIO(package()), user=owner, name="gears.zip")
    assert caught.value.code == "request.process-ended"


def test_a_second_check_that_ends_is_a_finding(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha256 = make_draft(owner).packages.get().sha256
    StepResult.objects.filter(file_check=sha256, name="rules").update(version="old")
    monkeypatch.setattr("extery_site.scanning.steps.all_steps", lambda: [RULES])
    end_with(monkeypatch, ProcessEnded("time"))
    [found] = check_now([sha256])
    assert found.state == FileCheck.State.NEEDS_AUTHOR
    [problem] = map(Problem.from_dict, Package.objects.get().problems)
    assert (problem.code, dict(problem.values)["variant"]) == ("scan.check-ended", "time")


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {"problems": [{}], "table": None, "refusals": []},
        {"problems": [], "table": {"id": 1}, "refusals": []},
        {"problems": [], "table": None, "refusals": [{"series": 1}]},
    ],
)
def test_a_reply_of_a_process_that_was_taken_over_is_a_crash(
    monkeypatch: pytest.MonkeyPatch, value: Any
) -> None:
    monkeypatch.setattr(Isolation, "call", lambda *_, **__: Reply(value))
    [problem] = check_package(io.BytesIO(package()), "gears.zip").problems
    assert dict(problem.values)["variant"] == "crash"


@pytest.mark.parametrize("step", [INVENTORY, COMPATIBILITY], ids=lambda step: step.name)
def test_steps_have_the_same_result_in_isolation(owner: User, isolated: None, step: Step) -> None:
    code = "import bpy\nbpy.context.scene.node_tree\nbpy.data.missing_things\n"
    version = make_draft(owner, files={"__init__.py": code})
    stored = version.packages.get()
    outcome = step.run(stored, io.BytesIO(package(files={"__init__.py": code})))
    with isolated_functions_here():
        assert step.run(stored, io.BytesIO(package(files={"__init__.py": code}))) == outcome
    assert outcome.outcome == StepResult.Outcome.PASSED


@pytest.mark.parametrize("step", [INVENTORY, COMPATIBILITY], ids=lambda step: step.name)
@pytest.mark.parametrize("value", [None, [], {}, {"document": {}}, {"blenders": ["x"]}])
def test_a_step_whose_process_was_taken_over_has_no_result(
    owner: User, monkeypatch: pytest.MonkeyPatch, step: Step, value: Any
) -> None:
    stored = make_draft(owner).packages.get()
    monkeypatch.setattr(Isolation, "call", lambda *_, **__: Reply(value))
    outcome = step.run(stored, io.BytesIO(package()))
    assert outcome.outcome == StepResult.Outcome.NOT_SCANNED
    assert "ended before it was complete" in outcome.note


@pytest.mark.parametrize("step", [INVENTORY, COMPATIBILITY], ids=lambda step: step.name)
def test_a_step_whose_process_ends_says_why(
    owner: User, monkeypatch: pytest.MonkeyPatch, step: Step
) -> None:
    stored = make_draft(owner).packages.get()
    end_with(monkeypatch, ProcessEnded("memory"))
    outcome = step.run(stored, io.BytesIO(package()))
    assert outcome.outcome == StepResult.Outcome.NOT_SCANNED
    assert "takes too much memory" in outcome.note


def test_isolated_functions_import_no_django() -> None:
    code = (
        "import sys\n"
        "from extery.isolation.template import _prepare\n"
        "from extery_site.project.event_handlers import ISOLATED_FUNCTIONS\n"
        "_prepare(ISOLATED_FUNCTIONS)\n"
        "print([name for name in sys.modules if name.partition('.')[0] == 'django'])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout == b"[]\n"
