"""The rules of ``extery check``, as at the upload: they run again when the rules have changed."""

from __future__ import annotations

from typing import BinaryIO

from django.conf import settings

from extery.rules import REVISION
from extery_site.catalog.models import Package
from extery_site.scanning.package_check import check_package
from extery_site.scanning.steps.step import Step, StepOutcome

NAME = "rules"


def version() -> str:
    """Return the revision of the rules, and the guidelines that they follow."""
    return f"revision {REVISION}, {settings.EXTERY_GUIDELINES}"


def _run(package: Package, file: BinaryIO) -> StepOutcome:
    return StepOutcome.of_problems(tuple(check_package(file, package.original_name).problems))


RULES = Step(NAME, "Rules", is_configured=lambda: True, version=version, run=_run)
