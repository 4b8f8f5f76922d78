"""What `validate` and `check` share: the folder of the project file, and the output of their reports."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from extery.cli.command import Run
    from extery.cli.output import PrefixedProblem
    from extery.cli.output.outcome import CheckedPath
    from extery.cli.project_config import ProjectConfig
    from extery.rules.report import CheckReport


def project_folder(params: Mapping[str, Any]) -> Path:
    """Return the folder of a single path; of several paths, the current folder."""
    paths = params["paths"]
    return folder_of(paths[0]) if len(paths) == 1 else Path()


def folder_of(path: Path) -> Path:
    if path.suffix.lower() in (".toml", ".py"):
        return path.parent
    return Path() if path.suffix.lower() == ".zip" else path


def project_configs(paths: Sequence[Path], run: Run) -> Callable[[Path], ProjectConfig]:
    """Return a function that returns the project file of a path, which is read once for each folder.

    That of the current folder, or of the only path, has been read already.
    """
    from extery.cli.command import config_in

    configs = {Path() if len(paths) != 1 else folder_of(paths[0]): run.config}

    def config_of(path: Path) -> ProjectConfig:
        folder = folder_of(path)
        if folder not in configs:
            configs[folder] = config_in(folder)
        return configs[folder]

    return config_of


def report_data(checked: CheckedPath) -> dict[str, Any]:
    """Return the report as JSON, without silenced warnings and with their number."""
    from extery.rules.blender_verdicts import verdicts_as_dict

    return checked.report.as_dict() | {
        "problems": [item.problem.as_dict() for item in checked.problems],
        "silenced": len(checked.silenced),
        "verdicts": verdicts_as_dict(checked.report.refusals),
    }


def html_of(checked: list[CheckedPath]) -> str:
    from extery.cli.output.html import html_report

    return html_report(checked)


def located(report: CheckReport) -> list[PrefixedProblem]:
    from extery.cli.output import PrefixedProblem

    return [
        PrefixedProblem(problem, prefix_in(report, problem.where.file))
        for problem in report.problems
    ]


def prefix_in(report: CheckReport, file: str) -> str:
    """Return the prefix that makes ``file`` relative to the current folder."""
    folder, _, name = report.name.rpartition("/")
    if report.kind == "folder":
        return "" if report.name == "." else f"{report.name.rstrip('/')}/"
    if report.kind == "package" and file != name:
        return f"{report.name}/"
    return f"{folder}/" if "/" in report.name else ""


def report_lines(report: CheckReport) -> Iterator[str]:
    """Yield that the report has no errors, and which Blenders judge differently."""
    if report.ok:
        yield _ok_line(report)
    if not report.refusals:
        return
    from extery.cli.terminal import printable
    from extery.rules.blender_verdicts import verdict_lines

    for line in verdict_lines(report.refusals):
        yield f"{printable(report.name)}: {printable(line)}"


def _ok_line(report: CheckReport) -> str:
    from extery.cli.output import pluralize, styles
    from extery.cli.terminal import printable

    if report.manifest is None:
        # `--like-blender` accepts packages that extery refuses to read.
        mark = styles.severity("warning", "warning")
        return f"{printable(report.name)}: {mark}: not read completely; Blender may install it"
    details = f"{report.manifest.id} {report.manifest.version} ({report.manifest.type})"
    if report.kind == "package" and report.size is not None:
        from extery.core.files import format_size

        details += f", {pluralize(report.members or 0, 'file')}, {format_size(report.size)}"
    mark = styles.success("ok")
    return f"{printable(report.name)}: {mark}: {details}"
