"""Judge a folder, module or package for given Blenders, with or without a manifest. Its code is read and never run."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from extery.analysis.pool import Limits, Source, analyze_all
from extery.author.validate import check_path
from extery.blender_api.table import load_api, load_varying_names
from extery.compatibility.findings import Finding, judge
from extery.core.errors import ProblemList, Where
from extery.core.files import NO_SOURCE_FOLDERS, open_regular
from extery.core.text import os_error_text
from extery.core.types import ADD_ON
from extery.core.versions import BLENDER_SERIES, BlenderSeries
from extery.manifest.document import MANIFEST_FILENAME
from extery.rules.api_findings import report_findings
from extery.rules.checks import Checks
from extery.rules.context import RuleContext
from extery.rules.profiles import Profile
from extery.rules.report import CheckReport
from extery.rules.sources import Sources

#: Files of a folder without a manifest that are read at most.
MAX_FILES = 20_000

_UNREADABLE = frozenset({"build.unreadable", "package.unreadable"})


class Judgement(NamedTuple):
    """The findings of a path for ``blenders``; ``unread`` are the modules that could not be read, ``number`` all modules.

    ``report`` has the findings as problems, and what is wrong with the path itself.
    """

    report: CheckReport
    blenders: tuple[BlenderSeries, ...]
    findings: list[Finding]
    unread: tuple[str, ...]
    number: int

    @property
    def is_unread(self) -> bool:
        """Whether there are modules, and none could be read."""
        return 0 < self.number == len(self.unread)


class _CompatibilityChecks(Checks):
    """Judges the code instead of running the rules; used with `check_path`."""

    def __init__(self, blenders: Sequence[BlenderSeries]) -> None:
        super().__init__(Profile.SELF_HOSTED)
        self.blenders = tuple(blenders)
        self.result: Judgement | None = None

    def run(self, context: RuleContext, problems: ProblemList) -> None:
        del problems  # those of other rules are for `extery validate`
        report = CheckReport("package" if context.members else "folder", context.name)
        self.result = judge_sources(context, context.sources, self.blenders, report)
        self.suppress(context, report.problems)


def judge_path(path: Path, blenders: Sequence[BlenderSeries] = ()) -> Judgement:
    """Judge a folder, a package or a module for ``blenders``, by default for those of its manifest.

    Without a manifest and ``blenders``, all known Blenders count.
    """
    # `Path.is_dir` and `Path.exists` raise for very long names.
    is_folder = os.path.isdir(path)  # noqa: PTH112
    is_module = path.suffix.lower() == ".py" and os.path.exists(path)  # noqa: PTH110
    if is_module or (is_folder and not (path / MANIFEST_FILENAME).is_file()):
        return _judge_files(path, tuple(blenders) or BLENDER_SERIES, is_folder=is_folder)
    checks = _CompatibilityChecks(blenders)
    report = check_path(path, checks=checks)
    if checks.result is None:  # it could not be opened or read
        return Judgement(report, tuple(blenders), [], (), 0)
    checks.result.report.name = report.name
    checks.result.report.manifest = report.manifest
    unreadable = [one for one in report.problems if one.code in _UNREADABLE]
    checks.result.report.problems.extend(unreadable)
    return checks.result


def judge_sources(
    context: RuleContext, sources: Sources, blenders: Sequence[BlenderSeries], report: CheckReport
) -> Judgement:
    """Judge the code of an add-on, and add the findings to ``report``: one problem for each use."""
    blenders = tuple(blenders) or sources.blenders
    findings = judge(sources.parts, load_api(), blenders)
    for kind in ("incompatible", "deprecated", "experimental"):
        report_findings(context, findings, report.problems, kind=kind, grouped=False)
    unread = tuple(one.path for one in sources.parts if one.failure or one.faults)
    return Judgement(report, tuple(blenders), findings, unread, len(sources.parts))


def _judge_files(path: Path, blenders: tuple[BlenderSeries, ...], *, is_folder: bool) -> Judgement:
    folder = path if is_folder else path.parent
    report = CheckReport("folder", str(folder))
    names = sorted(_python_files(path, report.problems)) if is_folder else [path.name]
    sources = [_source(folder, name, report.problems) for name in names]
    modules = analyze_all(sources, [], Limits(), wanted=load_varying_names())
    context = RuleContext(str(path), names=names, table={"type": ADD_ON.name})
    return judge_sources(context, Sources(modules, [], blenders=blenders), blenders, report)


def _python_files(folder: Path, problems: ProblemList) -> Iterator[str]:
    """Yield at most `MAX_FILES` files; ``problems`` says that there are more, and which folders cannot be read."""

    def is_unreadable(error: OSError) -> None:
        name = Path(os.fsdecode(error.filename)).relative_to(folder).as_posix()
        _add_unreadable(problems, name, error, variant="folder")

    number = 0
    for current, folders, files in os.walk(folder, onerror=is_unreadable):
        folders[:] = sorted(one for one in folders if one not in NO_SOURCE_FOLDERS)
        for file in sorted(files):
            if file.endswith(".py"):
                number += 1
                if number > MAX_FILES:
                    problems.add("compatibility.too-many-files", limit=MAX_FILES)
                    return
                yield (Path(current) / file).relative_to(folder).as_posix()


def _source(folder: Path, name: str, problems: ProblemList) -> Source:
    path = folder / name

    def read(limit: int) -> bytes:
        try:
            with open_regular(path) as file:
                return file.read(limit)
        except OSError as error:
            _add_unreadable(problems, name, error)
            raise

    try:
        size = path.stat().st_size
    except OSError:
        size = 0  # reading it says why
    return Source(name, size, read)


def _add_unreadable(problems: ProblemList, name: str, error: OSError, *, variant: str = "") -> None:
    problems.add(
        "build.unreadable",
        where=Where(name if name != "." else ""),
        variant=variant,
        path=name,
        reason=os_error_text(error),
    )
