"""The parts of the overview and of the tab Versions that come from the checks of packages."""

from __future__ import annotations

from itertools import zip_longest

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from extery_site.catalog.extension_page import ExtensionPage
from extery_site.scanning.compatibility import compatibility_of
from extery_site.scanning.page_facts import inventory_for, matrix_of
from extery_site.scanning.permission_table import permission_cases


def permissions_section(page: ExtensionPage) -> SafeString:
    """Render what the shown version may do: what its author declares beside what its code uses."""
    version = page.version
    if version is None:
        return SafeString("")
    cases = permission_cases(version, inventory_for(page, version))
    context = {"extension": page.extension, "version": version, "cases": cases}
    return render_to_string("scanning/may_do.html", context, page.request)


def compatibility_section(page: ExtensionPage) -> SafeString:
    """Render in which Blenders and systems the public versions work, as a small matrix."""
    if not page.approved:
        return SafeString("")
    context = {"extension": page.extension, "matrix": matrix_of(page).small, "mine": page.mine}
    return render_to_string("scanning/where_it_works.html", context, page.request)


def versions_content(page: ExtensionPage) -> dict[int, SafeString]:
    """Render what is known about each version, by key."""
    versions = page.versions
    found = compatibility_of(versions)
    return {
        version.pk: render_to_string(
            "scanning/version.html",
            {
                "extension": page.extension,
                "version": version,
                "before": before,
                "compatibility": found.get(version.pk),
            },
            page.request,
        )
        for version, before in zip_longest(versions, versions[1:])
    }
