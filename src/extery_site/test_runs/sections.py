"""The part of the extension page about tests in Blender."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from extery_site.catalog.models import Extension, Version
from extery_site.test_runs.rows import runs_of


def runs_section(request: HttpRequest, extension: Extension, version: Version | None) -> SafeString:
    """Render how the tests of a version ended; nothing on a site without Blenders."""
    rows = runs_of(version) if version is not None and settings.EXTERY_TEST_BLENDERS else []
    if not rows:
        return SafeString("")
    context = {"extension": extension, "version": version, "rows": rows}
    return render_to_string("test_runs/section.html", context, request)
