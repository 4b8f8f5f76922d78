"""Bring the manifest of a folder into another form."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from extery.author.fix import FixedFile
from extery.core.errors import (
    Conflict,
    InvalidInput,
    InvalidManifest,
    Problem,
    ProblemList,
    Where,
)
from extery.manifest.document import (
    MANIFEST_FILENAME,
    check_manifest,
    parse_table,
    read_manifest_bytes,
)
from extery.manifest.edit import InapplicableEdit, LostComment
from extery.manifest.locator import Locator
from extery.manifest.schemas.forms import FORMS, Form, Migrated, form_of, migrate
from extery.manifest.schemas.registry import KNOWN_SCHEMA_VERSIONS

_UNKNOWN_NAME = "manifest.permissions.unknown-key"


class ReadManifest(NamedTuple):
    """A manifest and its form."""

    path: Path
    text: str
    table: Mapping[str, Any]
    form: Form

    @property
    def permissions(self) -> tuple[str, ...]:
        """The permissions of a list, which have no reasons yet."""
        found = self.table.get("permissions")
        return tuple(map(str, found)) if isinstance(found, list) else ()


class Migration(NamedTuple):
    """The file before and after, and what has no place in the new form or is still to be written."""

    file: FixedFile
    source: Form
    target: Form
    result: Migrated

    @property
    def is_needed(self) -> bool:
        return self.file.before != self.file.after


def read_manifest(source: Path) -> ReadManifest:
    """Read the manifest ``source``, or the one in this folder.

    Raises `InvalidManifest` if it cannot be read, `InvalidInput` if the version of its schema is unknown.
    """
    path = source / MANIFEST_FILENAME if source.is_dir() else source
    data = read_manifest_bytes(path)
    problems = ProblemList()
    table = parse_table(data, problems, path.name)
    if table is None:
        raise InvalidManifest(*problems)
    form = form_of(table)
    if form is None:
        raise InvalidInput.of(
            "migrate.unknown-version",
            where=Where(path.name, ("schema_version",)),
            value=repr(table.get("schema_version", "")),
            known=", ".join(KNOWN_SCHEMA_VERSIONS),
        )
    return ReadManifest(path, data.decode("utf-8"), table, form)


def plan_migration(manifest: ReadManifest, to: Form, reasons: Mapping[str, str]) -> Migration:
    """Return the manifest in the form ``to``; `extery.author.fix.write_fixes` writes it.

    Raises `InvalidInput` for a reason of a permission that the manifest does not have, `InvalidManifest` for one that Blender
    does not accept, and `Conflict` if a comment would be lost or the notation of the permissions is none that can be changed.
    """
    for name in reasons:
        if name not in manifest.permissions:
            known = ", ".join(manifest.permissions) or "none"
            raise InvalidInput.of("migrate.unknown-permission", name=repr(name), known=known)
    result = _migrated(manifest, to, reasons)
    _check_reasons(result, reasons)
    file = FixedFile(manifest.path, manifest.path.name, manifest.text, result.text, ())
    return Migration(file, manifest.form, to, result)


def check_names(manifest: ReadManifest) -> None:
    """Raise `InvalidManifest` if a list has names that are no permissions: no reason makes them valid."""
    if not manifest.permissions:
        return
    text = _migrated(manifest, FORMS[-1], {}).text
    locate = Locator(manifest.text.encode(), manifest.path.name)
    wrong = [
        problem._replace(
            where=locate(("permissions", manifest.permissions.index(str(problem.where.path[-1]))))
        )
        for problem in check_manifest(text.encode())[1]
        if problem.code == _UNKNOWN_NAME
    ]
    if wrong:
        raise InvalidManifest(*wrong)


def _migrated(manifest: ReadManifest, to: Form, reasons: Mapping[str, str]) -> Migrated:
    where = Where(manifest.path.name, ("permissions",))
    try:
        return migrate(manifest.text, manifest.table, to=to, reasons=reasons)
    except LostComment as error:
        raise Conflict.of("migrate.comments", where=where) from error
    except InapplicableEdit as error:
        raise Conflict.of("migrate.notation", where=where) from error


def reason_problems(manifest: ReadManifest, name: str, reason: str) -> list[Problem]:
    """Return what is wrong with the text of a reason; `check_names` says what is wrong with the name."""
    try:
        plan_migration(manifest, FORMS[-1], {name: reason})
    except InvalidManifest as error:
        return list(error.problems)
    return []


def _check_reasons(result: Migrated, reasons: Mapping[str, str]) -> None:
    _, problems = check_manifest(result.text.encode())
    wrong = [
        problem._replace(where=Where())  # its line is not in the file yet
        for problem in problems.errors
        if problem.code != _UNKNOWN_NAME
        and problem.where.path[:1] == ("permissions",)
        and problem.where.path[-1] in reasons
    ]
    if wrong:
        raise InvalidManifest(*wrong)
