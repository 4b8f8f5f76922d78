"""The part of the tab Compatibility about tests in Blender."""

from __future__ import annotations

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from extery_site.catalog.extension_page import ExtensionPage
from extery_site.catalog.models import Version
from extery_site.test_runs.rows import runs_of


def runs_section(page: ExtensionPage, version: Version) -> SafeString:
    """Render how the tests of a version ended; nothing on a site without Blenders."""
    rows = runs_of(version) if settings.EXTERY_TEST_BLENDERS else []
    if not rows:
        return SafeString("")
    context = {"extension": page.extension, "version": version, "rows": rows}
    return render_to_string("test_runs/section.html", context, page.request)
