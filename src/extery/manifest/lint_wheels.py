"""Advice about wheels: their paths, and their platforms compared with those of the manifest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from extery.core.compatibility import BlenderRange
from extery.core.errors import Value
from extery.core.name_sets import NameSet, union
from extery.core.shipped_libraries import is_shipped_in
from extery.core.text import quote_value
from extery.core.wheel_names import WheelName
from extery.manifest.lint_context import LintContext

#: Maximum number of libraries and platforms that a message names.
MAX_NAMES = 4


def check_wheels(lint: LintContext) -> None:
    """Warn of wheels outside the folder, and of platforms that wheels and manifest state differently.

    Libraries with the same platforms are one problem: usually one wheel after the other was downloaded for them.
    """
    listed = NameSet(frozenset(item for _, item in lint.texts("platforms")))
    by_library: dict[str, list[NameSet]] = {}
    useless: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for index, path in lint.texts("wheels"):
        if path.startswith("/") or ".." in path.split("/"):
            lint.add("wheels.outside", "wheels", index, value=quote_value(path))
        wheel = WheelName.parse(path)
        by_library.setdefault(wheel.library, []).append(wheel.platforms)
        if cause := _cause_of_uselessness(wheel, listed):
            useless.setdefault(cause, []).append((index, wheel.name))
    for (code, platforms), wheels in useless.items():
        _add_useless(lint, code, platforms, wheels)
    needed = {name: sets for name, sets in by_library.items() if not _is_shipped(lint, name)}
    _check_missing_wheels(lint, listed, needed)


def _is_shipped(lint: LintContext, library: str) -> bool:
    """Return whether all Blenders of the manifest ship a library: no platform needs a wheel of it."""
    try:
        range_ = BlenderRange.parse(
            lint.text("blender_version_min"), lint.text("blender_version_max")
        )
    except ValueError:
        return False
    return is_shipped_in(library, range_)


def _cause_of_uselessness(wheel: WheelName, listed: NameSet) -> tuple[str, str] | None:
    """Return the code for a wheel that is never installed, and its platforms or tag; ``None`` for others."""
    fits = wheel.platforms
    if fits.is_empty:
        return "wheels.no-platform", wheel.platform_tag
    if not listed.is_empty and not fits.overlaps(listed):
        return "wheels.unlisted-platform", ", ".join(sorted(fits.names))
    return None


def _add_useless(
    lint: LintContext, code: str, platforms: str, wheels: Sequence[tuple[int, str]]
) -> None:
    libraries = list(dict.fromkeys(name for _, name in wheels))
    values = _names(libraries) | {"tag": platforms, "fits": platforms}
    lint.add(code, "wheels", wheels[0][0], **values)


def _check_missing_wheels(
    lint: LintContext, listed: NameSet, by_library: Mapping[str, list[NameSet]]
) -> None:
    libraries: dict[tuple[str, ...], list[str]] = {}
    for library, sets in by_library.items():
        fits = union(sets)
        missing = sorted(listed.subtract(fits).names)
        if not fits.is_complement:
            missing = _without_other_systems(missing, fits)
        if missing:
            libraries.setdefault(tuple(missing), []).append(library)
    for platforms, names in libraries.items():
        quoted = ", ".join(quote_value(platform) for platform in platforms[:MAX_NAMES])
        lint.add("wheels.platform-without", "platforms", platform=quoted, **_names(names))


def _without_other_systems(platforms: list[str], fits: NameSet) -> list[str]:
    """Return the platforms without those of other systems, if a library has wheels for one system only.

    Such a library, for example pywin32, does not exist for the others.
    """
    systems = {name.partition("-")[0] for name in fits.names}
    if len(systems) > 1:
        return platforms
    return [platform for platform in platforms if platform.partition("-")[0] in systems]


def _names(libraries: Sequence[str]) -> dict[str, Value]:
    """Return the values ``library`` and ``more`` of a problem, and its variant for several libraries."""
    more = len(libraries) - MAX_NAMES
    values: dict[str, Value] = {"library": ", ".join(libraries[:MAX_NAMES]), "more": max(more, 0)}
    if len(libraries) > 1:
        values["variant"] = "more" if more > 0 else "several"
    return values
