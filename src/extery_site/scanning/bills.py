"""The bill of materials of a package: its bundled libraries, with what the checks know about them."""

from __future__ import annotations

from extery.author.wheels.report import WheelsReport
from extery.author.wheels.sbom import bill_of_materials, extension_of, to_text
from extery.core.errors import Conflict
from extery_site.catalog.models import Package
from extery_site.scanning.results import find_result
from extery_site.scanning.rows import report_of
from extery_site.scanning.steps import wheels


def package_sbom(package: Package) -> str:
    """Return a package as CycloneDX JSON, the same text for the same results.

    Raises `Conflict` if its wheels were not read yet: a list without them would look complete.
    """
    report = report_of(find_result(wheels.NAME, package.sha256))
    if report is None:
        if package.wheels:
            title = wheels.WHEELS.title.lower()
            raise Conflict.of("scan.not-finished", package=package.original_name, step=title)
        report = WheelsReport(package.original_name)
    extension = extension_of(package.version.manifest)._replace(sha256=package.sha256)
    return to_text(bill_of_materials(extension, report))
