"""``extery info``: show an extension with all its versions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import output_options
from extery.cli.target_options import offline_option, target_options, targets_of

if TYPE_CHECKING:
    from pathlib import Path

    from extery.cli.output import Outcome, PrefixedProblem
    from extery.client.choice import FindAllVersions
    from extery.client.index.candidates import Candidate
    from extery.client.records import Installed
    from extery.client.targets import Target
    from extery.core.errors import Problem

_LABEL_WIDTH = 12


class Info(NamedTuple):
    """What is known of an id in a target: its listed versions, best first, and where it is installed."""

    id: str
    versions: list[Candidate]
    installed: list[Installed]


@click.command(
    "info", cls=OutcomeCommand, project_folder=None, on_failure="There is nothing to show."
)
@click.argument("names", metavar="ID...", nargs=-1, required=True)
@click.option(
    "--all-versions",
    is_flag=True,
    help="Ask repositories for versions that they do not list, where they offer them.",
)
@offline_option
@target_options
@output_options(project_file=False)
@click.pass_obj
def command(
    _run: Run,
    names: tuple[str, ...],
    *,
    all_versions: bool,
    offline: bool,
    blender: tuple[str, ...],
    folder: Path | None,
) -> Outcome:
    """Show extensions with all their versions: what each needs, and why it cannot be installed.

    ID is an id, or repository.id. Installed extensions are shown too if no repository lists them. Listings are those of
    the last 'extery sync'; repositories that list the newest version only are asked for the others with --all-versions. The exit status is 1 if an id is not known.
    """  # fmt: skip
    from extery.cli.client_run import all_versions_finder
    from extery.cli.each_target import for_each, grouped_lines, target_data
    from extery.cli.extension_lists import unsynced_notes
    from extery.cli.output import Outcome, pluralize, prefix_problems

    problems: list[PrefixedProblem] = []
    ask = all_versions_finder(offline=offline) if all_versions else None

    def find(target: Target, name: str) -> Info:
        info = _find(target, name)
        if ask is None:
            return info
        versions, failed = _with_all_versions(target, info, ask)
        problems.extend(prefix_problems(failed))
        return info._replace(versions=versions)

    targets = targets_of(blender, folder)
    jobs = [(target, name) for name in names for target in targets]
    found: dict[str, list[tuple[Target, Info]]] = {}
    ok = True
    for target, name in jobs:
        results = for_each([target], lambda place, name=name: find(place, name))  # type: ignore[misc]
        found.setdefault(name, []).extend(results.done)
        problems += results.prefixed
        ok = ok and results.ok and not problems
    count = sum(any(items) for items in found.values())
    lines: list[str] = []
    for items in found.values():
        if lines and items:
            lines.append("")
        lines += grouped_lines([(target, list(_lines(info))) for target, info in items])
    return Outcome(
        ok=ok,
        summary=f"Found {pluralize(count, 'extension')}." if count else "There is nothing to show.",
        problems=problems,
        lines=lines,
        notes=[] if ok else unsynced_notes(targets),
        data={
            "targets": [
                target_data(target, **_data(info))
                for items in found.values()
                for target, info in items
            ]
        },
    )


def _find(target: Target, name: str) -> Info:
    from extery.client.choice import unfit_elsewhere, unknown_extension
    from extery.client.index.database import open_index
    from extery.client.index.plan_queries import IndexSearch
    from extery.client.index.queries import candidates_in, similar_ids
    from extery.client.records import find_installed
    from extery.client.requirements import Requirement

    Requirement.parse(name)  # raises what else it is: a link or a path
    repository, _, identifier = name.rpartition(".")
    everything = list(find_installed(target))
    installed = [item for item in everything if name in (item.id, item.name)]
    with open_index(target) as index:
        versions = [
            item
            for item in candidates_in(index, identifier)
            if repository in ("", item.repository.name)
        ]
        if versions or installed:
            return Info(identifier, versions, installed)
        if others := IndexSearch(index).find_elsewhere(target, identifier):
            raise unfit_elsewhere(target, Requirement.parse(name), others)
        similar = similar_ids(index, identifier, (item.id for item in everything))
    raise unknown_extension(target, name, similar)


def _with_all_versions(
    target: Target, info: Info, ask: FindAllVersions
) -> tuple[list[Candidate], list[Problem]]:
    """Return the versions of an extension with those that are not listed, and why a repository could not be asked."""
    from extery.client.choice import with_all_versions

    found = ask(target, [(item.repository, item.id) for item in info.versions])
    versions = with_all_versions(info.id, info.versions, found)
    versions.sort(key=lambda item: (not item.incompatible, item.version), reverse=True)
    error = found.error(info.id)
    return versions, list(error.problems) if error is not None else []


def _lines(info: Info) -> Iterator[str]:
    from extery.cli.output import styles
    from extery.cli.terminal import printable

    values = _values(info)
    yield f"{styles.bold(info.id)}  {printable(str(values['name']))}"
    yield printable(str(values["tagline"]))
    yield ""
    for label, text in _fields(info, values):
        yield from _field(label, text)
    if info.versions:
        yield ""
        yield from _version_lines(info.versions)


def _values(info: Info) -> dict[str, Any]:
    """Return the fields of the best listed version, or of the installed one if none is listed."""
    if info.versions:
        return info.versions[0].entry
    manifest = info.installed[0].manifest
    return {
        "name": manifest.name,
        "tagline": manifest.tagline,
        "type": manifest.type,
        "maintainer": manifest.maintainer,
        "license": list(manifest.license),
        "website": manifest.website,
        "tags": list(manifest.tags),
        "permissions": dict(manifest.permissions),
    }


def _fields(info: Info, values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    permissions = values.get("permissions") or {}
    if isinstance(permissions, list):
        permissions = dict.fromkeys(permissions, "")
    licenses = ", ".join(str(item).removeprefix("SPDX:") for item in values.get("license") or ())
    yield "Type", str(values.get("type", ""))
    yield "Blocked", next((item.blocked for item in info.versions if item.blocked), "")
    yield "Maintainer", str(values.get("maintainer", ""))
    yield "Licence", licenses
    yield "Website", str(values.get("website") or "")
    yield "Tags", ", ".join(map(str, values.get("tags") or ()))
    for number, (name, reason) in enumerate(permissions.items()):
        yield "" if number else "Permissions", f"{name}: {reason}" if reason else str(name)
    for number, item in enumerate(info.installed):
        pinned = f", pinned to {item.held}" if item.held else ""
        where = f"{item.state.version} from {item.repository.name}{pinned}"
        yield "" if number else "Installed", where
        yield "Folder", str(item.folder)


def _field(label: str, text: str) -> Iterator[str]:
    import sys
    from textwrap import wrap

    from extery.cli.output import styles
    from extery.cli.terminal import is_interactive, printable, width_of

    if not text:
        return
    start = styles.dim(f"{label}:".ljust(_LABEL_WIDTH) if label else " " * _LABEL_WIDTH)
    width = width_of(sys.stdout) - _LABEL_WIDTH - 3
    is_prose = is_interactive(sys.stdout) and " " in text and label != "Folder"
    lines = wrap(printable(text), width) if is_prose else [printable(text)]
    for number, line in enumerate(lines):
        yield f"{start if not number else ' ' * _LABEL_WIDTH} {line}"


def _version_lines(versions: Sequence[Candidate]) -> list[str]:
    from extery.cli.output.table import table_lines
    from extery.core.files import format_size

    rows = []
    for item in versions:
        reasons = [f"blocked: {item.blocked}"] if item.blocked else []
        reasons += [item.incompatible] if item.incompatible else []
        notes = f"no: {'; '.join(reasons)}" if reasons else f"yes: {_needs(item.entry)}"
        rows.append((item.version.text, item.repository.name, format_size(item.size), notes))
    return table_lines(rows, heading=("VERSION", "REPOSITORY", "SIZE", "FITS"), indent=2)


def _needs(entry: dict[str, Any]) -> str:
    """Return the Blenders, platforms and Pythons of a version, as words."""
    from extery.listing.audience import has_invalid_pythons, range_of

    parts = [f"Blender {range_of(entry)}"]
    if platforms := entry.get("platforms"):
        parts.append(", ".join(map(str, platforms)))
    if (pythons := entry.get("python_versions")) and not has_invalid_pythons(entry):
        parts.append(f"Python {', '.join(pythons)}")
    return "; ".join(parts)


def _data(info: Info) -> dict[str, Any]:
    return {
        "id": info.id,
        "versions": [
            {
                "repository": item.repository.name,
                "version": item.version.text,
                "fits": not item.incompatible,
                "incompatible": item.incompatible or None,
                "blocked": item.blocked or None,
                "permissions": item.permissions,
                "entry": item.entry,
            }
            for item in info.versions
        ],
        "installed": [
            {
                "repository": item.repository.name,
                "version": item.state.version,
                "folder": str(item.folder),
                "held": item.held or None,
            }
            for item in info.installed
        ],
    }
