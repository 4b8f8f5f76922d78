"""The packages that the page of an extension offers: for each platform those that the listing has."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from django.http import HttpRequest

from extery.core import platforms
from extery.listing.selection import newest_fitting
from extery_site.catalog.models import SHOWN_IN, Channel, Package, Version


class Offer(NamedTuple):
    """A package, and the platforms whose users should install it."""

    package: Package
    version: Version
    drag_url: str
    platforms: tuple[str, ...]
    #: Whether it is for all platforms that no other offer names.
    is_for_others: bool


def offers_by_platform(versions: Sequence[Version], request: HttpRequest) -> list[Offer]:
    """Return the packages of the newest version for each platform; ``versions`` are newest first.

    Beta versions are left out beside stable ones.
    """
    versions = offered_to_all(versions)
    packages = [list(version.packages.all()) for version in versions]
    named = {name for group in packages for package in group for name in package.platforms}
    order = {name: index for index, name in enumerate(platforms.KNOWN)}
    offered: dict[int, tuple[Package, list[str]]] = {}
    # The empty name is a platform that no package names.
    for name in [*sorted(named, key=lambda name: (order.get(name, len(order)), name)), ""]:
        for package in newest_fitting(packages, partial(_fits, name)):
            offered.setdefault(package.pk, (package, []))[1].append(name)
    # By the first platform of each, in the order of `platforms.KNOWN`.
    by_id = {version.pk: version for version in versions}
    return [
        Offer(
            package=package,
            version=by_id[package.version_id],
            drag_url=package.drag_url(request),
            platforms=tuple(name for name in names if name),
            is_for_others="" in names,
        )
        for package, names in offered.values()
    ]


def _fits(platform: str, package: Package) -> bool:
    return not package.platforms or platform in package.platforms


def offered_to_all(versions: Sequence[Version]) -> list[Version]:
    """Leave beta versions out, unless there are no others: pages offer what the stable listing offers."""
    shown = SHOWN_IN[Channel.STABLE]
    return [version for version in versions if version.channel in shown] or list(versions)
