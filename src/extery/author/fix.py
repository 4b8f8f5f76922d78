"""Apply fixes to the files of a source folder: plan first, then write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import unified_diff
from pathlib import Path
from typing import NamedTuple

from extery.core.errors import Unavailable, Where
from extery.core.files import atomic_write, open_regular
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


def plan_fixes(folder: Path, fixes: Iterable[Fix], *, unsafe: bool = False) -> list[FixedFile]:
    """Return the files that the fixes change; those that are not safe need ``unsafe``.

    Of fixes that change the same text, the first is applied.
    """
    by_file: dict[str, list[Fix]] = {}
    for fix in fixes:
        if fix.is_safe or unsafe:
            by_file.setdefault(fix.file, []).append(fix)
    planned = (_plan_file(folder / file, file, found) for file, found in sorted(by_file.items()))
    return [file for file in planned if file is not None]


def _plan_file(path: Path, file: str, fixes: list[Fix]) -> FixedFile | None:
    try:
        with open_regular(path) as stream:
            data: bytes = stream.read(MAX_BYTES + 1)
        before = data.decode("utf-8")
    except (OSError, UnicodeDecodeError):  # other rules report what cannot be read
        return None
    if len(data) > MAX_BYTES:
        return None
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
    if not applied:
        return None
    return FixedFile(path, file, before, mark + after, tuple(applied))


def write_fixes(files: Iterable[FixedFile]) -> None:
    """Write the files; each is the old or the new one. Raises `Unavailable`."""
    for file in files:
        try:
            mode = file.path.stat().st_mode
            with atomic_write(file.path) as stream:
                stream.write(file.after.encode())
            file.path.chmod(mode)
        except OSError as error:
            raise Unavailable.of(
                "check.fix-failed",
                where=Where(str(file.path)),
                file=file.file,
                reason=error.strerror or str(error),
            ) from error
