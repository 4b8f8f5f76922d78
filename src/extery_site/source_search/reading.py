"""Read the texts of a package, and the modules that it bundles.

Packages are opened by `extery.package.reader` only. Members, bytes and time are limited, and what was left
out is named. Files inside wheels are not read; the modules of a wheel count as bundled.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from extery.core.errors import InvalidPackage
from extery.package.opening import open_archive
from extery.package.reader import Package
from extery_site.source_search.hosts import names_hosts
from extery_site.source_search.symbols import Symbols, read_hosts, read_symbols
from extery_site.source_search.texts import MAX_FILES, Budget, decode, is_python, max_bytes

#: Increase it when `SourceFile` rows get other symbols, so that packages are indexed again.
FORMAT = 1

MAX_PATH_LENGTH = 500
MAX_BUNDLED = 500
MAX_WHEELS = 50
MAX_LIMITS = 20


@dataclass
class FileText:
    """A text of a package, as the source search stores it."""

    path: str
    sha256: str
    size: int
    text: str
    data: bytes
    is_python: bool

    def read_symbols(self) -> Symbols:
        """Return the symbols; takes up to a second."""
        if self.is_python:
            return read_symbols(self.data, self.text)
        return read_hosts(self.text) if names_hosts(self.path) else Symbols()


@dataclass
class PackageTexts:
    """The texts of a package, and sentences about what was left out."""

    files: list[FileText] = field(default_factory=list)
    bundled: set[str] = field(default_factory=set)
    limits: list[str] = field(default_factory=list)

    def leave_out(self, why: str) -> None:
        if len(self.limits) < MAX_LIMITS:
            self.limits.append(why)


def read_package(package: Package) -> PackageTexts:
    """Return the texts of a package; one that cannot be read has none, and says so."""
    texts, budget = PackageTexts(), Budget()
    try:
        names = package.names
    except InvalidPackage as error:
        texts.leave_out(f"The package cannot be read: {error}")
        return texts
    if len(names) > MAX_FILES:
        texts.leave_out(f"Only the first {MAX_FILES:,} of {len(names):,} files are searched.")
    for name in names[:MAX_FILES]:
        _read_file(package, name, budget, texts)
    texts.bundled = set(sorted({*_modules(names), *_modules_of_wheels(package)})[:MAX_BUNDLED])
    return texts


def _read_file(package: Package, name: str, budget: Budget, texts: PackageTexts) -> None:
    member = package.by_name[package.root + name]
    if len(name) > MAX_PATH_LENGTH or not name.isprintable():
        texts.leave_out("A file with a very long or unprintable name is not searched.")
        return
    if member.size > max_bytes(name):
        if is_python(name):
            texts.leave_out(f"{name} is too large to be searched.")
        return
    if not budget.spend(member.size):
        texts.leave_out(f"{name} is not searched: the package is too large.")
        return
    try:
        data = package.read(member, limit=max_bytes(name))
    except (InvalidPackage, OSError):
        texts.leave_out(f"{name} is not searched: it is damaged.")
        return
    text = decode(data, python=is_python(name))
    if text is None:
        if is_python(name):
            texts.leave_out(f"{name} is not searched: it is not a text.")
        return
    sha256 = hashlib.sha256(data).hexdigest()
    texts.files.append(FileText(name, sha256, len(data), text, data, is_python(name)))


def _modules(names: list[str]) -> Iterator[str]:
    """Yield the modules and packages of the extension itself, at any depth."""
    for name in names:
        parts = name.split("/")
        if parts[-1] == "__init__.py" and len(parts) > 1:
            yield parts[-2]
        elif parts[-1].endswith(".py"):
            yield parts[-1].removesuffix(".py")


def _modules_of_wheels(package: Package) -> Iterator[str]:
    """Yield the top-level modules of the wheels; of one that cannot be opened, the name of its project."""
    wheels = [name for name in package.names if name.endswith(".whl")]
    for name in wheels[:MAX_WHEELS]:
        try:
            member = package.by_name[package.root + name]
            with package.open_seekable(member) as file, open_archive(file, name=name) as wheel:
                for inner in wheel.members[:MAX_FILES]:
                    top = inner.name.partition("/")[0]
                    if not top.endswith((".dist-info", ".data", ".libs")):
                        yield top.partition(".")[0]
        except (InvalidPackage, OSError):
            yield name.rpartition("/")[2].partition("-")[0].lower()
