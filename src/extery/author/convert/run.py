"""Convert an add-on: plan, write beside, check the result, report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import unified_diff
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from extery.author.convert.decisions import find_decisions
from extery.author.convert.plan import Ask, Plan, plan_conversion
from extery.author.convert.source import open_source
from extery.author.convert.write import check_destination, destination_for, publish, staged
from extery.author.validate import check_path
from extery.core.errors import NotFound, Problem, ProblemList
from extery.manifest.document import MANIFEST_FILENAME
from extery.rules.checks import Checks
from extery.rules.profiles import Profile

#: Lines of a difference of one file.
MAX_DIFF_LINES = 2_000


class FileReport(NamedTuple):
    """A file of the result: its path, that in the source, and the changes of its lines."""

    path: str
    source: str
    changes: list[Any]


class Conversion(NamedTuple):
    """What was done, or would be: ``decisions`` are left to a person, those about the manifest first."""

    source: Path
    folder: Path
    plan: Plan
    decisions: ProblemList

    @property
    def changed_files(self) -> list[FileReport]:
        """The modules that changed, and files that got another name, in the order of their paths."""
        plan = self.plan
        found = []
        for path, file in sorted(plan.files.items()):
            module = plan.code.modules.get(path)
            original = file.path.removeprefix(plan.add_on.root)
            if (module is not None and module.changes) or original != path:
                found.append(FileReport(path, file.path, list(module.changes) if module else []))
        return found

    def as_dict(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        plan = self.plan
        return {
            "source": str(self.source),
            "folder": str(self.folder),
            "id": plan.id,
            "manifest": "kept" if plan.keeps_manifest else "written",
            "fields": []
            if plan.keeps_manifest
            else [one.as_dict() for one in plan.values.values()],
            "lost": dict(plan.lost),
            "licenses": [one._asdict() for one in plan.evidence],
            "files": sorted({*plan.files, *plan.texts}),
            "changed": [
                {
                    "path": one.path,
                    "source": one.source,
                    "changes": [change._asdict() for change in one.changes],
                }
                for one in self.changed_files
            ],
            "removed": sorted(plan.code.removed),
            "left_out": [one._asdict() for one in plan.layout.left_out],
        }

    def diff(self) -> Iterator[str]:
        """Yield the lines of unified differences: the manifest, and the modules that change."""
        modules = self.plan.code.modules
        for path, data in sorted(self.plan.texts.items()):
            before = modules[path].before if path in modules else b""
            yield from _file_diff(path, before, data)


def _file_diff(path: str, before: bytes, after: bytes) -> Iterator[str]:
    old = before.decode("utf-8", "replace").splitlines(keepends=True)
    new = after.decode("utf-8", "replace").splitlines(keepends=True)
    first = f"a/{path}" if before or path != MANIFEST_FILENAME else "/dev/null"
    for number, line in enumerate(unified_diff(old, new, first, f"b/{path}")):
        if number >= MAX_DIFF_LINES:
            yield f"… more than {MAX_DIFF_LINES} lines"
            return
        yield line.rstrip("\r\n")


def convert(
    source: Path,
    destination: Path | None,
    *,
    add_on: str | None = None,
    given: Mapping[str, Any] | None = None,
    writes: bool = True,
    ask: Ask | None = None,
) -> Conversion:
    """Convert an add-on into a new folder; without ``writes`` into a temporary one, which is removed.

    ``given`` are fields of the manifest, ``ask`` is called for each that is guessed or missing.

    Raises `InvalidInput`, `InvalidPackage` and `InvalidManifest` for what cannot be converted, `Conflict` if the destination
    exists, and `Unavailable` if it cannot be written. Then nothing is left of it.
    """
    if find_spec("libcst") is None:
        raise NotFound.of("convert.no-libcst")
    with open_source(source) as tree:
        if destination is not None and writes:
            check_destination(source, destination)  # before the work
        plan = plan_conversion(tree, add_on, given or {}, ask)
        folder = destination or destination_for(source, plan.id)
        if writes:
            check_destination(source, folder)
            with staged(plan, folder) as stage:
                decisions = _decisions(plan, stage)
                publish(stage, folder)
        else:
            decisions = _decisions_in_temporary_folder(plan, folder.name)
    return Conversion(source, folder, plan, decisions)


def _decisions_in_temporary_folder(plan: Plan, name: str) -> ProblemList:
    from tempfile import TemporaryDirectory

    with (
        TemporaryDirectory(prefix="extery-convert-") as parent,
        staged(plan, Path(parent) / name) as stage,
    ):
        return _decisions(plan, stage)


def _decisions(plan: Plan, stage: Path) -> ProblemList:
    """Return the decisions of the plan, and what `extery check` says about the result."""
    found = find_decisions(plan)
    known = {(one.where.file, one.where.line) for one in found}
    report = check_path(stage, checks=Checks(Profile.BLENDER_ORG))
    found.extend(problem for problem in report.problems if not _is_known(problem, known))
    return found


def _is_known(problem: Problem, known: set[tuple[str, int | None]]) -> bool:
    """Return whether a decision says the same."""
    where = problem.where
    return problem.code == "code.self-updater" and (where.file, where.line) in known
