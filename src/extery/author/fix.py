"""Apply fixes to the files of a source folder: plan first, then write."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from difflib import unified_diff
from pathlib import Path
from typing import NamedTuple

from extery.author.folder_lock import folder_lock
from extery.author.manifest_fix import ManifestFixer
from extery.core.errors import Conflict, Unavailable, Where
from extery.core.files import atomic_write, read_regular, remove_leftovers
from extery.core.text import os_error_text
from extery.manifest.document import MANIFEST_FILENAME
from extery.manifest.schemas.v1_0_0 import ValidTags
from extery.rules.fixes import Edit, Fix, InapplicableEdit, apply_edits

#: Larger files have no fixes: they are generated.
MAX_BYTES = 2_000_000


class FixedFile(NamedTuple):
    """A file with its text before and after the fixes."""

    path: Path
    file: str
    before: str
    after: str
    fixes: tuple[Fix, ...]

    def diff(self) -> Iterator[str]:
        """Yield the lines of a unified difference."""
        before, after = self.before.splitlines(keepends=True), self.after.splitlines(keepends=True)
        for line in unified_diff(before, after, f"a/{self.file}", f"b/{self.file}"):
            yield line.rstrip("\r\n")


class FixPlan(NamedTuple):
    """The files that fixes change, and all fixes that could be applied, also those that are not asked for."""

    files: list[FixedFile]
    available: list[Fix]


def plan_fixes(
    folder: Path,
    fixes: Iterable[Fix],
    *,
    unsafe: bool = False,
    only_find: bool = False,
    texts: Mapping[str, bytes] = {},
    valid_tags: ValidTags | None = None,
    manifest: str = MANIFEST_FILENAME,
) -> FixPlan:
    """Return the files that the fixes change, and the file ``manifest``; fixes that are not safe need ``unsafe``.

    Of fixes that change the same text, the first is applied. With ``only_find`` none is. ``texts`` replace the files of
    these names.
    """
    by_file: dict[str, list[Fix]] = {manifest: []}
    for fix in fixes:
        by_file.setdefault(fix.file, []).append(fix)
    plan = FixPlan([], [])
    for file, found in sorted(by_file.items()):
        before = _read(folder / file, texts.get(file))
        if before is None:  # other rules report what cannot be read
            continue
        if file == manifest:
            fixer = ManifestFixer(before, folder, valid_tags=valid_tags)
            plan.available.extend(_in_file(fix, manifest) for fix in fixer.available(found))
            after, applied = (before, []) if only_find else fixer.apply(found, unsafe=unsafe)
        else:
            plan.available.extend(found)
            wanted = [fix for fix in found if (fix.is_safe or unsafe) and not only_find]
            after, applied = _with_edits(before, wanted)
        if applied:
            plan.files.append(FixedFile(folder / file, file, before, after, tuple(applied)))
    return plan


def _in_file(fix: Fix, file: str) -> Fix:
    """Return a fix of a manifest with the name of its file, which need not be that of Blender."""
    where = fix.problem.where
    is_manifest = where.file == MANIFEST_FILENAME
    return (
        fix._replace(problem=fix.problem._replace(where=where._replace(file=file)))
        if is_manifest
        else fix
    )


def _read(path: Path, data: bytes | None) -> str | None:
    try:
        return (read_regular(path, limit=MAX_BYTES) if data is None else data).decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _with_edits(before: str, fixes: list[Fix]) -> tuple[str, list[Fix]]:
    # A byte order mark is no column of the first line.
    mark = "\ufeff" if before.startswith("\ufeff") else ""
    applied: list[Fix] = []
    edits: list[Edit] = []
    after = before.removeprefix(mark)
    for fix in fixes:
        try:
            after = apply_edits(before.removeprefix(mark), [*edits, *fix.edits])
        except InapplicableEdit:
            continue
        edits += fix.edits
        applied.append(fix)
    return mark + after, applied


def merge_fixed(first: Iterable[FixedFile], later: Iterable[FixedFile]) -> list[FixedFile]:
    """Return the files of two rounds of fixes, each with the text before both and after both."""
    merged = {file.file: file for file in first}
    for file in later:
        old = merged.get(file.file)
        merged[file.file] = (
            file if old is None else old._replace(after=file.after, fixes=(*old.fixes, *file.fixes))
        )
    return [merged[name] for name in sorted(merged)]


def write_fixes(folder: Path, files: Iterable[FixedFile]) -> None:
    """Write the files of a folder; each is the old or the new one.

    Raises `Unavailable` if one cannot be written, and `Conflict` if it has another text than its fixes are for.
    """
    with folder_lock(folder):
        for file in files:
            _write(file)


def _write(file: FixedFile) -> None:
    try:
        mode = _writable_mode(file.path)
        remove_leftovers(file.path.parent, lambda name: name == file.path.name)
        with atomic_write(file.path, mode=mode) as stream:
            stream.write(file.after.encode())
            if read_regular(file.path) != file.before.encode():
                raise Conflict.of("check.edited", where=Where(str(file.path)), file=file.file)
    except OSError as error:
        raise Unavailable.of(
            "check.fix-failed",
            where=Where(str(file.path)),
            file=file.file,
            reason=os_error_text(error),
        ) from error


def _writable_mode(path: Path) -> int:
    """Return the mode of a file; raises `OSError` for a link and for a file that may not be written."""
    mode = os.lstat(path).st_mode
    if stat.S_ISLNK(mode):
        raise OSError("it is a symbolic link")
    if not mode & stat.S_IWUSR or not os.access(path, os.W_OK):
        raise PermissionError("it is read-only")
    return stat.S_IMODE(mode)
