"""Calls the functions that follow reports: `extery_site.project.event_handlers` has their list."""

from __future__ import annotations

from django.conf import settings
from django.utils.module_loading import import_string

from extery_site.reports.models import Case


def call_handlers(case: Case) -> None:
    """Call each function with the key of the extension of a case that has changed, in its transaction."""
    if case.extension_id is not None:
        for path in settings.REPORT_HANDLERS:
            import_string(path)(case.extension_id)
