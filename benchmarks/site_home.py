"""Fills what the start page shows: picks, downloads of two weeks, tests in the newest Blender, colours of themes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

BATCH = 2000
_DAYS = 14


def fill_home(extensions: list[Any], versions: list[Any], now: Any) -> None:
    """Write daily downloads of each extension, tests of a third of the packages, and the colours of all themes."""
    from extery.package.theme_colors import ThemeColors
    from extery_site.catalog.models import (
        BlenderTest,
        EditorsPick,
        Package,
        ThemeColours,
    )
    from extery_site.catalog.rising import find_rising
    from extery_site.statistics.models import DownloadCount

    EditorsPick.objects.bulk_create(
        EditorsPick(extension=one, text="One small node group: for those who begin.")
        for one in extensions[:8]
    )
    DownloadCount.objects.bulk_create(
        (
            DownloadCount(
                extension=one,
                since=now.date() - timedelta(days=day),
                version="1.0.0",
                blender="5.3",
                number=number % 60 + 14 - day,
            )
            for number, one in enumerate(extensions)
            for day in range(1, _DAYS + 1)
        ),
        BATCH,
    )
    find_rising()
    packages = list(Package.objects.filter(version__in=versions[:: len(versions) // 500 + 1]))
    BlenderTest.objects.bulk_create(
        BlenderTest(package=one, blender=5_003_000, release="5.3.0", works=True) for one in packages
    )
    themes = Package.objects.filter(version__extension__type="theme")
    colours = ThemeColors({}).preview_colors()
    ThemeColours.objects.bulk_create(
        (ThemeColours(sha256=one.sha256, colours=colours) for one in themes.iterator()), BATCH
    )
