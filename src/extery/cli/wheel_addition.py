"""The outcome of ``extery wheels add``: a line for each wheel, remarks, and the problems that the folder has then."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from extery.cli.wheel_lists import local_problems, prefix_of

if TYPE_CHECKING:
    from extery.author.wheels.plan import WheelPlan
    from extery.cli.output import Outcome
    from extery.core.errors import Problem
    from extery.core.name_sets import NameSet


def outcome_of_addition(plan: WheelPlan, source: Path, *, dry_run: bool) -> Outcome:
    """Return the outcome of a plan that was carried out, or of a dry run."""
    from extery.cli.output import Outcome, pluralize, prefix_problems
    from extery.core.files import format_size

    prefix = prefix_of(source)
    problems = [*plan.problems, *([] if dry_run else _new_problems(source, plan))]
    libraries = {wheel.file.name.library for wheel in plan.wheels}
    size = sum(_size(plan, wheel_index) for wheel_index in range(len(plan.wheels)))
    count = f"{pluralize(len(plan.wheels), 'wheel')} of {', '.join(sorted(libraries))}"
    if plan.changes_nothing:
        summary = "Nothing to change."
    elif dry_run:
        summary = f"Would add {count}; nothing was changed."
    else:
        summary = f"Added {count} ({format_size(size)})."
    return Outcome(
        ok=True,
        summary=summary,
        problems=prefix_problems(problems, prefix),
        lines=_lines(plan),
        notes=_notes(plan),
        data={
            "wheels": [
                {
                    "library": wheel.file.name.library,
                    "version": wheel.file.name.version,
                    "path": wheel.item,
                    "sha256": wheel.file.sha256,
                    "size": wheel.file.size or None,
                    "targets": [{"platform": t.platform, "python": t.python} for t in wheel.targets],
                    "downloaded": not wheel.is_there,
                }
                for wheel in plan.wheels
            ],
            "removed": [wheel.item for wheel in plan.removed],
            "shipped": plan.resolution.shipped,
        },
    )  # fmt: skip


def _size(plan: WheelPlan, number: int) -> int:
    from extery.cli.wheel_lists import size_of

    wheel = plan.wheels[number]
    return wheel.file.size or size_of(wheel.path) or 0


def _new_problems(source: Path, plan: WheelPlan) -> list[Problem]:
    """Return the problems of the folder about the libraries that were added."""
    libraries = {wheel.file.name.library for wheel in plan.wheels}
    found = []
    for problem in local_problems(source):
        text = " ".join(str(value) for _, value in problem.values).replace("_", "-").lower()
        if any(library in text for library in libraries):
            found.append(problem)
    return list(found)


def _lines(plan: WheelPlan) -> list[str]:
    """Return a line for each wheel: new, there already, or removed."""
    from extery.cli.output.table import table_lines
    from extery.core.files import format_size

    rows = []
    for number, wheel in enumerate(plan.wheels):
        size = _size(plan, number)
        mark = "=" if wheel.is_there else "+"
        rows.append([mark, format_size(size) if size else "", wheel.file.filename])
    return table_lines([*rows, *(["-", "", wheel.path.name] for wheel in plan.removed)])


def _notes(plan: WheelPlan) -> list[str]:
    notes = [
        f"{name} is not bundled: Blender ships {', '.join(versions)}"
        for name, versions in plan.resolution.shipped.items()
    ]
    platforms = _platforms(plan)
    if platforms and not plan.bundle.platforms:
        line = ", ".join(f'"{name}"' for name in platforms)
        notes.append(
            f"the manifest lists no platforms, so the add-on is offered on all; if it needs these wheels: platforms = [{line}]"
        )
    return notes


def _platforms(plan: WheelPlan) -> list[str]:
    """Return the platforms of the wheels, if they are not those of most people; empty if one is for all."""
    from extery.core.name_sets import union
    from extery.core.platforms import COMMON, KNOWN

    by_library: dict[str, list[NameSet]] = {}
    for wheel in plan.wheels:
        by_library.setdefault(wheel.file.name.library, []).append(wheel.file.name.platforms)
    served = [union(sets) for sets in by_library.values()]
    lacking = [item for item in served if not all(map(item.has, COMMON))]
    return [name for name in KNOWN if all(item.has(name) for item in lacking)] if lacking else []
