"""The checks of a stored package: one module each. ``SCAN_STEPS`` of the settings names those of a site, in order."""

from __future__ import annotations

from django.conf import settings
from django.utils.module_loading import import_string

from extery_site.scanning.steps.step import Step

__all__ = ["Step", "configured_steps"]


def all_steps() -> list[Step]:
    """Return the steps of this version of the site, in their order."""
    return [import_string(path) for path in settings.SCAN_STEPS]


def configured_steps() -> list[Step]:
    """Return the steps that run with the settings of this site."""
    return [step for step in all_steps() if step.is_configured()]
