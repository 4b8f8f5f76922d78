"""Fingerprints of what a package contains, by which moderators are shown packages of other owners that are nearly the same."""

from __future__ import annotations

from typing import Any, BinaryIO

from django.db import transaction

from extery.core.errors import InvalidPackage
from extery_site.catalog.models import Extension, Package
from extery_site.scanning.fingerprints import REVISION, Sketch
from extery_site.scanning.near_duplicates import store_sketch
from extery_site.scanning.package_check import read_isolated
from extery_site.scanning.steps.step import Outcome, Step, StepOutcome

NAME = "similarity"


def version() -> str:
    """Return the version of the fingerprints."""
    return str(REVISION)


def _run(package: Package, file: BinaryIO) -> StepOutcome:
    try:
        read = read_isolated("fingerprints", file, package.original_name, read=_read)
    except InvalidPackage as error:
        return StepOutcome.of_unreadable(error)
    sketch = Sketch(read["files"], read["code"])
    with transaction.atomic():
        locked = Extension.objects.select_for_update(of=("self",))
        if locked.filter(pk=package.version.extension_id).exists():  # not discarded meanwhile
            store_sketch(package, sketch)
    return StepOutcome(Outcome.PASSED)


def _read(value: Any) -> dict[str, Any]:
    """Return what the isolated process returned, if it is fingerprints."""
    read = {name: {int(one) for one in value[name]} for name in ("files", "code")}
    if any(not 0 <= one < 1 << 63 for values in read.values() for one in values):
        raise ValueError("not a fingerprint")
    return read


SIMILARITY = Step(NAME, "Fingerprints", is_configured=lambda: True, version=version, run=_run)
