"""A library has wheels for the Pythons of all Blenders in the range, on each platform that it has wheels for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from extery.core.errors import ProblemList
from extery.rules.context import RuleContext
from extery.rules.rule import EVERYWHERE, Input, Rule

if TYPE_CHECKING:
    from extery.core.compatibility import BlenderRange
    from extery.rules.bundled_wheels import BundledWheel

#: Wheels that a hint names.
_MAX_WHEELS = 3


def check(context: RuleContext, problems: ProblemList) -> None:
    """Add one problem for all libraries that lack the same Python on the same platforms."""
    if not (context.table or {}).get("wheels"):
        return
    from extery.rules.bundled_wheels import range_of  # most packages have no wheels

    range_ = range_of(context)
    if range_ is None:
        return
    groups: dict[tuple[str, tuple[str, ...]], list[_Library]] = {}
    for library in _libraries(context, range_):
        for python, lacking in library.missing.items():
            groups.setdefault((python, tuple(sorted(lacking))), []).append(library)
    for (python, platforms), libraries in groups.items():
        _add(python, platforms, libraries, range_, context, problems)


RULE = Rule(
    "wheels.pythons",
    check,
    scopes=EVERYWHERE,
    input=Input.MANIFEST,
    codes=("wheel.python-missing",),
    severity="warning",
    guideline="manual-wheels",
)


class _Library(NamedTuple):
    """The usable wheels of a library, and the platforms that lack a wheel by Python; ``""`` for every platform."""

    name: str
    wheels: list[BundledWheel]
    missing: dict[str, list[str]]


def _libraries(context: RuleContext, range_: BlenderRange) -> Iterator[_Library]:
    """Yield the libraries of listed wheels that lack a Python."""
    from extery.core.blender_pythons import python_ranges
    from extery.core.shipped_libraries import is_shipped_in
    from extery.rules.bundled_wheels import bundled_wheels, listed_platforms, unfit_reason

    ranges = python_ranges(range_)
    pythons = list(ranges)
    by_library: dict[str, list[BundledWheel]] = {}
    for wheel in bundled_wheels(context):
        if not unfit_reason(wheel.name, pythons):
            by_library.setdefault(wheel.name.library, []).append(wheel)
    listed = listed_platforms(context)
    for name, wheels in by_library.items():
        missing = {
            python: platforms
            for python, platforms in _missing(wheels, listed, range_).items()
            # Without a wheel, Blender's own is found.
            if not is_shipped_in(name, ranges[python])
        }
        if missing and any(wheel.position is not None for wheel in wheels):
            yield _Library(name, wheels, missing)


def _missing(
    wheels: Sequence[BundledWheel], listed: Sequence[str], range_: BlenderRange
) -> dict[str, list[str]]:
    from extery.core.platforms import OFFICIAL
    from extery.rules.bundled_wheels import pythons_on

    missing: dict[str, list[str]] = {}
    fits = [wheel.name.platforms for wheel in wheels]
    named = {name for item in fits for name in item.names} & set(listed or OFFICIAL)
    for platform in sorted(named & set(OFFICIAL)) or [""]:
        there = [w for w, item in zip(wheels, fits, strict=True) if item.has(platform)]
        if not there:
            continue
        for python in pythons_on(platform, range_):
            if not any(wheel.name.runs_in(python) for wheel in there):
                missing.setdefault(python, []).append(platform)
    return missing


def _add(
    python: str,
    platforms: Sequence[str],
    libraries: Sequence[_Library],
    range_: BlenderRange,
    context: RuleContext,
    problems: ProblemList,
) -> None:
    from extery.core.blender_pythons import name_range, python_ranges
    from extery.core.versions import format_blender_version
    from extery.rules.bundled_wheels import join_names

    ranges = python_ranges(range_)
    newer = [item for item in ranges if _number(item) > _number(python)]
    is_older = any(wheel.name.runs_in(item) for item in newer for wheel in libraries[0].wheels)
    bound = ranges[newer[0]] if is_older else ranges[python]
    names = [library.name for library in libraries]
    needed = [
        name for library in libraries for name in _names_needed(python, platforms, library.wheels)
    ]
    position = next(w.position for w in libraries[0].wheels if w.position is not None)
    variants = ("several" if len(names) > 1 else "one", "older" if is_older else "newer")
    problems.add(
        "wheel.python-missing",
        where=context.locate(("wheels", position)),
        variant="-".join((*variants, *(() if needed else ("unnamed",)))),
        library=join_names(names),
        libraries=" ".join(names[:4]),
        python=python,
        blenders=name_range(ranges[python]),
        on=f" on {join_names(platforms)}" if any(platforms) else "",
        wheels=join_names(needed, most=_MAX_WHEELS),
        bound=format_blender_version(bound.minimum),
    )


def _number(python: str) -> tuple[int, ...]:
    return tuple(map(int, python.split(".")))


def _names_needed(
    python: str, platforms: Sequence[str], wheels: Sequence[BundledWheel]
) -> list[str]:
    """Return the names of the missing wheels, like those of the same library for another Python."""
    tag = f"cp{python.replace('.', '')}"
    names = []
    for platform in platforms:
        for wheel in wheels:
            name = wheel.name
            is_alike = name.python_tag == name.abi_tag and name.python_tag.startswith("cp")
            if is_alike and name.platforms.has(platform):
                names.append(f"{name.name}-{name.version}-{tag}-{tag}-{name.platform_tag}.whl")
                break
    return list(dict.fromkeys(names))
