"""A run of ``extery test``: prepare the Blenders, test, and make the outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from extery.cli.output import Outcome, is_quiet, pluralize, prefix_problems, print_note
from extery.cli.output.run_progress import RunProgress, report_wait
from extery.cli.output.table import table_lines
from extery.cli.terminal import printable
from extery.core.files import format_size
from extery.core.types import ADD_ON

if TYPE_CHECKING:
    from extery.author.testing.plan import Plan
    from extery.author.testing.results import Answer
    from extery.author.testing.run import Program
    from extery.cli.command import Run


def listed_blenders() -> Outcome:
    """Return the list of the Blenders that can be tested in."""
    from extery.author.testing.blenders import available

    rows = available()
    texts = [
        (
            row.series,
            row.version or "-",
            row.state
            if row.state != "to install"
            else f"to install ({format_size(row.download)}, {format_size(row.size)} on disk)",
            str(row.path),
        )
        for row in rows
    ]
    return Outcome(
        ok=True,
        summary=f"Listed {pluralize(len(rows), 'Blender')}.",
        notes=_notes_on_variable(),
        lines=table_lines(texts, heading=("Blender", "Release", "State", "Path")),
        data={"blenders": [{**row._asdict(), "path": str(row.path)} for row in rows]},
    )


def _notes_on_variable() -> list[str]:
    from extery.author.testing.blenders import ignored_programs
    from extery.blenders.programs import VARIABLE

    return [
        f"{VARIABLE} names {printable(str(path))}, which is no Blender: it was not used."
        for path in ignored_programs()
    ]


@dataclass(frozen=True)
class BlenderRun:
    """The arguments of a run; ``tests`` is None for the folder of tests in ``path``."""

    run: Run
    path: Path
    blenders: Sequence[str]
    tests: Sequence[Path] | None
    keyword: str
    coverage: bool
    network: bool
    seconds: float
    memory: int
    jobs: int
    strict: bool

    def outcome(self) -> Outcome:
        """Test, and return the outcome."""
        from extery.author.testing.blenders import UnknownBlender, known_series
        from extery.author.testing.plan import planned

        try:
            with planned(
                self.path, blenders=self.blenders, tests=self.tests, keyword=self.keyword
            ) as plan:
                return self._tested(plan)
        except UnknownBlender as error:
            raise click.BadParameter(
                f"{str(error)!r} is neither the path of a Blender nor one of {known_series()}.",
                param_hint="'--blender'",
            ) from error

    def _tested(self, plan: Plan) -> Outcome:
        from extery.author.testing.plan import run_all
        from extery.author.testing.problems import find_problems
        from extery.author.testing.run import Options
        from extery.author.testing.supervise import Limits, find_sandbox

        limits = Limits(seconds=self.seconds, memory=self.memory)
        sandbox = find_sandbox()
        options = Options(limits, sandbox, self.network, self.coverage)
        programs = self._prepared(plan)
        total = len(programs)
        with RunProgress("Testing", "Blender") as progress:
            for program in programs:
                progress.changed(f"Blender {program.name}", "testing")
            done = 0

            def on_answer(name: str, _answer: Answer) -> None:
                nonlocal done
                done += 1
                progress.finish(done, total, f"Blender {name}", "done")

            answers = run_all(plan, programs, options, on_answer=on_answer, jobs=self.jobs)
        found = find_problems(
            answers, id_=plan.subject.id, declared=plan.manifest.permissions, limits=limits
        )
        prefix = "" if self.path == Path() else f"{self.path}/"
        problems, silenced = self.run.silence(prefix_problems(found, prefix))
        return self._outcome(plan, answers)._replace(
            ok=not any(self.strict or item.problem.is_error for item in problems),
            problems=problems,
            silenced=silenced,
            notes=[*self._notes(plan, sandbox)],
        )

    def _prepared(self, plan: Plan) -> list[Program]:
        """Return the programs; report the environments that have to be made."""
        from extery.author.testing.plan import (
            Preparation,
            missing_releases,
            prepare,
            require_pythons,
        )
        from extery.author.testing.problems import join_names

        missing = missing_releases(plan.blenders)
        require_pythons(missing)
        if missing and self.run.output_format == "text" and not is_quiet():
            download = format_size(sum(release.download for release in missing.values()))
            size = format_size(sum(release.installed for release in missing.values()))
            print_note(
                f"Installing Blender {join_names([*missing])} from PyPI: {download} to download, {size} on disk, once."
            )
        with RunProgress("Installing", "Blender") as progress:

            def on_progress(name: str, done: int, size: int) -> None:
                progress.item(
                    f"Blender {name}", format_size(done), received=min(done, size), size=size
                )
                progress.update(0, len(plan.blenders), received=min(done, size), of_bytes=size)

            reports = Preparation(on_progress, report_wait)
            needs_tools = plan.needs_tools or self.coverage
            return [prepare(choice, tools=needs_tools, reports=reports) for choice in plan.blenders]

    def _notes(self, plan: Plan, sandbox: str) -> list[str]:
        notes = _notes_on_variable()
        if sandbox == "none":
            notes.append(
                "This system has no sandbox: the extension could use the network and write files outside its own folders."
            )
        is_folder = self.path.is_dir() and plan.manifest.type == ADD_ON.name
        if plan.tests is None and self.tests is None and is_folder:
            notes.append("There is no folder 'tests': pytest was not run.")
        return notes

    def _outcome(self, plan: Plan, answers: Mapping[str, Answer]) -> Outcome:
        from extery.cli import test_report

        coverage = test_report.merged_coverage(answers) if self.coverage else {}
        return Outcome(
            ok=True,
            summary=f"Tested {printable(plan.manifest.id)} {printable(plan.manifest.version)} in "
            f"{pluralize(len(answers), 'Blender')}.",
            lines=[
                *test_report.details(answers),
                *test_report.lines(answers),
                *test_report.coverage_lines(coverage),
            ],
            data={
                "extension": {"id": plan.manifest.id, "version": plan.manifest.version},
                "blenders": [test_report.as_data(name, one) for name, one in answers.items()],
                "coverage": test_report.coverage_data(coverage) if self.coverage else None,
            },
            problems_are_result=True,
            has_sources=True,
            is_strict=self.strict,
            suites=partial(test_report.suites, answers),
        )
