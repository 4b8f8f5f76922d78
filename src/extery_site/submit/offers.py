"""Who gets what: which version Blender would offer on each system after this one is published."""

from __future__ import annotations

from typing import NamedTuple

from extery.core.compatibility import Audience, System
from extery.core.platforms import title
from extery.core.types import is_listed_for
from extery.core.versions import JUDGED_SERIES, BlenderSeries, format_series, python_of_blender
from extery.listing.selection import newest_fitting
from extery_site.catalog.models import SHOWN_IN, Version
from extery_site.publish.models import PackageUpload

#: Systems that are always shown.
_SYSTEMS = ("windows-x64", "macos-arm64", "linux-x64")
#: Older versions that are looked at.
_MAX_VERSIONS = 50


class Offer(NamedTuple):
    """What a Blender on a system is offered."""

    number: str
    """Empty if nothing fits."""
    is_this: bool
    waits: bool
    """Whether a file that is not ready would change it."""


class OfferRow(NamedTuple):
    """The offers of Blenders that are offered the same."""

    blenders: str
    offers: list[Offer]


class OfferTable(NamedTuple):
    """Offers by Blender and system."""

    systems: list[str]
    rows: list[OfferRow]

    @property
    def waits(self) -> bool:
        """Whether a file that is not ready would change an offer."""
        return any(offer.waits for row in self.rows for offer in row.offers)


def offer_table(version: Version, held: list[PackageUpload]) -> OfferTable:
    """Return what the listing of the version's channel offers after it is published with its present packages."""
    others = version.extension.versions.approved().filter(channel__in=SHOWN_IN[version.channel])
    others = others.exclude(pk=version.pk).with_packages().newest_first()[:_MAX_VERSIONS]
    versions = sorted([version, *others], key=lambda one: one.sort_key, reverse=True)
    numbers = [one.number for one in versions]
    audiences = [
        [
            Audience.of(one.blender_range, platforms=p.platforms, pythons=p.python_versions)
            for p in one.packages.all()
        ]
        for one in versions
    ]
    waiting = {name for upload in held for name in upload.platforms or ()}
    packages = version.packages.all()
    others_named = waiting | {name for p in packages for name in p.platforms}
    systems = [*_SYSTEMS, *sorted(others_named - set(_SYSTEMS))]
    rows: list[tuple[list[BlenderSeries], list[Offer]]] = []
    for series in reversed(JUDGED_SERIES):
        offers = []
        for name in systems:
            system = System((*series, 0), name, python_of_blender(series))
            number = ""
            if is_listed_for(version.extension.type, system.blender):
                number = _offered(audiences, numbers, system)
            offers.append(Offer(number, number == version.number, name in waiting))
        if rows and rows[-1][1] == offers:
            rows[-1][0].append(series)
        else:
            rows.append(([series], offers))
    return OfferTable(
        [title(name) for name in systems],
        [OfferRow(_range_text(blenders), offers) for blenders, offers in rows],
    )


def _offered(audiences: list[list[Audience]], numbers: list[str], system: System) -> str:
    places = [[(place, one) for one in packages] for place, packages in enumerate(audiences)]
    found = newest_fitting(places, lambda pair: pair[1].fits(system))
    return numbers[found[0][0]] if found else ""


def _range_text(series: list[BlenderSeries]) -> str:
    newest, oldest = format_series(series[0]), format_series(series[-1])
    return newest if newest == oldest else f"{oldest} – {newest}"
