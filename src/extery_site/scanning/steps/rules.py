"""The rules of ``extery check``, as at the upload: they run again when the rules have changed."""

from __future__ import annotations

from typing import BinaryIO

from django.conf import settings

from extery.rules import REVISION
from extery.rules.engine import CheckReport, Scope, check_package
from extery.rules.profiles import Profile
from extery_site.catalog.models import Package
from extery_site.scanning.steps.step import Step, StepOutcome

NAME = "rules"


def version() -> str:
    """Return the revision of the rules, and the guidelines that they follow."""
    return f"revision {REVISION}, {settings.EXTERY_GUIDELINES}"


def check(file: BinaryIO, name: str) -> CheckReport:
    """Check a package by the rules of an upload."""
    profile = Profile(settings.EXTERY_GUIDELINES)
    return check_package(file, name=name, scope=Scope.UPLOAD, profile=profile)


def _run(package: Package, file: BinaryIO) -> StepOutcome:
    return StepOutcome.of_problems(tuple(check(file, package.original_name).problems))


RULES = Step(NAME, "Rules", is_configured=lambda: True, version=version, run=_run)
