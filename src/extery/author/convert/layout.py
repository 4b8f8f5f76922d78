"""Find the add-ons in a source: packages and modules with ``bl_info``, and packages with a manifest."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from extery.author.convert.source import LeftOut, SourceFile, SourceTree
from extery.core.errors import InvalidInput, Where
from extery.manifest.document import MANIFEST_FILENAME

#: The files of manifests: the present one, and those of early 2024.
EARLY_MANIFESTS = ("bl_ext_pkg.toml", "bl_ext_pkg_manifest.toml", "bl_ext_pkg_manifest.json")
INIT = "__init__.py"
_MAX_SOURCE = 2_000_000
_MAX_DEPTH = 6
_BL_INFO = re.compile(rb"^bl_info[ \t]*(?::[^=\n]*)?=", re.MULTILINE)
#: What code hosts put behind the name of a repository.
_BRANCH = re.compile(r"[-_](?:main|master|dev|develop|trunk)$|[-_.]v?\d+(?:[._]\d+)*$")
_DOCUMENT = re.compile(
    r"(?:readme|licen[cs]e|copying|changelog|changes|authors|contributors|notice)(?:[-_.].*)?",
    re.IGNORECASE,
)
#: Names that are shown at most where there are many.
_MAX_NAMES = 20


class AddOn(NamedTuple):
    """An add-on in a source.

    ``root`` is its folder, ``""`` or with a slash at its end; ``module`` the only module of one without a folder; ``manifest``
    the file of its manifest below the root, or empty.
    """

    name: str
    root: str
    module: str = ""
    manifest: str = ""

    @property
    def path(self) -> str:
        return f"{self.root}{self.module}" if self.module else self.root.rstrip("/")

    @property
    def plain_name(self) -> str:
        """The name of the folder without what a code host put behind it: ``gears`` for ``gears-main``."""
        return _BRANCH.sub("", self.name) or self.name


class Files(NamedTuple):
    """The files of an add-on by their new paths, and what of the source is not among them."""

    files: dict[str, SourceFile]
    left_out: list[LeftOut]


def find_add_ons(tree: SourceTree) -> list[AddOn]:
    """Return the add-ons, without those that are inside of others."""
    found = list(_packages(tree))
    roots = [one.root for one in found]
    found += [one for one in _modules(tree) if not any(one.root.startswith(root) for root in roots)]
    return sorted(found, key=lambda one: one.path)


def choose_add_on(tree: SourceTree, wanted: str | None) -> AddOn:
    """Return the add-on of a name or path, or the only one; raises `InvalidInput` if it is none or not the only one."""
    found = find_add_ons(tree)
    names = ", ".join(one.path or one.name for one in found[:_MAX_NAMES])
    if len(found) > _MAX_NAMES:
        names += f" and {len(found) - _MAX_NAMES} more"
    where = Where(tree.name)
    if not found:
        variant = "empty" if not any(path.endswith(".py") for path in tree.files) else ""
        raise InvalidInput.of("convert.no-add-on", where=where, variant=variant, source=tree.name)
    if wanted is None:
        if len(found) == 1:
            return found[0]
        raise InvalidInput.of("convert.several", where=where, names=names, count=len(found))
    matches = [
        one
        for one in found
        if wanted.rstrip("/") in (one.path, one.name, one.plain_name, one.module)
    ]
    if len(matches) != 1:
        raise InvalidInput.of("convert.unknown-add-on", where=where, name=wanted, names=names)
    return matches[0]


def _packages(tree: SourceTree) -> Iterator[AddOn]:
    manifests = (MANIFEST_FILENAME, *EARLY_MANIFESTS)
    candidates: dict[str, str] = {}
    for path in sorted(tree.files, key=lambda path: (path.count("/"), path)):
        folder, file = posixpath.split(path)
        root = f"{folder}/" if folder else ""
        if path.count("/") > _MAX_DEPTH or any(root.startswith(known) for known in candidates):
            if root in candidates and file in manifests and not candidates[root]:
                candidates[root] = file
            continue
        if file in manifests:
            candidates[root] = file
        elif file == INIT and has_bl_info(tree.files[path]):
            candidates[root] = ""
    for root, manifest in candidates.items():
        name = posixpath.basename(root.rstrip("/")) or tree.name
        yield AddOn(name, root, manifest=manifest)


def _modules(tree: SourceTree) -> Iterator[AddOn]:
    for path, file in tree.files.items():
        folder, name = posixpath.split(path)
        is_module = name.endswith(".py") and name != INIT and path.count("/") <= _MAX_DEPTH
        if is_module and has_bl_info(file):
            root = f"{folder}/" if folder else ""
            yield AddOn(name.removesuffix(".py"), root, module=name)


def has_bl_info(file: SourceFile) -> bool:
    """Return whether a line of a module assigns ``bl_info``."""
    return _BL_INFO.search(file.read(_MAX_SOURCE)) is not None


def files_of(tree: SourceTree, add_on: AddOn) -> Files:
    """Return the files of an add-on; a module becomes ``__init__.py``, and licences beside its folder are its own."""
    files: dict[str, SourceFile] = {}
    left_out = list(tree.left_out)
    for path, file in tree.files.items():
        if add_on.module:
            if path == add_on.path:
                files[INIT] = file
        elif path.startswith(add_on.root):
            files[path.removeprefix(add_on.root)] = file
    taken = {file.path for file in files.values()}
    documents = {
        name: file
        for name, file in sorted(_documents(tree.files, add_on).items())
        if name not in files
    }
    files |= documents
    taken |= {file.path for file in documents.values()}
    left_out += _outside([path for path in tree.files if path not in taken], taken)
    return Files(files, sorted(left_out))


def _documents(files: Mapping[str, SourceFile], add_on: AddOn) -> dict[str, SourceFile]:
    """Return readme and licence files in the folders around the add-on; the nearest count."""
    found: dict[str, SourceFile] = {}
    folder = add_on.root.rstrip("/")
    folders = [folder] if add_on.module else []
    while folder:
        folder = posixpath.dirname(folder)
        folders.append(folder)
    for one in folders:
        for path, file in files.items():
            parent, name = posixpath.split(path)
            if parent == one and _DOCUMENT.fullmatch(name) and not name.endswith(".py"):
                found.setdefault(name, file)
    return found


def _outside(paths: list[str], taken: set[str]) -> list[LeftOut]:
    """Return what is not taken: folders of which nothing is taken as one."""
    used = {folder for path in taken for folder in _folders(path)}
    found = set()
    for path in paths:
        found.add(next((one for one in _folders(path) if one not in used), path))
    return [LeftOut(path, "outside") for path in found]


def _folders(path: str) -> Iterator[str]:
    """Yield the folders around a file, from the outermost, with slashes at their ends."""
    parts = path.split("/")
    for index in range(1, len(parts)):
        yield "/".join(parts[:index]) + "/"
