"""Enable and disable installed extensions: in Blender's preferences only, through Blender itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from extery.client.blender import run_in_blender
from extery.client.named import find_one
from extery.client.records import Installed, find_installed
from extery.client.requirements import Requirement
from extery.client.targets import Target
from extery.client.transaction import target_lock
from extery.core.errors import ExteryError, Problem, ProblemList, Unavailable
from extery.core.types import ADD_ON, ASSET_LIBRARY, THEME, TYPES_BY_NAME
from extery.fetch.addresses import sanitize_text

#: The functions of the script inside Blender.
_SWITCHES = {
    ADD_ON.name: "switch_addon",
    ASSET_LIBRARY.name: "switch_asset_library",
    THEME.name: "switch_theme",
}
_CHANGES = {"enabled", "disabled", "unchanged"}


class Change(NamedTuple):
    """What was done with an extension: enabled, disabled or unchanged."""

    name: str
    type: str
    change: str


class Switched(NamedTuple):
    """``repositories`` are those that Blender did not know, and that were added to its preferences."""

    changes: list[Change]
    repositories: list[str]
    problems: list[Problem]


def switch_extensions(
    target: Target,
    names: Iterable[str],
    *,
    enabled: bool,
    program: Path | None = None,
    on_wait: Callable[[str], None] = lambda _: None,
) -> Switched:
    """Enable or disable the extensions ``names``, each an ``id`` or ``repository.id``; one that fails does not stop the others."""
    problems = ProblemList()
    command = "enable" if enabled else "disable"
    with target_lock(target, command, on_wait=on_wait):
        chosen = _choose(target, names, problems)
        if enabled:
            chosen = _with_one_theme(chosen, problems)
        if not chosen:
            return Switched([], [], problems)
        rows = [_row(target, item) for item in chosen]
        answer = run_in_blender(
            target, "switch_extensions", program=program, rows=rows, enable=enabled
        )
    try:
        results = [
            (item["change"], [str(text) for text in item["errors"]]) for item in answer["changes"]
        ]
        pairs = [*zip(chosen, results, strict=True)]
        repositories = [str(name) for name in answer["repositories"]]
    except (LookupError, TypeError, ValueError) as error:
        reason = "its answer is not valid"
        raise Unavailable.of(
            "blender.failed", path=str(program or "Blender"), reason=reason
        ) from error
    changes = []
    for item, (change, errors) in pairs:
        if change in _CHANGES:
            changes.append(Change(item.name, item.manifest.type, change))
        problems.extend(_problems(item, change, errors, enabled=enabled))
    return Switched(changes, repositories, problems)


def _row(target: Target, item: Installed) -> dict[str, Any]:
    """Return the extension for the script inside Blender."""
    folder = item.repository.folder_in(target).absolute()
    names = []
    with suppress(OSError):  # Blender reports a folder that cannot be read
        names = [path.name for path in item.folder.iterdir()]
    return {
        "repository": {**item.repository.as_dict(), "path": str(folder)},
        "id": item.id,
        "switch": _SWITCHES[item.manifest.type],
        "main_file": next(iter(TYPES_BY_NAME[item.manifest.type].main_files(names)), ""),
    }


def _choose(target: Target, names: Iterable[str], problems: ProblemList) -> list[Installed]:
    """Return the installed extensions of these names, themes last."""
    installed = [*find_installed(target)]
    chosen: dict[str, Installed] = {}
    for name in names:
        try:
            item = find_one(target, Requirement.parse(name), installed)
        except ExteryError as error:
            problems.extend(error.problems)
        else:
            chosen.setdefault(item.name, item)
    return sorted(chosen.values(), key=lambda item: item.manifest.type == THEME.name)


def _with_one_theme(chosen: Sequence[Installed], problems: ProblemList) -> list[Installed]:
    """Return the extensions without the themes if there are several, since only one can be active."""
    themes = [item for item in chosen if item.manifest.type == THEME.name]
    if len(themes) < 2:
        return [*chosen]
    problems.add("enable.themes", names=", ".join(item.name for item in themes))
    return [item for item in chosen if item not in themes]


def _problems(
    item: Installed, change: Any, errors: Sequence[str], *, enabled: bool
) -> Iterable[Problem]:
    texts = [sanitize_text(" ".join(text.split())) for text in errors]
    if change == "repository":
        variant = "" if item.repository.enabled else "disabled"
        yield Problem.of(
            "enable.repository", variant=variant, name=item.name, repository=item.repository.name
        )
        return
    if change not in _CHANGES:
        reason = texts.pop(0) if texts else "Blender gave no reason"
        verb = "enabled" if enabled else "disabled"
        yield Problem.of("enable.failed", name=item.name, verb=verb, reason=reason)
    for text in texts:
        yield Problem.of("enable.reported", name=item.name, reason=text)
