"""The series of Blender that a test runs in."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from _pytest.mark.structures import ParameterSet

from tests.blender.install import VERSIONS
from tests.sampled import some_blenders


def parameters(series: Iterable[str]) -> list[ParameterSet]:
    """Return parameters of a fixture or a test for series of Blender."""
    return [pytest.param(one, marks=pytest.mark.blender) for one in series]


#: Tests of what every Blender must do with what we publish.
EVERY_BLENDER = pytest.mark.parametrize("blender_version", parameters(VERSIONS), indirect=True)
#: Tests with the oldest Blender, the newest, and one between that differs from run to run.
SOME_BLENDERS = pytest.mark.parametrize(
    "blender_version", parameters(some_blenders()), indirect=True
)
