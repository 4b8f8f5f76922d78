"""Which modules of an extension are imported by others of it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Sequence

from extery.analysis.facts import Import, ModuleFacts


def reached_from(
    starts: Iterable[str], modules: Sequence[ModuleFacts], extension_id: str
) -> set[str]:
    """Return the paths of the modules that are imported from those at ``starts``, directly or by others, and of these.

    Imports by the id of the extension, or as if its folder were in `sys.path`, count: that they fail is another problem.
    """
    by_path = {module.path: module for module in modules}
    reached, waiting = set[str](), list(starts)
    #: Most modules import the same.
    followed: set[tuple[str, str, str, bool]] = set()
    while waiting:
        path = waiting.pop()
        if path in reached or path not in by_path:
            continue
        reached.add(path)
        for one in by_path[path].imports:
            key = _base(path, one), one.module, one.name, bool(one.level)
            if key not in followed:
                followed.add(key)
                targets = _targets(key[0], one, extension_id)
                waiting += [target for target in targets if target in by_path]
    return reached


def _base(path: str, one: Import) -> str:
    """Return the folder from which an import is resolved."""
    if not one.level:
        return ""
    base = posixpath.dirname(path)
    for _ in range(one.level - 1):
        base = posixpath.dirname(base)
    return base


def _targets(base: str, one: Import, extension_id: str) -> Iterator[str]:
    """Yield the files that an import may load: packages on the way, the module, and a submodule of that name."""
    parts = [part for part in one.module.split(".") if part]
    if not one.level and parts[:1] == [extension_id]:
        parts = parts[1:]
    if one.name and one.name != "*":
        parts.append(one.name)
    for index in range(len(parts) + 1):
        folder = posixpath.join(base, *parts[:index])
        yield posixpath.join(folder, "__init__.py")
        if index:
            yield f"{folder}.py"
