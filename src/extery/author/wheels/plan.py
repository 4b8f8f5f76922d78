"""Plan which wheels of a source folder are added, kept and removed. The folder itself is not changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from packaging.utils import canonicalize_name
from packaging.version import Version

from extery.author.wheels.bundle import Bundle, ListedWheel, changed_list
from extery.author.wheels.candidates import Candidate, Need, parse_requirement, parse_version
from extery.author.wheels.downloads import Downloads, read_metadata, requirements_in
from extery.author.wheels.failures import conflict_error, name_targets
from extery.author.wheels.index import IndexFile
from extery.author.wheels.resolve import Resolution, Search
from extery.author.wheels.targets import Target, shipped_text
from extery.core.errors import ExteryError, InvalidInput, Problem, ProblemList
from extery.core.files import hash_file
from extery.core.platforms import COMMON
from extery.core.text import quote_value
from extery.core.versions import PYTHON_SINCE
from extery.manifest.wheel_list import with_wheels
from extery.rules.bundled_wheels import join_names, unfit_reason


@dataclass(frozen=True)
class PlannedWheel:
    """A wheel of the plan; ``is_there`` if the folder has this very file already."""

    file: IndexFile
    item: str
    path: Path
    targets: tuple[Target, ...]
    is_there: bool


@dataclass
class WheelPlan:
    """What changes: the wheels to have, those to remove, and the new manifest."""

    bundle: Bundle
    wheels: list[PlannedWheel] = field(default_factory=list)
    removed: list[ListedWheel] = field(default_factory=list)
    manifest: bytes = b""
    problems: ProblemList = field(default_factory=ProblemList)
    resolution: Resolution = field(default_factory=Resolution)

    @property
    def missing(self) -> list[PlannedWheel]:
        """The wheels to download."""
        return [wheel for wheel in self.wheels if not wheel.is_there]

    @property
    def changes_nothing(self) -> bool:
        return not self.missing and not self.removed and self.manifest == self.bundle.data


def plan_addition(
    bundle: Bundle,
    needs: Sequence[Need],
    *,
    search: Search,
    optional: Sequence[Target] = (),
    is_restricted: bool = False,
) -> WheelPlan:
    """Return the plan for bundling libraries with all that they need; raises an `ExteryError` if there is none.

    Wheels for the ``optional`` targets are taken if the chosen versions have them. ``is_restricted`` keeps the wheels for other
    systems than the targets of ``needs``.
    """
    plan = WheelPlan(bundle)
    wanted = [need for need in needs if not _is_shipped(need, search, plan.problems)]
    if not wanted:
        plan.manifest = bundle.data
        return plan
    plan.resolution = search.resolve(wanted)
    targets = {target for need in needs for target in need.targets}
    _check_others(plan.resolution.chosen, bundle, targets)
    _add_optional(plan, search, optional)
    for candidate in plan.resolution.chosen:
        plan.wheels += _planned(candidate, bundle)
    libraries = {candidate.name for candidate in plan.resolution.chosen}
    chosen = {wheel.item for wheel in plan.wheels}
    plan.removed = [
        wheel
        for wheel in bundle.wheels
        if wheel.name.library in libraries
        and wheel.item not in chosen
        and (not is_restricted or _serves(wheel, targets))
    ]
    items = changed_list(
        bundle.items, removed=[wheel.item for wheel in plan.removed], added=[w.item for w in plan.wheels]
    )  # fmt: skip
    plan.manifest = with_wheels(bundle.data, items)
    _add_remarks(plan, {need.name for need in wanted})
    return plan


def plan_removal(bundle: Bundle, names: Iterable[str]) -> WheelPlan:
    """Return the plan for removing all wheels of libraries; raises `InvalidInput` for one that is not bundled."""
    by_library = bundle.by_library()
    plan = WheelPlan(bundle)
    for name in names:
        library = canonicalize_name(name)
        if library not in by_library:
            raise InvalidInput.of(
                "library.not-bundled",
                variant="" if by_library else "none",
                library=quote_value(name),
                bundled=join_names(list(by_library), most=10),
            )
        plan.removed += by_library[library]
    plan.removed = list(dict.fromkeys(plan.removed))
    gone = [wheel.item for wheel in plan.removed]
    plan.manifest = with_wheels(bundle.data, changed_list(bundle.items, removed=gone, added=()))
    return plan


def preferred_versions(bundle: Bundle, *, without: Collection[str]) -> dict[str, Version]:
    """Return the versions that are bundled, so that they stay unless something needs others."""
    found: dict[str, Version] = {}
    for library, wheels in bundle.by_library().items():
        version = parse_version(wheels[0].name.version)
        if version is not None and library not in without:
            found[library] = version
    return found


def _is_shipped(need: Need, search: Search, problems: ProblemList) -> bool:
    """Return whether Blender ships a library that the user asked for, and warn of it."""
    if need.name in search.bundled_anyway or not all(t.ships(need.name) for t in need.targets):
        return False
    versions = {v for target in need.targets for v in target.shipped(need.name).values()}
    fits = all(need.specifier.contains(version, prereleases=True) for version in versions)
    problems.add(
        "library.shipped",
        variant="" if fits else "unfit",
        library=need.name,
        versions=join_names(shipped_text(need.name, need.targets), most=8) or "it",
        wanted=str(need),
    )
    return True


def _add_optional(plan: WheelPlan, search: Search, optional: Sequence[Target]) -> None:
    """Add the wheels for optional targets to the chosen versions, and warn of libraries without them."""
    lacking: list[str] = []
    for number, candidate in enumerate(plan.resolution.chosen):
        pythons = {target.python for target in candidate.targets}
        wanted = [t for t in optional if t.python in pythons and not t.ships(candidate.name)]
        if candidate.version is None or not wanted or len(candidate.targets) < len(pythons) * 2:
            continue  # a library that only one platform needs
        versions = search.versions(candidate.name)
        wheels, missing = versions.wheels_for(candidate.version, wanted)
        own = dict(candidate.wheels)
        again = {target: file for target, file in wheels if target not in own}
        plan.resolution.chosen[number] = candidate._replace(wheels=tuple({**own, **again}.items()))
        if missing:
            lacking.append(candidate.name)
    if lacking:
        plan.problems.add(
            "library.optional",
            library=join_names(lacking),
            targets=name_targets(optional),
            platforms=", ".join(f'"{name}"' for name in COMMON),
        )


def _planned(candidate: Candidate, bundle: Bundle) -> list[PlannedWheel]:
    by_file: dict[str, list[Target]] = {}
    files = {file.filename: file for _, file in candidate.wheels}
    for target, file in candidate.wheels:
        by_file.setdefault(file.filename, []).append(target)
    inside = [wheel for wheel in bundle.wheels if wheel.is_in(bundle.folder)]
    listed = {wheel.path.name: wheel for wheel in inside}
    planned = []
    for filename, targets in sorted(by_file.items()):
        known = listed.get(filename)
        folder = bundle.wheel_folder
        path = known.path if known else bundle.folder / folder / filename
        item = known.item if known else f"./{folder}/{filename}" if folder else f"./{filename}"
        file = files[filename]
        is_there = path.is_file() and hash_file(path)[0] == file.sha256
        planned.append(PlannedWheel(file, item, path, tuple(targets), is_there))
    return planned


def _serves(wheel: ListedWheel, targets: Iterable[Target]) -> bool:
    """Return whether a wheel is for some target, or for nothing at all."""
    targets = list(targets)
    if unfit_reason(wheel.name, PYTHON_SINCE.values()):
        return any(wheel.name.platforms.has(target.platform) for target in targets)
    return any(
        wheel.name.runs_in(target.python) and wheel.name.platforms.has(target.platform)
        for target in targets
    )


def _check_others(chosen: Sequence[Candidate], bundle: Bundle, targets: Collection[Target]) -> None:
    """Raise `InvalidInput` if a library that stays needs another version of one that was chosen."""
    versions = {candidate.name: candidate for candidate in chosen}
    for library, wheels in bundle.by_library().items():
        if library in versions:
            continue
        for text in _requirements_on_disk(wheels):
            try:
                requirement = parse_requirement(text)
            except ValueError:
                continue
            candidate = versions.get(canonicalize_name(requirement.name))
            if candidate is None or requirement.marker is not None or candidate.version is None:
                continue
            if not requirement.specifier.contains(candidate.version, prereleases=True):
                parent = f"{library} {wheels[0].name.version}"
                need = Need(candidate.name, frozenset(), requirement.specifier, frozenset(targets), parent)  # fmt: skip
                raise conflict_error(candidate.name, [need], newest=candidate.version)


def _requirements_on_disk(wheels: Sequence[ListedWheel]) -> tuple[str, ...]:
    """Return the requirements of the first wheel of a library that can be read."""
    for wheel in wheels:
        try:
            return requirements_in(read_metadata(wheel.path, wheel.path.name), wheel.path.name)
        except (ExteryError, OSError, ValueError):
            continue  # reported by the rules about wheels
    return ()


def _add_remarks(plan: WheelPlan, named: Collection[str]) -> None:
    """Warn of newer versions of named libraries that lack wheels, and of libraries with several versions."""
    chosen = plan.resolution.chosen
    versions: dict[str, list[str]] = {}
    for candidate in chosen:
        pythons = sorted({target.python for target in candidate.targets})
        versions.setdefault(candidate.name, []).append(
            f"{candidate.version} for {join_names(pythons)}"
        )
    for name in plan.resolution.split:
        plan.problems.add("library.split", library=name, versions=join_names(versions[name]))
    for candidate in chosen:
        missing = plan.resolution.passed_over.get(candidate.name)
        if missing and candidate.name in set(named) - set(plan.resolution.split):
            plan.problems.append(
                Problem.of(
                    "library.passed-over",
                    library=candidate.name,
                    newest=str(missing.version),
                    version=str(candidate.version),
                    targets=name_targets(missing.targets),
                )
            )


def fetch_missing(plan: WheelPlan, downloads: Downloads) -> bool:
    """Download the wheels that the folder lacks into the temporary folder.

    Returns whether their requirements are those of the plan; if not, plan again.
    """
    files = [wheel.file for wheel in plan.missing]
    downloads.fetch_all(files)
    return not downloads.correct(files)


def no_longer_needed(plan: WheelPlan) -> list[str]:
    """Return the libraries that stay, and that only the removed ones needed."""
    removed = {wheel.name.library for wheel in plan.removed}
    by_library = plan.bundle.by_library()
    needed: dict[str, set[str]] = {}
    for library, wheels in by_library.items():
        for text in _requirements_on_disk(wheels):
            try:
                name = canonicalize_name(parse_requirement(text).name)
            except ValueError:
                continue
            needed.setdefault(name, set()).add(library)
    return sorted(
        library
        for library in set(by_library) - removed
        if needed.get(library) and needed[library] <= removed
    )
