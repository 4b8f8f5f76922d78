"""The libraries that a user names: on the command line, in a ``pyproject.toml`` or in a ``uv.lock``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from packaging.utils import canonicalize_name
from packaging.version import Version

from extery.author.wheels.candidates import Need, parse_need, parse_version
from extery.author.wheels.targets import Target
from extery.core.errors import InvalidInput, Where
from extery.core.files import read_regular
from extery.core.text import clean_message, os_error_text, quote_value

_MAX_BYTES = 20_000_000


class Dependencies(NamedTuple):
    """Requirements, and the versions to prefer, by the normalized names of libraries."""

    requirements: list[str]
    preferred: dict[str, Version]


def dependencies_from(path: Path) -> Dependencies:
    """Return the dependencies in a ``pyproject.toml`` or a ``uv.lock``; raises `InvalidInput`."""
    where, file = Where(str(path)), path.name
    try:
        table = tomllib.loads(read_regular(path, limit=_MAX_BYTES).decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        text = os_error_text(error) if isinstance(error, OSError) else clean_message(str(error))
        raise InvalidInput.of("library.source", where=where, file=file, reason=text) from error
    try:
        if isinstance(table.get("package"), list):
            found = _of_lock(table["package"], where)
        else:
            found = Dependencies(_strings(table["project"].get("dependencies", [])), {})
    except (TypeError, KeyError, AttributeError) as error:
        raise InvalidInput.of(
            "library.source", where=where, variant="unknown", file=file
        ) from error
    if not found.requirements:
        raise InvalidInput.of("library.source", where=where, variant="no-dependencies", file=file)
    return found


def _strings(values: Iterable[object]) -> list[str]:
    return [value for value in values if isinstance(value, str)]


def _of_lock(packages: list[dict[str, Any]], where: Where) -> Dependencies:
    """Return what the projects in a lock file need, with the locked versions.

    Raises `InvalidInput` for a library that is not from an index: one of the same name there may be anything.
    """
    versions: dict[str, set[str]] = {}
    for package in packages:
        if "registry" in package.get("source", {}):
            versions.setdefault(canonicalize_name(package["name"]), set()).add(package["version"])
    locked = {name: found.pop() for name, found in versions.items() if len(found) == 1}
    requirements = []
    for package in packages:
        if not {"virtual", "editable"} & set(package.get("source", {})):
            continue
        for dependency in package.get("dependencies", []):
            name = canonicalize_name(dependency["name"])
            extras = f"[{','.join(dependency['extra'])}]" if dependency.get("extra") else ""
            if name not in versions:
                raise InvalidInput.of(
                    "library.source",
                    where=where,
                    variant="not-in-index",
                    file=where.file,
                    library=name,
                )
            # With several versions, each dependency states its own.
            version = dependency.get("version") or locked.get(name)
            exact = f"=={version}" if version else ""
            marker = f" ; {dependency['marker']}" if dependency.get("marker") else ""
            requirements.append(f"{name}{extras}{exact}{marker}")
    parsed = {name: parse_version(text) for name, text in locked.items()}
    preferred = {name: version for name, version in parsed.items() if version is not None}
    return Dependencies(list(dict.fromkeys(requirements)), preferred)


def needs_from(texts: Iterable[str], targets: Iterable[Target]) -> list[Need]:
    """Return the needs of requirements; raises `InvalidInput` for one that cannot be read."""
    targets = list(targets)
    needs = []
    for text in texts:
        try:
            need = parse_need(text, targets)
        except ValueError as error:
            reason = clean_message(str(error).partition("\n")[0])
            raise InvalidInput.of(
                "library.requirement", text=quote_value(text), reason=reason
            ) from error
        if need is not None:
            needs.append(need)
    return needs
