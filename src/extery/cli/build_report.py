"""The report of a build as text: what went in, what was left out and why, and sizes by folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from extery.author.build.execute import BuiltPackage
from extery.author.build.folder_sizes import FolderSize
from extery.author.build.left_out import LeftOut
from extery.cli.output import pluralize
from extery.cli.output.table import table_lines
from extery.cli.terminal import printable
from extery.core.files import format_size

#: Number of files, of folders and of left out paths that --verbose lists.
_MAX_LISTED = 10
_MAX_LEFT_OUT = 30


def report_lines(package: BuiltPackage, *, verbose: bool) -> Iterator[str]:
    """Yield the lines about a package."""
    details = f"{pluralize(len(package.members), 'file')}, {format_size(package.unpacked)}"
    path = printable(_relative(package.path))
    yield f"created {path}: {details}, packed {format_size(package.size)}"
    if package.saved:
        images = sum(bool(member.saved) for member in package.members)
        yield f"  {pluralize(images, 'image')} optimised, {format_size(package.saved)} smaller"
    if verbose:
        yield f"  sha256 {package.sha256}"
        yield f"  compressed with {package.compression}{_reused(package)}"
        yield from _largest(package)
        yield from _folders(package)
        yield from _left_out(package.left_out)


def _reused(package: BuiltPackage) -> str:
    if not package.reused:
        return ""
    return f"; {package.reused} of {len(package.members)} files taken from the last build"


def _largest(package: BuiltPackage) -> Iterator[str]:
    """Yield the largest files."""
    largest = sorted(package.members, key=lambda member: (-member.packed, member.name))
    yield "largest files:"
    for member in largest[:_MAX_LISTED]:
        share = member.packed / package.size
        yield f"  {format_size(member.packed):>9} {share:>4.0%}  {printable(member.name)}"
    if len(largest) > _MAX_LISTED:
        size = sum(member.packed for member in largest[_MAX_LISTED:])
        others = pluralize(len(largest) - _MAX_LISTED, "other file")
        yield f"  {format_size(size):>9} {size / package.size:>4.0%}  {others}"


def _folders(package: BuiltPackage) -> Iterator[str]:
    """Yield the folders directly in the package, largest first, with all that is in them."""
    folders = [folder for folder in package.folders if folder.path.count("/") == 1]
    if not folders:
        return
    folders.sort(key=lambda folder: (-folder.packed, folder.path))
    yield "folders:"
    for folder in folders[:_MAX_LISTED]:
        yield _folder_line(folder, package.size)
    if len(folders) > _MAX_LISTED:
        yield f"  and {pluralize(len(folders) - _MAX_LISTED, 'more folder')}"


def _folder_line(folder: FolderSize, total: int) -> str:
    details = f"{pluralize(folder.files, 'file')}, {format_size(folder.size)} unpacked"
    share = f"{folder.packed / total:>4.0%}"
    return f"  {format_size(folder.packed):>9} {share}  {printable(folder.path)} ({details})"


def _left_out(left_out: Sequence[LeftOut]) -> Iterator[str]:
    if not left_out:
        return
    yield "left out:"
    rows = [(item.path, str(item)) for item in left_out[:_MAX_LEFT_OUT]]
    yield from (f"  {line}" for line in table_lines(rows, indent=2))
    if len(left_out) > _MAX_LEFT_OUT:
        yield f"  and {len(left_out) - _MAX_LEFT_OUT:,} more (--json lists them)"


def _relative(path: Path) -> str:
    """Return the path relative to the current folder, or unchanged if it is outside of it."""
    folder = Path.cwd()
    return str(path.relative_to(folder) if path.is_relative_to(folder) else path)
