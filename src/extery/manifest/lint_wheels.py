"""Advice about wheels: their paths, and their platforms compared with those of the manifest."""

from __future__ import annotations

from collections.abc import Mapping

from extery.core.name_sets import NameSet, union
from extery.core.text import quote_value
from extery.core.wheel_names import WheelName
from extery.manifest.lint_context import LintContext
from extery.manifest.schemas.checking import limit_problems


def check_wheels(lint: LintContext) -> None:
    """Warn of wheels outside the folder, and of platforms that wheels and manifest state differently."""
    listed = NameSet(frozenset(item for _, item in lint.texts("platforms")))
    by_library: dict[str, list[NameSet]] = {}
    for index, path in lint.texts("wheels"):
        if path.startswith("/") or ".." in path.split("/"):
            lint.add("wheels.outside", "wheels", index, value=quote_value(path))
        wheel = WheelName.parse(path)
        by_library.setdefault(wheel.library, []).append(wheel.platforms)
        _check_wheel_platforms(lint, index, wheel, listed)
    _check_missing_wheels(lint, listed, by_library)


def _check_wheel_platforms(
    lint: LintContext, index: int, wheel: WheelName, listed: NameSet
) -> None:
    fits = wheel.platforms
    if fits.is_empty:
        tag = wheel.platform_tag
        lint.add("wheels.no-platform", "wheels", index, library=wheel.name, tag=tag)
    elif not listed.is_empty and not fits.overlaps(listed):
        names = ", ".join(sorted(fits.names))
        lint.add("wheels.unlisted-platform", "wheels", index, library=wheel.name, fits=names)


def _check_missing_wheels(
    lint: LintContext, listed: NameSet, by_library: Mapping[str, list[NameSet]]
) -> None:
    missing = (
        (library, platform)
        for library, fits in by_library.items()
        for platform in sorted(listed.subtract(union(fits)).names)
    )
    for library, platform in limit_problems(missing, lint.problems):
        values = {"platform": quote_value(platform), "library": library}
        lint.add("wheels.platform-without", "platforms", **values)
