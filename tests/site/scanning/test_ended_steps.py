"""A package that ends the process of a step is a finding of that step, and says which limit it was."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

from extery.core.errors import InvalidPackage
from extery_site.accounts.models import User
from extery_site.scanning.package_check import ended_problems
from extery_site.scanning.tasks import check_now
from tests.site import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["compatibility", "inventory", "similarity"])
def test_a_package_that_ends_the_process_of_a_step_is_a_finding(
    owner: User, settings: Any, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def end(*_: Any, **__: Any) -> Any:
        raise InvalidPackage(*ended_problems("memory", "gear_tool.zip"))

    module = import_module(f"extery_site.scanning.steps.{name}")
    settings.SCAN_STEPS = [f"{module.__name__}.{name.upper()}"]
    monkeypatch.setattr(module, "read_isolated", end)
    version = factories.make_waiting(owner)

    [check] = check_now(version.package_hashes)

    result = check.steps.get(name=name)
    assert result.outcome == "not_scanned"
    assert [problem["code"] for problem in result.problems] == ["scan.check-ended"]
    assert result.note.startswith("The package cannot be read: ")
