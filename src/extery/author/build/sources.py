"""Find the files of a source folder to pack. Reads names and sizes, no contents."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection
from pathlib import Path

from extery.author.build.patterns import PathPatterns
from extery.core.errors import ProblemList, Where
from extery.core.text import closest_match
from extery.manifest.document import MANIFEST_FILENAME
from extery.package.writer import SourceFile


def find_files(
    source: Path, patterns: PathPatterns, problems: ProblemList, *, skip: Collection[Path] = ()
) -> list[SourceFile]:
    """Return all files below ``source`` that no pattern excludes, sorted by name.

    The manifest of the folder, the packages in ``skip``, links, devices and pipes are left out.
    """
    files: list[SourceFile] = []
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
            elif (
                entry.is_file()
                and name != MANIFEST_FILENAME
                and not _is_output(Path(entry.path), skip)
            ):
                _add_file(files, name, Path(entry.path), problems)
    if links:
        _report_links(source, sorted(links), problems)
    return sorted(files)


def _is_output(path: Path, outputs: Collection[Path]) -> bool:
    """Return whether ``path`` is an output, or the temporary file of an interrupted build."""
    return path in outputs or any(
        path.parent == output.parent
        and path.name.startswith(f".{output.name}.")
        and path.suffix == ".new"
        for output in outputs
    )


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Return whether ``entry`` is a folder or a link to one; circular links are not."""
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


def _add_file(files: list[SourceFile], name: str, path: Path, problems: ProblemList) -> None:
    try:
        name.encode("utf-8")
        files.append(SourceFile(name, path.stat().st_size, path))
    except UnicodeEncodeError:
        escaped = os.fsencode(name).decode("utf-8", "backslashreplace")
        problems.add("build.name-not-unicode", where=Where(escaped), path=escaped)
    except OSError as error:
        problems.add(
            "build.unreadable",
            where=Where(name),
            path=name,
            reason=error.strerror or str(error),
        )


def _report_links(source: Path, links: list[str], problems: ProblemList) -> None:
    variant = "folder" if (source / links[0]).is_dir() else ""
    problems.add(
        "build.link-skipped",
        where=Where(links[0]),
        variant="several" if len(links) > 1 else variant,
        path=links[0],
        more=len(links) - 1,
    )


def find_file(source: Path, name: str, problems: ProblemList, where: Where) -> SourceFile | None:
    """Return the file ``name`` in ``source``; add a problem and return ``None`` if it cannot be packed.

    Links to targets inside ``source`` are followed.
    """
    path = source / name
    try:
        status = path.stat()
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
    if stat.S_ISDIR(status.st_mode):
        problems.add("build.path-is-folder", where=where, path=name)
        return None
    if not stat.S_ISREG(status.st_mode):
        problems.add("build.not-a-file", where=where, path=name)
        return None
    return SourceFile(name, status.st_size, path)


def _similar(source: Path, name: str) -> str:
    """Return the path in the same folder with the most similar name, or ``""``."""
    folder, _, file = name.rpartition("/")
    try:
        names = {entry.name for entry in os.scandir(source / folder)}
    except OSError:
        return ""
    similar = closest_match(file, names)
    return f"{folder}/{similar}" if folder and similar else similar
