"""Python packages of which several extensions bring different versions.

Blender unpacks the wheels of all enabled add-ons into one folder, and of each Python package the newest version only
(contract, 5.6).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from extery.client.records import Installed, find_installed
from extery.client.targets import Target
from extery.core.errors import Problem, ProblemList
from extery.core.wheel_names import WheelName


def find_conflicts(target: Target, new: Mapping[str, Sequence[str]]) -> list[Problem]:
    """Return a warning for each Python package of which a new extension brings another version than another one.

    ``new`` are the wheels of the extensions that are about to be installed, by ``repository.id``.
    """
    wheels = {name: _versions(names) for name, names in new.items()}
    if not any(wheels.values()):
        return []
    others = {
        item.name: _versions(item.manifest.wheels)
        for item in find_installed(target)
        if item.name not in new
    }
    return _conflicts(wheels, others)


def find_conflicts_between(
    planned: Mapping[str, Iterable[str]], others: Mapping[str, Iterable[str]]
) -> list[Problem]:
    """Do the same for the file names of wheels: those of extensions that are planned, and those of others."""
    return _conflicts(
        {name: _versions(wheels) for name, wheels in planned.items()},
        {name: _versions(wheels) for name, wheels in others.items()},
    )


def find_conflicts_among(installed: Iterable[Installed]) -> list[Problem]:
    """Return a warning for each Python package of which two installed extensions bring different versions."""
    return _conflicts({item.name: _versions(item.manifest.wheels) for item in installed}, {})


def _conflicts(
    wheels: Mapping[str, Mapping[str, str]], others: Mapping[str, Mapping[str, str]]
) -> list[Problem]:
    """Compare the wheels of each extension in ``wheels`` with those of the later ones, and of ``others``."""
    problems = ProblemList()
    for name, own in wheels.items():
        if not own:
            continue
        later = {other: wheels[other] for other in wheels if other > name}
        for other, versions in {**others, **later}.items():
            for wheel in sorted(own.keys() & versions.keys()):
                if own[wheel] != versions[wheel]:
                    problems.add(
                        "install.wheel-conflict",
                        name=name,
                        wheel=wheel,
                        version=own[wheel],
                        other=other,
                        other_version=versions[wheel],
                    )
    return problems


def _versions(wheels: Iterable[str]) -> dict[str, str]:
    """Return the version of each Python package among the wheels, by its normalized name."""
    versions = {}
    for wheel in wheels:
        try:
            name = WheelName.parse(wheel)
        except ValueError:
            continue
        versions[name.library] = name.version
    return versions
