"""The YARA rules of a site: the files of a folder, compiled together, a namespace for each.

The rules are the operator's, so they are compiled here, outside of isolation. A faulty file does not keep the others
from being used, but then no package passes: see `extery_site.scanning.steps.yara`.
"""

from __future__ import annotations

import hashlib
import io
import logging
import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from extery.core.errors import Problem, Unavailable, Where
from extery.core.text import clean_message, os_error_text
from extery_site.project.yara_library import require_for

logger = logging.getLogger(__name__)

Action = Literal["quarantine", "review", "inform"]
#: What follows a match, the most serious first.
ACTIONS: tuple[Action, ...] = get_args(Action)
DEFAULT_ACTION: Action = "review"
SUFFIXES = (".yar", ".yara")
#: Variables that rules can use, for the file that is scanned.
VARIABLES = ("filename", "filepath", "extension")
#: Increment when the same rules would find something else.
REVISION = 1
#: Errors of a file that are reported.
_MAX_ERRORS = 5


class Rule(NamedTuple):
    """A rule; ``description`` is what owners and moderators read, empty if it has none."""

    action: Action
    description: str


class RuleName(NamedTuple):
    """The name of a rule; the namespace is its file without the suffix."""

    namespace: str
    identifier: str

    def __str__(self) -> str:
        return f"{self.namespace}.{self.identifier}"


@dataclass(frozen=True)
class RuleSet:
    """The rules of a folder. ``files`` are those with their namespaces, ``faults`` the problems of files that are not used.

    ``version`` changes with every byte of the files. ``compiled`` is for `extery_site.scanning.isolated_yara`.
    """

    files: Mapping[str, str]
    faults: tuple[Problem, ...]
    rules: Mapping[RuleName, Rule]
    version: str
    compiled: bytes

    @property
    def faulty_files(self) -> set[str]:
        """The files that are not used."""
        return {problem.where.file for problem in self.faults}


class _Source(NamedTuple):
    name: str
    data: bytes
    error: str = ""


def load_rules(path: Path) -> RuleSet:
    """Return the rules of a folder, or of one file. Raises `Unavailable` if it cannot be read or has none, and without
    yara-x.

    They are compiled once, and again when a file has changed. Threads can share the result.
    """
    require_for(path)
    with _lock:
        state = _state_of(path)
        cached = _cache.get(path)
        if cached is not None and cached[0] == state:
            return cached[1]
        compiled = _compile([_read(path, name) for name, *_ in state])
        if not compiled.rules and not compiled.faults:
            raise Unavailable.of("scan.rule-folder", folder=str(path), variant="empty")
        for problem in compiled.faults:
            logger.error("YARA rules: %s: %s", problem.where, problem.message)
        _cache.clear()  # a site has one folder
        _cache[path] = state, compiled
        return compiled


_State = tuple[tuple[str, int, int, int], ...]
_lock = threading.Lock()
_cache: dict[Path, tuple[_State, RuleSet]] = {}


def _state_of(path: Path) -> _State:
    """Return what tells whether a file has changed, for each file in the order of the names."""
    found = []
    try:
        for file in _find_files(path):
            name = file.relative_to(path if path.is_dir() else path.parent).as_posix()
            found.append((name, *_times_of(file)))
    except OSError as error:
        raise Unavailable.of(
            "scan.rule-folder", folder=str(path), os_error=os_error_text(error)
        ) from error
    if not found:
        raise Unavailable.of("scan.rule-folder", folder=str(path), variant="empty")
    return tuple(sorted(found))


def _times_of(file: Path) -> tuple[int, int, int]:
    try:
        status = file.stat()
    except OSError:  # a link that leads nowhere: a file that cannot be read
        return 0, 0, 0
    return status.st_size, status.st_mtime_ns, status.st_ino


def _find_files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        path.stat()
        yield path
        return

    def fail(error: OSError) -> None:
        raise error

    for folder, folders, names in os.walk(path, onerror=fail):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(folder, name) for name in names if name.lower().endswith(SUFFIXES))


def _read(path: Path, name: str) -> _Source:
    text = name.encode("utf-8", "backslashreplace").decode()  # file systems have other names too
    try:
        return _Source(text, (path / name if path.is_dir() else path).read_bytes())
    except OSError as error:
        return _Source(text, b"", os_error_text(error))


def _compile(sources: list[_Source]) -> RuleSet:
    faults: dict[str, list[Problem]] = {}
    spaces = _namespaces(source.name for source in sources)
    texts = dict(_texts(sources, faults))
    compiler = _add_sources(texts, spaces, faults)
    if faults.keys() & texts.keys():
        # Of a file with an error, the rules before it would stay.
        texts = {name: text for name, text in texts.items() if name not in faults}
        compiler = _add_sources(texts, spaces, faults)
    built = compiler.build()
    rules = {RuleName(rule.namespace, rule.identifier): _rule(rule.metadata) for rule in built}
    compiled = io.BytesIO()
    built.serialize_into(compiled)
    digest = hashlib.sha256()
    for source in sources:
        content = hashlib.sha256(source.data).hexdigest()
        digest.update(f"{source.name}\0{content}\0{source.error}\n".encode())
    return RuleSet(
        files=spaces,
        faults=tuple(problem for name in sorted(faults) for problem in faults[name]),
        rules=rules,
        version=f"{len(rules)} rules {digest.hexdigest()[:16]}, revision {REVISION}, "
        f"yara-x {version_of('yara-x')}",
        compiled=compiled.getvalue(),
    )


def _namespaces(names: Iterable[str]) -> dict[str, str]:
    """Return the namespace of each file: its name without the suffix, or with it if ``a.yar`` is beside ``a.yara``."""
    found: dict[str, str] = {}
    taken = set[str]()
    for name in names:
        short = name.rpartition(".")[0]
        found[name] = name if short in taken else short
        taken.add(short)
    return found


def _texts(
    sources: Iterable[_Source], faults: dict[str, list[Problem]]
) -> Iterator[tuple[str, str]]:
    for source in sources:
        where = Where(source.name)
        if source.error:
            faults[source.name] = [
                Problem.of(
                    "scan.rule-file", where=where, variant="unreadable", os_error=source.error
                )
            ]
            continue
        try:
            yield source.name, source.data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = source.data.count(b"\n", 0, error.start) + 1
            where = where._replace(line=line)
            faults[source.name] = [Problem.of("scan.rule-file", where=where, variant="encoding")]


def _add_sources(
    texts: Mapping[str, str], spaces: Mapping[str, str], faults: dict[str, list[Problem]]
) -> Any:
    """Return a compiler with the rules of the files; their errors are added to ``faults``."""
    import yara_x

    compiler = yara_x.Compiler(includes_enabled=False)
    for variable in VARIABLES:
        compiler.define_global(variable, "")
    pattern = f"^({'|'.join(ACTIONS)})$"
    text: Any = yara_x.MetaType.STRING  # its members are integers to type checkers
    compiler.allowed_metadata("action", text, required=False, regexp=pattern, error=True)
    seen = 0
    for name, text in texts.items():
        compiler.new_namespace(spaces[name])
        try:
            compiler.add_source(text, origin=name)
        except yara_x.CompileError:
            errors = compiler.errors()
            faults[name] = list(_problems(name, errors[seen:]))
            seen = len(errors)
    return compiler


def _problems(name: str, errors: list[dict[str, Any]]) -> Iterator[Problem]:
    for error in sorted(errors, key=lambda one: (one["line"], one["column"]))[:_MAX_ERRORS]:
        labels = [label["text"] for label in error["labels"] if label["level"] == "error"]
        text = clean_message(": ".join([error["title"], *labels[:1]]))
        where = Where(name, line=error["line"], column=error["column"])
        yield Problem.of("scan.rule-file", where=where, compiler_message=text)


def _rule(metadata: Iterable[tuple[str, Any]]) -> Rule:
    actions = [value for key, value in metadata if key == "action"]
    texts = [value for key, value in metadata if key == "description" and isinstance(value, str)]
    action = min(actions, key=ACTIONS.index, default=DEFAULT_ACTION)
    return Rule(action, clean_message(texts[0]) if texts else "")
