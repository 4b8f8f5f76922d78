"""The button that gets an extension: which package it offers to the visitor's Blender, and what it says if none fits.

Who can install a package is decided by `extery.core.compatibility`, which version a system gets by
`extery.listing.selection`, and what each platform is offered by `extery_site.catalog.offers`.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from functools import partial
from typing import Literal, NamedTuple

from django.http import HttpRequest

from extery.core import platforms
from extery.core.compatibility import System
from extery.core.versions import short_blender_version
from extery.listing.selection import newest_fitting
from extery_site.catalog.models import Extension, Package, Version
from extery_site.catalog.my_blender import MyBlender
from extery_site.catalog.offers import Offer, offers_by_platform
from extery_site.ui.addresses import absolute

State = Literal["fits", "older", "choose", "none", "private"]


class GetButton(NamedTuple):
    """What the button says and offers.

    ``offer`` is the package that is dragged; ``others`` are those for other systems. ``reason`` says why the newest
    version is not offered, as a part of a sentence.
    """

    state: State
    label: str
    offer: Offer | None
    others: list[Offer]
    reason: str = ""
    #: What to type into a terminal.
    command: str = ""

    @property
    def all_offers(self) -> list[Offer]:
        return [*([self.offer] if self.offer else []), *self.others]


def get_button(
    extension: Extension, versions: Sequence[Version], mine: MyBlender, request: HttpRequest
) -> GetButton | None:
    """Return the button for the newest fitting one of ``versions``, newest first; ``None`` if there is nothing to get."""
    if not versions or extension.is_blocked or extension.is_deleted:
        return None
    offers = offers_by_platform(versions, request)
    if not offers:
        return None
    if not extension.is_public:
        url = absolute(request, offers[0].package.download_path)
        command = f'curl -OH "Authorization: Bearer $EXTERY_TOKEN" {shlex.quote(url)}'
        return GetButton("private", "Get with your access token", None, offers, command=command)
    found = _public_button(extension, versions, mine, offers, request)
    blender = f" --blender {mine.blender}" if mine.blender else ""
    return found._replace(command=f"extery install {extension.extension_id}{blender}")


def _public_button(
    extension: Extension,
    versions: Sequence[Version],
    mine: MyBlender,
    offers: list[Offer],
    request: HttpRequest,
) -> GetButton:
    fitting = newest_fitting(
        [list(version.packages.all()) for version in versions],
        partial(_fits, extension, mine.system),
    )
    reason = _reason(extension, versions[0], mine)
    if not fitting:
        return GetButton("none", "Not for your system", None, offers, reason)
    version = fitting[0].version
    is_older = version.pk != versions[0].pk
    if not mine.platform and any(package.platforms for package in fitting):
        return GetButton("choose", "Get it for your system", None, offers)
    package = fitting[0]
    offer = _offer_of(package, offers, request)
    others = [one for one in offers if one.package.pk != package.pk]
    if is_older:
        return GetButton(
            "older", f"Get {version.number} for {_target(mine)}", offer, others, reason
        )
    if package.platforms and mine.platform:
        return GetButton("fits", f"Get for {platforms.title(mine.platform)}", offer, others)
    return GetButton("fits", f"Get for Blender {mine.blender}".rstrip(), offer, others)


def _fits(extension: Extension, system: System, package: Package) -> bool:
    first = extension.extension_type.first_blender
    if system.blender is not None and system.blender < first:
        return False
    return package.audience.fits(system)


def _offer_of(package: Package, offers: Sequence[Offer], request: HttpRequest) -> Offer:
    """Return the offer of a package; an older one that no platform needs otherwise has none yet."""
    for offer in offers:
        if offer.package.pk == package.pk:
            return offer
    return Offer(
        package=package,
        version=package.version,
        drag_url=package.drag_url(request),
        platforms=tuple(package.platforms),
        is_for_others=not package.platforms,
    )


def _target(mine: MyBlender) -> str:
    return mine.blender or platforms.title(mine.platform)


def _reason(extension: Extension, newest: Version, mine: MyBlender) -> str:
    """Return why the newest version does not fit, such as ``1.4.0 needs Blender 4.5 or newer``."""
    blender = mine.system.blender
    first = extension.extension_type.first_blender
    if blender is not None and blender < first:
        kind = extension.extension_type.plural
        return f"{kind} need Blender {short_blender_version(first)} or newer"
    low, high = newest.blender_range
    if blender is not None and blender < low:
        return f"{newest.number} needs Blender {short_blender_version(low)} or newer"
    if blender is not None and high is not None and blender >= high:
        return f"{newest.number} is for Blender before {short_blender_version(high)}"
    if mine.platform and newest.platforms and mine.platform not in newest.platforms:
        return f"{newest.number} has no package for {platforms.title(mine.platform)}"
    return f"{newest.number} has no package for {mine.text}"
