"""Which folders of an add-on are still needed in ``sys.path`` after its imports became relative."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from extery.analysis.facts import ModuleFacts
from extery.author.convert.process import Result
from extery.rules.sources import Sources

_COMPUTED = frozenset({"importlib.import_module", "builtins.__import__", "pkgutil.iter_modules"})
_MODULE_SUFFIXES = (".py", ".so", ".pyd", ".dylib")


def unused_search_paths(
    files: Iterable[str],
    sources: Sources,
    scanned: Mapping[str, Result],
    results: Mapping[str, Result],
    removed: set[str],
) -> dict[str, list[int]]:
    """Return the lines, by module, that add folders in which no import searches any more.

    None if a module could not be read, or the name of an import is computed.
    """
    modules = [one for one in sources.modules if one.path not in removed]
    if any(one.failure or one.faults for one in modules):
        return {}
    if any(_is_computed(module) for module in modules):
        return {}
    wanted = {name for module in modules for name in _absolute(module, results.get(module.path))}
    names = list(files)
    found: dict[str, list[int]] = {}
    for path, result in scanned.items():
        if path in removed or not result.facts:
            continue
        lines = [
            line
            for folder, line in result.facts["search_paths"]
            if not wanted & _modules_in(folder, names)
        ]
        if lines:
            found[path] = lines
    return found


def _is_computed(module: ModuleFacts) -> bool:
    for call in module.calls:
        argument = call.argument(0, "name")
        if call.name in _COMPUTED and (argument is None or argument.kind != "str"):
            return True
    return False


def _absolute(module: ModuleFacts, result: Result | None) -> Iterator[str]:
    """Yield the first names of imports that are still absolute."""
    mended = {one.line for one in result.changes if one.kind == "relative-import"} if result else ()
    for one in module.imports:
        if not one.level and one.at.line not in mended:
            yield one.module.partition(".")[0]
    for call in module.calls:
        argument = call.argument(0, "name")
        if call.name in _COMPUTED and argument is not None and call.at.line not in mended:
            yield argument.text.partition(".")[0]


def _modules_in(folder: str, files: Iterable[str]) -> set[str]:
    """Return the modules and packages directly in a folder, compiled ones too."""
    start = folder.replace(".", "/") + "/" if folder else ""
    return {
        path.removeprefix(start).partition("/")[0].partition(".")[0]
        for path in files
        if path.startswith(start) and path.endswith(_MODULE_SUFFIXES)
    }
