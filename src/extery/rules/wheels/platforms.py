"""A manifest that lists no platforms has wheels for the platforms of most people."""

from __future__ import annotations

from extery.core.errors import ProblemList
from extery.rules.context import RuleContext
from extery.rules.manifest_fix import with_platforms
from extery.rules.rule import EVERYWHERE, Input, Rule


def check(context: RuleContext, problems: ProblemList) -> None:
    """Add one problem for all libraries with wheels for the same platforms."""
    if not (context.table or {}).get("wheels"):
        return
    from extery.core.name_sets import union  # most packages have no wheels
    from extery.core.platforms import COMMON, OFFICIAL
    from extery.rules.bundled_wheels import bundled_wheels, join_names, listed_platforms

    if listed_platforms(context):
        return  # extery.manifest.lint_wheels compares them
    by_library: dict[str, list[int]] = {}
    wheels = [wheel for wheel in bundled_wheels(context) if wheel.position is not None]
    for number, wheel in enumerate(wheels):
        by_library.setdefault(wheel.name.library, []).append(number)
    groups: dict[tuple[str, ...], list[str]] = {}
    for library, numbers in by_library.items():
        fits = union(wheels[number].name.platforms for number in numbers)
        covered = tuple(name for name in OFFICIAL if fits.has(name))
        systems = {name.partition("-")[0] for name in covered}
        # A library such as pywin32 exists for one system only, and is imported only there.
        if len(systems) > 1 and not set(COMMON) <= set(covered):
            groups.setdefault(covered, []).append(library)
    for covered, libraries in groups.items():
        first = wheels[by_library[libraries[0]][0]]
        problems.add(
            "wheel.platforms-unlisted",
            where=context.locate(("wheels", first.position or 0)),
            variant="several" if len(libraries) > 1 else "",
            library=join_names(libraries),
            fits=join_names(covered),
            line="platforms = [{}]".format(", ".join(f'"{name}"' for name in covered)),
        )


RULE = Rule(
    "wheels.platforms",
    check,
    scopes=EVERYWHERE,
    input=Input.MANIFEST,
    codes=("wheel.platforms-unlisted",),
    severity="warning",
    guideline="manual-wheels",
    fix=with_platforms,
)
