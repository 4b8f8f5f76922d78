"""The project file: `extery.toml`, or `[tool.extery]` in `pyproject.toml`, beside the manifest.

It sets defaults for options and silences warnings, each with a reason. This module reads the file,
`extery.cli.command` applies it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from extery.cli.project_config import ProjectConfig
from extery.core import codes
from extery.core.errors import InvalidInput, Problem, ProblemList, Where
from extery.core.files import open_regular
from extery.core.text import quote_value
from extery.manifest.locator import Locator

if TYPE_CHECKING:
    from extery.manifest.positions import TomlPath

OWN_FILE = "extery.toml"
PYPROJECT = "pyproject.toml"
MAX_PROJECT_FILE_BYTES = 1 << 20
_NOTHING: Mapping[str, Any] = MappingProxyType({})

#: Returns the names of the options of a command that the project file can set.
OptionNames = Callable[[str], Iterable[str]]


def read_project_config(
    folder: Path, *, commands: Iterable[str], option_names: OptionNames
) -> ProjectConfig:
    """Read the project file in ``folder``; raises `InvalidInput` with everything that is wrong."""
    own, pyproject = folder / OWN_FILE, folder / PYPROJECT
    own_data, pyproject_data = _read(own), _read(pyproject)
    table = shared = None
    # Most pyproject.toml files have no such table, and parsing TOML slows the start.
    if pyproject_data is not None and _may_have_table(pyproject_data):
        shared = _tool_table(_parse(pyproject_data, pyproject), pyproject, pyproject_data)
    if own_data is not None:
        if shared is not None:
            raise InvalidInput.of("usage.config-twice", where=Where(str(own)))
        table = _parse(own_data, own)
        return _checked(table, own, own_data, (), commands, option_names)
    if shared is None or pyproject_data is None:
        return ProjectConfig()
    prefix = ("tool", "extery")
    return _checked(shared, pyproject, pyproject_data, prefix, commands, option_names)


def _may_have_table(data: bytes) -> bool:
    """Return whether ``data`` may contain ``[tool.extery]``, in any TOML notation."""
    import re  # loaded by click

    # No line break is matched as white space: the time would be quadratic in the number of empty lines.
    written = (
        rb"""tool["']?[ \t]*\.[ \t]*["']?extery|\[[ \t]*["']?tool["']?[ \t]*\]"""
        rb"""|^[ \t]*["']?tool["']?[ \t]*="""
    )
    return b"extery" in data and re.search(written, data, re.MULTILINE) is not None


def _read(file: Path) -> bytes | None:
    try:
        with open_regular(file) as stream:
            data: bytes = stream.read(MAX_PROJECT_FILE_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InvalidInput.of(
            "usage.config-unreadable", where=Where(str(file)), file=file.name, reason=reason
        ) from error
    if len(data) > MAX_PROJECT_FILE_BYTES:
        raise InvalidInput.of(
            "usage.config-unreadable",
            where=Where(str(file)),
            variant="too-large",
            file=file.name,
            limit=MAX_PROJECT_FILE_BYTES,
        )
    return data


def _parse(data: bytes, file: Path) -> dict[str, Any]:
    from extery.manifest.document import parse_table

    problems = ProblemList()
    table = parse_table(data, problems, str(file), max_bytes=MAX_PROJECT_FILE_BYTES)
    if table is not None:
        return table
    [problem] = problems
    values: dict[str, Any] = dict(problem.values)
    kind, variant = problem.code.rpartition(".")[2], values.pop("variant", "")
    if kind != "syntax":
        variant = kind
    elif variant not in codes.find("usage.config-toml").variants:
        variant = ""  # the hints of manifests are not needed
    raise InvalidInput.of(
        "usage.config-toml", where=problem.where, variant=variant, file=file.name, **values
    )


def _tool_table(document: dict[str, Any], file: Path, data: bytes) -> dict[str, Any] | None:
    """Return ``[tool.extery]``, or ``None`` if it is missing."""
    tool = document.get("tool")
    if not isinstance(tool, dict) or "extery" not in tool:
        return None
    table = tool["extery"]
    if isinstance(table, dict):
        return table
    where = Locator(data, str(file))(("tool", "extery"))
    raise InvalidInput(_not_a_table("tool.extery", table, where))


def _not_a_table(key: str, value: object, where: Where) -> Problem:
    return Problem.of(
        "usage.config-value",
        where=where,
        variant="table",
        key=key,
        value=quote_value(value),
        command="COMMAND",
    )


def _checked(
    table: dict[str, Any],
    file: Path,
    data: bytes,
    prefix: TomlPath,
    commands: Iterable[str],
    option_names: OptionNames,
) -> ProjectConfig:
    locate = Locator(data, str(file))

    def where(path: TomlPath, *, of_key: bool = False) -> Where:
        return locate((*prefix, *path), of_key=of_key)

    commands = list(commands)
    tables: dict[str, Mapping[str, Any]] = {}
    general: dict[str, Any] = {}
    silenced: dict[str, str] = {}
    with ProblemList().raising(InvalidInput) as problems:
        for key, value in table.items():
            if key == "output-format":
                general[key] = value
            elif key == "silence" or key in commands:
                if not isinstance(value, dict):
                    problems.extend([_not_a_table(key, value, where((key,)))])
                elif key == "silence":
                    silenced = _check_silenced(value, problems, where)
                else:
                    tables[key] = value
                    _check_keys(value, (key,), list(option_names(key)), problems, where)
            else:
                known = ["output-format", "silence", *commands]
                _add_unknown(key, known, problems, where((key,), of_key=True))
    return ProjectConfig(file, general, tables, silenced, where)


def _check_keys(
    table: Mapping[str, Any],
    path: TomlPath,
    known: list[str],
    problems: ProblemList,
    where: Callable[..., Where],
) -> None:
    for key in table:
        if key not in known:
            _add_unknown(key, known, problems, where((*path, key), of_key=True))


def _add_unknown(key: str, known: Iterable[str], problems: ProblemList, where: Where) -> None:
    from extery.core.text import closest_match  # needed only for problems

    similar = closest_match(key, known)
    problems.add(
        "usage.config-key",
        where=where,
        variant="similar" if similar else "",
        key=key,
        similar=similar,
    )


def _check_silenced(
    table: Mapping[str, Any], problems: ProblemList, where: Callable[..., Where]
) -> dict[str, str]:
    """Return code -> reason. ``a.b = "…"`` without quotes means the same as ``"a.b" = "…"``."""
    silenced = {}
    for path, reason in _leaves(table):
        code = ".".join(path)
        of_key = where(("silence", *path), of_key=True)
        try:
            entry = codes.find(code)
        except KeyError:
            close = codes.similar(code)
            problems.add(
                "usage.silence-unknown",
                where=of_key,
                variant="similar" if close else "",
                code=code,
                similar=close[0] if close else "",
            )
            continue
        if entry.severity == "error" and not entry.stricter:
            problems.add("usage.silence-error", where=of_key, code=code)
        elif not isinstance(reason, str) or not reason.strip():
            problems.add("usage.silence-reason", where=where(("silence", *path)), code=code)
        else:
            silenced[code] = reason
    return silenced


def _leaves(
    table: Mapping[str, Any], path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in table.items():
        if isinstance(value, dict) and value and len(path) < 4:
            yield from _leaves(value, (*path, key))
        else:
            yield (*path, key), value
