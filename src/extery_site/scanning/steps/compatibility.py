"""In which Blenders of its range an add-on uses names of Blender's API that are not there, from the tables of names."""

from __future__ import annotations

import zlib
from functools import cache
from typing import Any, BinaryIO

from django.db import transaction

from extery.blender_api.table import DATA_FILE
from extery.core.errors import InvalidPackage
from extery.core.types import ADD_ON
from extery.core.versions import number_of_blender_version
from extery.rules import REVISION
from extery_site.catalog.models import KnownIncompatibility, Package
from extery_site.catalog.stored_values import without_nul
from extery_site.scanning.name_findings import read_details
from extery_site.scanning.package_check import read_isolated
from extery_site.scanning.steps.step import Outcome, Step, StepOutcome

NAME = "compatibility"


@cache
def version() -> str:
    """Return the version of the table of names, and the revision of the rules."""
    return f"{zlib.crc32(DATA_FILE.read_bytes()):08x}.{REVISION}"


def _run(package: Package, file: BinaryIO) -> StepOutcome:
    name = package.original_name
    try:
        details = read_isolated("judge-names", file, name, read=read_details, processes=True)
    except InvalidPackage as error:
        return StepOutcome.of_unreadable(error)
    _store_incompatibilities(package, details)
    return StepOutcome(Outcome.PASSED, details=without_nul(details))


@transaction.atomic
def _store_incompatibilities(package: Package, details: dict[str, Any]) -> None:
    """Write the rows of the filter of the catalogue; nothing for a package that was discarded meanwhile."""
    if not Package.objects.select_for_update(of=("self",)).filter(pk=package.pk).exists():
        return
    wanted = {number_of_series(text) for text in details["breaks"]}
    rows = KnownIncompatibility.objects.filter(package=package)
    stored = set(rows.values_list("blender", flat=True))
    if gone := stored - wanted:
        rows.filter(blender__in=gone).delete()
    KnownIncompatibility.objects.bulk_create(
        KnownIncompatibility(package=package, blender=number) for number in sorted(wanted - stored)
    )


def number_of_series(text: str) -> int:
    """Return ``5.3`` as `KnownIncompatibility.blender` has it."""
    major, minor = text.split(".")
    return number_of_blender_version((int(major), int(minor), 0))


COMPATIBILITY = Step(
    NAME,
    "Blender versions",
    is_configured=lambda: True,
    version=version,
    run=_run,
    applies_to=lambda package: package.version.extension.type == ADD_ON.name,
)
