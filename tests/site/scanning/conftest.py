"""Fixtures: the steps of the site are those of the test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.site.scanning.fake_steps import FakeStep

SetSteps = Callable[..., None]


@pytest.fixture
def set_steps(monkeypatch: pytest.MonkeyPatch) -> SetSteps:
    """Return a function that makes its arguments the steps of the site."""

    def use(*fakes: FakeStep) -> None:
        found = [fake.step for fake in fakes]
        monkeypatch.setattr("extery_site.scanning.steps.all_steps", lambda: found)

    return use


@pytest.fixture
def scanner(set_steps: SetSteps) -> FakeStep:
    """The only step of the site: a required scanner, which finds nothing."""
    fake = FakeStep("malware", is_required=True)
    set_steps(fake)
    return fake


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Return a function that moves the time of the scheduling by some seconds."""
    from datetime import timedelta

    from django.utils import timezone

    shift = timedelta(0)
    real = timezone.now

    def move(seconds: float) -> None:
        nonlocal shift
        shift += timedelta(seconds=seconds)

    monkeypatch.setattr(timezone, "now", lambda: real() + shift)
    return move
