"""Find the files of a source folder to pack. Reads names and sizes, no contents."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from extery.author.build.left_out import LeftOut, Reason
from extery.author.build.patterns import PathPatterns
from extery.core.errors import ProblemList, Where
from extery.core.text import closest_match, os_error_text
from extery.manifest.document import MANIFEST_FILENAME
from extery.package.source_files import SourceFile


class Selection(NamedTuple):
    """Which files below a folder are packed.

    ``patterns`` exclude; those in ``own`` are the author's. ``outputs`` are the packages of this build.
    ``with_environments`` packs the folders of virtual environments, as Blender's build does.
    """

    patterns: PathPatterns
    own: Collection[str] = ()
    outputs: Collection[Path] = ()
    with_environments: bool = False

    def reason(self, pattern: str) -> Reason:
        return "pattern" if pattern in self.own else "default"


def find_files(
    source: Path,
    selection: Selection,
    problems: ProblemList,
    *,
    start: str = "",
    left_out: list[LeftOut] | None = None,
) -> list[SourceFile]:
    """Return all files below ``source`` that no pattern excludes, sorted by name.

    With ``start``, ``docs/``, only those below that folder. The manifest of the folder, the packages of this build,
    links, devices and pipes are left out; what is left out is added to ``left_out``.
    """
    files: list[SourceFile] = []
    links: list[str] = []
    left = [] if left_out is None else left_out
    folders = [start]
    while folders:
        prefix = folders.pop()
        entries = _entries(source / prefix, prefix, problems)
        if prefix != start and _is_environment(entries, selection):
            left.append(LeftOut(prefix, "environment"))
            continue
        for entry in entries:
            name = prefix + entry.name
            is_folder = _is_folder(entry)
            tested = f"{name}/" if is_folder else name
            if (pattern := selection.patterns.excluding(tested)) is not None:
                left.append(LeftOut(tested, selection.reason(pattern), pattern))
            elif entry.is_symlink():
                links.append(name)
                left.append(LeftOut(name, "link"))
            elif is_folder:
                folders.append(tested)
            elif not entry.is_file():
                left.append(LeftOut(name, "special"))
            elif _is_output(entry, selection.outputs):
                left.append(LeftOut(name, "output"))
            elif name != MANIFEST_FILENAME:
                _add_file(files, name, entry, problems)
    if links:
        _report_links(source, sorted(links), problems)
    return sorted(files)


def _is_environment(entries: list[os.DirEntry[str]], selection: Selection) -> bool:
    """Return whether a folder is a virtual environment of Python, whatever its name, and is left out."""
    if selection.with_environments:
        return False
    return any(entry.name == "pyvenv.cfg" for entry in entries)


def _is_output(entry: os.DirEntry[str], outputs: Collection[Path]) -> bool:
    """Return whether a file is an output, or the temporary file of an interrupted build."""
    if not entry.name.endswith((".zip", ".new")) and all(o.suffix == ".zip" for o in outputs):
        return False
    path = Path(entry.path)
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
            reason=os_error_text(error),
        )
        return []


def _add_file(
    files: list[SourceFile], name: str, entry: os.DirEntry[str], problems: ProblemList
) -> None:
    try:
        name.encode("utf-8")
        path = Path(entry.path)
        status = path.stat()  # that of the entry is older on Windows
        files.append(SourceFile(name, status.st_size, path, status.st_mtime_ns))
    except UnicodeEncodeError:
        escaped = os.fsencode(name).decode("utf-8", "backslashreplace")
        problems.add("build.name-not-unicode", where=Where(escaped), path=escaped)
    except OSError as error:
        problems.add(
            "build.unreadable",
            where=Where(name),
            path=name,
            reason=os_error_text(error),
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


def is_folder_inside(source: Path, name: str) -> bool:
    """Return whether ``name`` in ``source`` is a folder; links to folders outside are not."""
    path = source / name
    try:
        return path.is_dir() and path.resolve(strict=True).is_relative_to(source)
    except OSError:
        return False


def find_unlisted(source: Path, packed: Iterable[str]) -> Iterator[LeftOut]:
    """Yield the files and folders directly in ``source`` of which nothing is packed."""
    known = {name.partition("/")[0] for name in packed} | {MANIFEST_FILENAME}
    for entry in _entries(source, "", ProblemList()):
        if entry.name not in known:
            yield LeftOut(f"{entry.name}/" if _is_folder(entry) else entry.name, "not-listed")


def find_file(source: Path, name: str, problems: ProblemList, where: Where) -> SourceFile | None:
    """Return the file ``name`` in ``source``; add a problem and return ``None`` if it cannot be packed.

    Links to targets inside ``source`` are followed. The caller packs folders.
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
            reason = os_error_text(error)
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
    return SourceFile(name, status.st_size, path, status.st_mtime_ns)


def _similar(source: Path, name: str) -> str:
    """Return the path in the same folder with the most similar name, or ``""``."""
    folder, _, file = name.rpartition("/")
    try:
        names = {entry.name for entry in os.scandir(source / folder)}
    except OSError:
        return ""
    similar = closest_match(file, names)
    return f"{folder}/{similar}" if folder and similar else similar
