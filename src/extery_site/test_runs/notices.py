"""Notify owners, once for each series of Blender, that the newest version of their extension breaks in it.

Only about Blenders that came after the version was published: new in the tables of names, or new on this site. A new
release of the site sends no notifications about older breaks.
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q

from extery.core.versions import (
    BLENDER_SERIES,
    blender_version_of_number,
    number_of_blender_version,
    parse_blender_version,
    short_blender_version,
)
from extery_site.catalog.models import BlenderTest, Extension, Version
from extery_site.catalog.models.known_problem import breaks_in, fails_in
from extery_site.catalog.subjects import extension_subject
from extery_site.notify.actions import notify
from extery_site.scanning.compatibility import compatibility_of
from extery_site.test_runs.models import Blender, BreakNotice, NewBlender

#: Owners told in a minute.
PACE = 20
_MAX_LINES = 5


def tell_owners() -> int:
    """Notify owners of new breaks, `PACE` at most; return how many."""
    told = 0
    for series, since in _new_series().items():
        for extension in _broken(series, since)[: PACE - told]:
            told += _tell(extension, series)
        if told >= PACE:
            break
    return told


def _number(release: str) -> int:
    major, minor, _ = parse_blender_version(release)
    return number_of_blender_version((major, minor, 0))


def _new_series() -> dict[int, datetime]:
    """Return the series that came after the first look, with the time; remember those that are new now."""
    of_tables = {number_of_blender_version((*series, 0)) for series in BLENDER_SERIES}
    is_first = not NewBlender.objects.exists()
    known = set(NewBlender.objects.values_list("pk", flat=True))
    NewBlender.objects.bulk_create(
        (NewBlender(blender=one, is_first=is_first) for one in sorted(of_tables - known)),
        ignore_conflicts=True,
    )
    rows = NewBlender.objects.filter(is_first=False)
    found = dict(rows.values_list("pk", "since"))
    for blender in Blender.objects.filter(fault=""):
        number = _number(blender.release)
        found[number] = max(found.get(number, blender.since), blender.since)
    return found


def _broken(series: int, since: datetime) -> list[Extension]:
    """Return extensions whose newest version, which was public before, breaks in a series, without those told already."""
    of_newest = {"package__version": OuterRef("newest_version"), "blender": series}
    is_new_in_tables = NewBlender.objects.filter(pk=series, is_first=False).exists()
    broken = breaks_in(**of_newest) if is_new_in_tables else fails_in(**of_newest)
    in_range = Q(newest_version__blender_max=None) | Q(newest_version__blender_max__gt=series)
    told = BreakNotice.objects.filter(extension=OuterRef("pk"), blender=series)
    rows = Extension.objects.browsable().filter(
        in_range,
        broken,
        ~Exists(told),
        newest_version__status=Version.Status.APPROVED,
        newest_version__approved_at__lt=since,
    )
    return list(rows.select_related("owner", "newest_version").order_by("pk")[:PACE])


@transaction.atomic
def _tell(extension: Extension, series: int) -> int:
    try:
        with transaction.atomic():
            BreakNotice.objects.create(extension=extension, blender=series)
    except IntegrityError:  # another worker has just told
        return 0
    version = extension.newest_version
    assert version is not None
    version.extension = extension
    name = short_blender_version(blender_version_of_number(series))
    notify(
        "breaks_in_blender",
        to=[extension.owner],
        subject=extension_subject(extension),
        about=f"{extension.name} {version.number} breaks in Blender {name}",
        text="\n".join(_lines(version, series, name)),
    )
    return 1


def _lines(version: Version, series: int, name: str) -> list[str]:
    """Return what breaks, where, and what to do."""
    tests = BlenderTest.objects.filter(package__version=version, blender=series, works=False)
    lines = [f"In a test in Blender {one.release}: {one.text}" for one in tests[:_MAX_LINES]]
    found = compatibility_of([version]).get(version.pk)
    names = [one for one in found.breaking if name in one.blenders] if found else []
    for one in names[:_MAX_LINES]:
        place = f" ({one.places[0]})" if one.places else ""
        hint = f": {one.hint}" if one.hint else ""
        lines.append(f"{one.message}{place}{hint}")
    if len(names) > _MAX_LINES:
        lines.append(f"{len(names) - _MAX_LINES} more names are on the page of the extension.")
    lines.append(
        "Publish a version that works in it, or set the maximum Blender version of this one on the page of its versions."
    )
    return lines
