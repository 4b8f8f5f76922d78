"""Why there is no version of a library to bundle: a wheel is missing, or requirements exclude each other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from packaging.version import Version

from extery.author.wheels.candidates import Need, Versions
from extery.author.wheels.targets import Target, shipped_text
from extery.core.errors import InvalidInput
from extery.fetch.addresses import redact_url
from extery.rules.bundled_wheels import join_names

_MAX_TARGETS = 3


class Missing(NamedTuple):
    """A version without wheels for some targets."""

    version: Version
    targets: tuple[Target, ...]


def missing_error(
    versions: Versions, needs: Sequence[Need], targets: Sequence[Target], *, index: str
) -> InvalidInput:
    """Return the error for a library without wheels: what is missing, who needs it, what there is."""
    specifiers = [need.specifier for need in needs]
    newest = versions.matching_any(specifiers)[0]
    _, missing = versions.wheels_for(newest, targets)
    if not missing:
        # Each version with all wheels was excluded by what it needs itself.
        return conflict_error(versions.project.name, needs, newest=newest)
    parents = sorted({need.parent for need in needs if need.parent})
    there = _there(versions, newest)
    pythons = sorted({target.python for target in missing})
    platforms = sorted({target.platform for target in missing})
    others = sorted({target.platform for target in targets} - set(platforms))
    kind = _kind(missing, targets) if there else "source"
    return InvalidInput.of(
        "library.no-wheel",
        variant=f"{kind}-needed" if parents else kind,
        library=versions.project.name,
        version=str(newest),
        parents=join_names(parents),
        targets=name_targets(missing),
        platforms=join_names(platforms),
        options=" ".join(f"--platform {name}" for name in others),
        pythons=join_names(pythons),
        there=there or "the source only",
        index=redact_url(index),
    )


def _kind(missing: Sequence[Target], targets: Sequence[Target]) -> str:
    """Return what lacks wheels: ``system`` if other systems have all, a ``python``, a ``platform``, or ``some`` targets."""
    pythons = {target.python for target in missing}
    platforms = {target.platform for target in missing}
    others = {target.platform for target in targets} - platforms
    if {target for target in targets if target.platform in platforms} == set(missing):
        systems = [{name.partition("-")[0] for name in names} for names in (platforms, others)]
        is_apart = bool(others) and systems[0].isdisjoint(systems[1])
        if is_apart or len(pythons) > 1:
            return "system" if is_apart else "platform"
    if {target for target in targets if target.python in pythons} == set(missing):
        return "python" if len(pythons) == 1 else "platform"
    return "some"


def name_targets(targets: Iterable[Target]) -> str:
    """Return ``Python 3.11 and 3.13 on windows-x64 and linux-x64``."""
    by_python: dict[str, list[str]] = {}
    for target in targets:
        by_python.setdefault(target.python, []).append(target.platform)
    by_platforms: dict[tuple[str, ...], list[str]] = {}
    for python, names in sorted(by_python.items()):
        by_platforms.setdefault(tuple(sorted(names)), []).append(python)
    parts = [
        f"Python {join_names(pythons)} on {join_names(names)}"
        for names, pythons in by_platforms.items()
    ]
    return ", and ".join(parts[:_MAX_TARGETS])


def _there(versions: Versions, version: Version) -> str:
    """Return the Pythons and platforms of the wheels that there are; empty without wheels."""
    files = versions.files.get(version, [])
    tags = sorted({file.name.python_tag for file in files}, key=_tag_order)
    systems = sorted({_system(file.name.platform_tag) for file in files})
    if not files:
        return ""
    return f"wheels for {join_names(tags, most=6)} on {join_names(systems, most=6)}"


def _tag_order(tag: str) -> tuple[str, int]:
    digits = "".join(char for char in tag if char.isdigit())[:6]
    return tag[:2], int(digits or 0)


def _system(platform_tag: str) -> str:
    """Return a platform tag without the version of the system."""
    last = platform_tag.rpartition(".")[2]
    if last in ("any", "win32"):
        return last if last == "win32" else "any platform"
    system = last.partition("_")[0].rstrip("0123456789")
    machine = next(
        (m for m in ("x86_64", "aarch64", "arm64", "amd64", "universal2", "i686") if m in last), ""
    )
    return f"{system} {machine}".strip()


def conflict_error(
    name: str,
    needs: Sequence[Need],
    *,
    shipped_on: Collection[Target] = (),
    newest: Version | None = None,
) -> InvalidInput:
    """Return the error for requirements that no version fulfils, or not those that Blender ships on some targets."""
    versions = {version for t in shipped_on for version in t.shipped(name).values()}
    excluding = [n for n in needs if not all(n.specifier.contains(v, prereleases=True) for v in versions)]  # fmt: skip
    wanted: dict[str, str] = {}
    for need in excluding if shipped_on and excluding else needs:
        library = need.parent.partition(" ")[0]
        text = f"{need.parent} needs {need}" if need.parent else f"you asked for {need}"
        wanted.setdefault(f"{library} {need.specifier}", text)
    texts = list(wanted.values())
    return InvalidInput.of(
        "library.conflict",
        variant="shipped" if shipped_on else "several" if len(texts) > 1 else "",
        library=name,
        wanted=join_names(texts),
        shipped=join_names(shipped_text(name, shipped_on), most=6),
        newest=str(newest or "none"),
    )
