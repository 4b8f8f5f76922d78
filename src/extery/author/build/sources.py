"""The files of a source folder that go into its package. Reads names and sizes, no contents."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection
from pathlib import Path

from extery.author.build.patterns import PathPatterns
from extery.core.errors import ProblemList, Where
from extery.manifest.document import FILENAME
from extery.package.writer import SourceFile


def scan(
    source: Path, patterns: PathPatterns, problems: ProblemList, *, skip: Collection[Path] = ()
) -> list[SourceFile]:
    """Every file below ``source`` that no pattern excludes, sorted by name.

    The manifest of the folder itself, the packages in ``skip``, links, and what is neither file nor
    folder are left out.
    """
    found: list[SourceFile] = []
    links: list[str] = []
    folders = [""]
    while folders:
        prefix = folders.pop()
        for entry in _entries(source / prefix, prefix, problems):
            name = prefix + entry.name
            is_folder = _is_folder(entry)
            if patterns.excludes(f"{name}/" if is_folder else name):
                continue
            if entry.is_symlink():
                links.append(name)
            elif is_folder:
                folders.append(f"{name}/")
            elif entry.is_file() and name != FILENAME and not _is_output(Path(entry.path), skip):
                _add(found, name, Path(entry.path), problems)
    if links:
        _note_links(sorted(links), problems)
    return sorted(found)


def _is_output(path: Path, outputs: Collection[Path]) -> bool:
    """Whether it is one of the packages, or what an interrupted build of one has left."""
    return path in outputs or any(
        path.parent == output.parent
        and path.name.startswith(f".{output.name}.")
        and path.suffix == ".new"
        for output in outputs
    )


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether it is a folder or a link to one; a link that leads in circles is neither."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def _entries(folder: Path, prefix: str, problems: ProblemList) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as error:
        problems.add(
            "build.unreadable",
            where=Where(prefix),
            variant="folder",
            path=prefix or ".",
            reason=error.strerror or str(error),
        )
        return []


def _add(found: list[SourceFile], name: str, path: Path, problems: ProblemList) -> None:
    try:
        name.encode("utf-8")
        found.append(SourceFile(name, path.stat().st_size, path))
    except UnicodeEncodeError:
        shown = os.fsencode(name).decode("utf-8", "backslashreplace")
        problems.add("build.name-not-unicode", where=Where(shown), path=shown)
    except OSError as error:
        problems.add(
            "build.unreadable",
            where=Where(name),
            path=name,
            reason=error.strerror or str(error),
        )


def _note_links(links: list[str], problems: ProblemList) -> None:
    problems.add(
        "build.link-skipped",
        where=Where(links[0]),
        variant="several" if len(links) > 1 else "",
        path=links[0],
        more=len(links) - 1,
    )


def listed(source: Path, name: str, problems: ProblemList, where: Where) -> SourceFile | None:
    """The file called ``name`` in ``source``; ``None`` with a problem noted if it cannot be packed.

    A link is followed as long as it stays inside ``source``.
    """
    path = source / name
    try:
        facts = path.stat()
        real = path.resolve(strict=True)
    except OSError as error:
        if isinstance(error, FileNotFoundError | NotADirectoryError):
            similar = _similar(source, name)
            variant = "similar" if similar else ""
            problems.add(
                "build.path-missing", where=where, variant=variant, path=name, similar=similar
            )
        else:
            reason = error.strerror or str(error)
            problems.add("build.unreadable", where=where, path=name, reason=reason)
        return None
    if not real.is_relative_to(source):
        problems.add("build.link-outside", where=where, path=name, target=str(real))
        return None
    if stat.S_ISDIR(facts.st_mode):
        problems.add("build.path-is-folder", where=where, path=name)
        return None
    if not stat.S_ISREG(facts.st_mode):
        problems.add("build.not-a-file", where=where, path=name)
        return None
    return SourceFile(name, facts.st_size, path)


def _similar(source: Path, name: str) -> str:
    """Return the path in the same folder whose name is closest, or ``""``."""
    from difflib import get_close_matches

    folder, _, file = name.rpartition("/")
    try:
        there = {entry.name for entry in os.scandir(source / folder)}
    except OSError:
        return ""
    close = get_close_matches(file, there, n=1)
    if not close:
        return ""
    return f"{folder}/{close[0]}" if folder else close[0]
