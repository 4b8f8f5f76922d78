"""Decide how the modules of an add-on change, and change them in memory."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from extery.analysis.pool import Source, analyze_all
from extery.author.convert.code.job import Change, Job, Remark, dotted_name
from extery.author.convert.known_updaters import find_updaters
from extery.author.convert.layout import INIT, AddOn
from extery.author.convert.process import Limits, Modules, Result
from extery.author.convert.search_paths import unused_search_paths
from extery.author.convert.source import SourceFile
from extery.blender_api.table import load_api, load_varying_names
from extery.compatibility.findings import judge
from extery.core.shipped_libraries import all_libraries
from extery.core.versions import BLENDER_SERIES
from extery.rules.blender_modules import BLENDER_MODULES
from extery.rules.sources import Sources

#: The name of ``bl_info`` where code reads it.
INFO_NAME = "ADDON_INFO"
#: The words of `extery.compatibility.replacements` for a call that can be left out.
_LEAVE_OUT = "leave it out"


_UPDATER_LEFT = "convert.updater-left"


class ChangedModule(NamedTuple):
    """A module after the changes; ``failure`` says why it was not read."""

    path: str
    before: bytes
    after: bytes
    changes: Sequence[Change]
    remarks: Sequence[Remark]
    failure: str = ""

    def new_line(self, line: int) -> int:
        """Return the line of the result that a line of the original has become."""
        if self.before == self.after:
            return line
        old, new = self.before.splitlines(), self.after.splitlines()
        matcher = SequenceMatcher(None, old, new, autojunk=False)
        for _, start, end, new_start, new_end in matcher.get_opcodes():
            if start <= line - 1 < end:
                return min(new_start + line - 1 - start, max(new_end - 1, 0)) + 1
        return line


class CodePlan(NamedTuple):
    """The modules that change or could not be read, those that are removed, and what is known about the code.

    ``facts`` are those of `scan_module` for the main module. ``info_name`` is the new name of ``bl_info``, or empty.
    """

    modules: Mapping[str, ChangedModule]
    removed: frozenset[str]
    sources: Sources
    facts: Mapping[str, Any]
    info_name: str
    local: frozenset[str]

    def new_line(self, path: str, line: int) -> int:
        """Return the line of a module of the result that a line of the original has become."""
        module = self.modules.get(path)
        return module.new_line(line) if module is not None else line


def outside_modules() -> frozenset[str]:
    """Return the modules of Python, of Blender, and of the libraries that it ships."""
    libraries = {name.replace("-", "_").lower() for name in all_libraries()}
    return frozenset(sys.stdlib_module_names | BLENDER_MODULES | libraries)


def plan_code(add_on: AddOn, identifier: str, files: Mapping[str, SourceFile]) -> CodePlan:
    """Read all modules, and change those that are the author's own."""
    limit = Limits().module_bytes
    paths = [path for path in files if path.endswith(".py")]
    modules = analyze_all(
        [Source(path, files[path].size, files[path].read) for path in paths],
        [(3, 11), (3, 13)],
        wanted=load_varying_names(),
    )
    sources = Sources(modules, ["3.11", "3.13"], add_on.plain_name, blenders=BLENDER_SERIES)
    own = [module.path for module in sources.parts]
    texts = {path: files[path].read(limit + 1) for path in own}
    with Modules() as reader:
        scanned = {path: reader.scan(path, text) for path, text in texts.items()}
        job = _job(add_on, identifier, paths, sources, scanned)
        readable = {path: text for path, text in texts.items() if not scanned[path].failure}
        unread = [text for path, text in texts.items() if path not in readable]
        results, updaters = _without_updater(reader, readable, unread, job)
        job = job._replace(updaters=frozenset(map(dotted_name, updaters)))
        readers = _readers_of_bl_info(reader, readable, results, updaters, job.names)
        info_name = _free_name(texts) if readers else ""
        lines = unused_search_paths(files, sources, scanned, results, updaters)
        job = job._replace(bl_info=info_name or "remove", search_lines=lines)
        for path in readers | lines.keys() | ({INIT} & readable.keys()):
            before = results[path].remarks if path in results else ()
            result = reader.change(path, texts[path], job)
            left = tuple(one for one in before if one.code == _UPDATER_LEFT)
            results[path] = result._replace(remarks=(*result.remarks, *left))
    changed = {
        path: _changed(path, text, results.get(path, scanned[path]))
        for path, text in texts.items()
        if path not in updaters
    }
    facts = scanned[INIT].facts if INIT in scanned else {}
    local = frozenset(name.partition(".")[0] for name in job.modules) | job.names
    return CodePlan(changed, frozenset(updaters), sources, facts, info_name, local)


def _job(
    add_on: AddOn,
    identifier: str,
    paths: Sequence[str],
    sources: Sources,
    scanned: Mapping[str, Result],
) -> Job:
    names = {add_on.name, add_on.plain_name, identifier}
    names |= {name.replace("-", "_") for name in names}
    outside = outside_modules()
    names -= outside
    modules = set()
    for path in paths:
        parts = dotted_name(path).split(".")
        modules |= {".".join(parts[:length]) for length in range(1, len(parts) + 1)}
    facts = [result.facts for result in scanned.values() if result.facts]
    return Job(
        names=frozenset(names),
        modules=frozenset(
            name for name in modules if name and name.partition(".")[0] not in outside
        ),
        search_paths=frozenset(folder for one in facts for folder, _ in one["search_paths"]),
        constants=frozenset(key for one in facts for key in one["keys"] if key),
        unneeded=_unneeded(sources),
    )


def _unneeded(sources: Sources) -> dict[str, list[tuple[int, str]]]:
    """Return calls that have had no effect since before extensions existed, by module: line and name."""
    found: dict[str, list[tuple[int, str]]] = {}
    for one in judge(sources.parts, load_api(), BLENDER_SERIES):
        if one.reason == "gone" and one.is_older and one.replacement.startswith(_LEAVE_OUT):
            name = one.name.rpartition(".")[2].removesuffix("()")
            found.setdefault(one.path, []).append((one.at.line, name))
    return found


def _without_updater(
    reader: Modules, texts: Mapping[str, bytes], unread: list[bytes], job: Job
) -> tuple[dict[str, Result], set[str]]:
    """Change all modules, without the updater if all of its uses can be removed.

    ``unread`` are the sources that cannot be parsed, which may use it too.
    """
    updaters = find_updaters(texts)
    left: dict[str, list[Remark]] = {}
    if updaters:
        trial = job._replace(updaters=frozenset(map(dotted_name, updaters)))
        results = {
            path: reader.change(path, text, trial)
            for path, text in texts.items()
            if path not in updaters
        }
        left = {
            path: [one for one in result.remarks if one.code == _UPDATER_LEFT]
            for path, result in results.items()
        }
        names = [path.rpartition("/")[2].removesuffix(".py").encode() for path in updaters]
        unread += [texts[path] for path, result in results.items() if result.failure]
        is_used = any(name in text for name in names for text in unread)
        if not is_used and not any(left.values()):
            return results, updaters
    found = {path: reader.change(path, text, job) for path, text in texts.items()}
    for path, remarks in left.items():
        found[path] = found[path]._replace(remarks=(*found[path].remarks, *remarks))
    return found, set()


def _readers_of_bl_info(
    reader: Modules,
    texts: Mapping[str, bytes],
    results: Mapping[str, Result],
    updaters: set[str],
    names: frozenset[str],
) -> set[str]:
    """Return the modules that read ``bl_info`` after the other changes."""
    found = set()
    for path, text in texts.items():
        after = results[path].source if path in results else None
        now = text if after is None else after
        if path not in updaters and b"bl_info" in now:
            facts = reader.scan(path, now).facts
            if facts and (facts["reads_bl_info"] or names.intersection(facts["bl_info_owners"])):
                found.add(path)
    return found


def _free_name(texts: Mapping[str, bytes]) -> str:
    name = INFO_NAME
    while any(name.encode() in text for text in texts.values()):
        name = f"_{name}"
    return name


def _changed(path: str, before: bytes, result: Result) -> ChangedModule:
    after = before if result.source is None else result.source
    failure = result.failure
    if failure and result.line:
        failure += f", line {result.line}"
    return ChangedModule(path, before, after, result.changes, result.remarks, failure)
