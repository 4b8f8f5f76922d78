"""``extery files``: show the files of an installed extension."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import output_options
from extery.cli.target_options import target_options, targets_of

if TYPE_CHECKING:
    from extery.cli.output import Outcome
    from extery.client.records import Installed
    from extery.client.targets import Target

#: Maximum number of files that are shown.
MAX_FILES = 100_000


@click.command("files", cls=OutcomeCommand, project_folder=None, on_failure="Nothing was listed.")
@click.argument("name", metavar="ID")
@target_options
@output_options(project_file=False)
@click.pass_obj
def command(_run: Run, name: str, *, blender: tuple[str, ...], folder: Path | None) -> Outcome:
    """List the files of an installed extension, one path in a line.

    ID is an id, or repository.id. Of an id that several repositories have installed, the files of all are listed.
    """
    from extery.cli.each_target import for_each, target_data
    from extery.cli.output import Outcome, pluralize
    from extery.cli.terminal import printable

    def files_of(target: Target) -> list[tuple[Installed, list[tuple[str, int]]]]:
        return [(item, list(_files(item.folder))) for item in _find(target, name)]

    results = for_each(targets_of(blender, folder), files_of)
    found = [pair for _, items in results.done for pair in items]
    count = sum(len(files) for _, files in found)
    return Outcome(
        ok=results.ok,
        summary=f"{pluralize(count, 'file')} of {printable(name)}."
        if results.done
        else "Nothing was listed.",
        problems=results.prefixed,
        lines=[printable(str(item.folder / path)) for item, files in found for path, _ in files],
        data={
            "targets": [
                target_data(target, extensions=[_data(*pair) for pair in items])
                for target, items in results.done
            ]
        },
    )


def _find(target: Target, name: str) -> list[Installed]:
    from extery.client.records import find_installed
    from extery.core.errors import NotFound
    from extery.core.text import closest_match

    installed = list(find_installed(target))
    found = [item for item in installed if name in (item.id, item.name)]
    if found:
        return found
    known = {item.id for item in installed} | {item.name for item in installed}
    similar = closest_match(name, known)
    raise NotFound.of(
        "install.not-installed",
        variant="similar" if similar else "",
        name=name,
        target=str(target),
        similar=similar,
    )


def _files(folder: Path) -> Iterator[tuple[str, int]]:
    """Yield the paths of all files below ``folder`` with their sizes, sorted; links are not followed."""
    import os

    found = []
    for base, folders, names in os.walk(folder):
        folders.sort()
        links = [name for name in folders if Path(base, name).is_symlink()]
        for name in [*names, *links]:
            path = Path(base, name)
            found.append((path.relative_to(folder).as_posix(), path.lstat().st_size))
        if len(found) >= MAX_FILES:
            break
    return iter(sorted(found)[:MAX_FILES])


def _data(item: Installed, files: list[tuple[str, int]]) -> dict[str, Any]:
    return {
        "repository": item.repository.name,
        "id": item.id,
        "version": item.state.version,
        "folder": str(item.folder),
        "files": [{"path": path, "size": size} for path, size in files],
    }
