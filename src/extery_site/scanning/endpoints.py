"""API endpoints for what is known about the packages of a version: what they do, and where they work."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from extery.core.versions import BLENDER_SERIES, format_series
from extery.inventory.model import INVENTORY_VERSION
from extery_site.accounts.auth import OPTIONAL_AUTH
from extery_site.catalog.endpoints import visible_extension, visible_version
from extery_site.scanning.compatibility import Verdict, compatibility_of
from extery_site.scanning.inventories import inventories_of

router = Router(tags=["checks"])

_VERSION = "/extensions/{extension_id}/versions/{number}"


class PackageInventoryOut(Schema):
    """The inventory of a package, or null before it was made; its members are those of `extery inspect`."""

    sha256: str
    platforms: list[str]
    inventory: dict[str, Any] | None


class InventoryOut(Schema):
    """What a version adds to Blender and what it uses, read from the code of its packages, which was not run."""

    id: str
    version: str
    inventory_version: int
    packages: list[PackageInventoryOut]


@router.get(
    f"{_VERSION}/inventory",
    response=InventoryOut,
    auth=OPTIONAL_AUTH,
    url_name="version_inventory",
)
def version_inventory(request: HttpRequest, extension_id: str, number: str) -> InventoryOut:
    """Return what a version adds to Blender and uses; drafts are visible to their owner and moderators."""
    extension = visible_extension(extension_id, request.user)
    version = visible_version(extension, number, request.user)
    packages = list(version.packages.all())
    found = inventories_of(packages)
    return InventoryOut(
        id=extension.extension_id,
        version=version.number,
        inventory_version=INVENTORY_VERSION,
        packages=[
            PackageInventoryOut(
                sha256=package.sha256,
                platforms=package.platforms,
                inventory=found[package.sha256].as_dict() if package.sha256 in found else None,
            )
            for package in packages
        ],
    )


class PlaceOut(Schema):
    """A file of the package, and a line in it."""

    file: str
    line: int | None


class NameFindingOut(Schema):
    """A name of Blender's API that some Blenders lack, or call deprecated or experimental; ``number`` counts its uses."""

    kind: str
    message: str
    hint: str
    blenders: list[str]
    places: list[PlaceOut]
    number: int


class BlenderTestOut(Schema):
    """The last test in a Blender of this series: its release, whether it passed, and what failed."""

    blender: str
    release: str
    passed: bool
    text: str


class CompatibilityOut(Schema):
    """In which Blenders a version works, from tables of the names of their APIs, and from tests in real Blenders.

    ``works``: no problem was found; ``remarks``: it uses deprecated or experimental names; ``breaks``; ``unknown``: not all
    of its code could be analysed, or it was not analysed yet; ``outside``: its manifest excludes this Blender;
    ``failed``: in a test; ``disputed``: it passed a test, but its code uses names that are missing.
    """

    id: str
    version: str
    blenders: dict[str, Verdict]
    findings: list[NameFindingOut]
    not_analysed: list[str]
    tests: list[BlenderTestOut]


@router.get(
    f"{_VERSION}/compatibility",
    response=CompatibilityOut,
    auth=OPTIONAL_AUTH,
    url_name="version_compatibility",
)
def version_compatibility(request: HttpRequest, extension_id: str, number: str) -> CompatibilityOut:
    """Return in which Blenders a version works; drafts are visible to their owner and moderators."""
    extension = visible_extension(extension_id, request.user)
    version = visible_version(extension, number, request.user)
    found = compatibility_of([version]).get(version.pk)
    if found is None:
        unknown: dict[str, Verdict] = {format_series(one): "unknown" for one in BLENDER_SERIES}
        return CompatibilityOut(
            id=extension.extension_id,
            version=version.number,
            blenders=unknown,
            findings=[],
            not_analysed=[],
            tests=[],
        )
    return CompatibilityOut(
        id=extension.extension_id,
        version=version.number,
        blenders={one.blender: one.verdict for one in found.verdicts},
        findings=[
            NameFindingOut(
                kind=one.kind,
                message=one.message,
                hint=one.hint,
                blenders=list(one.blenders),
                places=[PlaceOut(file=place.file, line=place.line or None) for place in one.places],
                number=one.number,
            )
            for one in found.findings
        ],
        not_analysed=list(found.not_analysed),
        tests=[
            BlenderTestOut(
                blender=one.blender,
                release=one.test.release,
                passed=one.test.works,
                text=one.test.text,
            )
            for one in found.verdicts
            if one.test is not None
        ],
    )
