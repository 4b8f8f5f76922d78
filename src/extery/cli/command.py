"""Commands that return an `Outcome`: the options they share, the project file, and the exit status."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click
from click.core import ParameterSource

from extery.cli.options import LikeBlender

if TYPE_CHECKING:
    from extery.cli.output import Outcome, PrefixedProblem, SilencedProblem
    from extery.cli.project_config import ProjectConfig
    from extery.core.errors import ExteryError, Where

#: Mutually exclusive options: one on the command line replaces the others of the project file.
EXCLUSIVE = (
    {"output_dir", "output_filepath"},
    {"output_format", "as_json", "as_html", "output_type"},
    {"strict", "keep_going"},
)
#: Options that a project file cannot set: secrets, and those that make no sense as defaults.
_NOT_IN_FILES = {
    "help",
    "no_config",
    "source_dir",
    "repo_dir",
    "access_token",
    "as_json",
    "as_html",
}


class Run(NamedTuple):
    """The output format and the project file of a run; the ``obj`` of its click context."""

    output_format: str
    config: ProjectConfig

    def silence(
        self, problems: Iterable[PrefixedProblem]
    ) -> tuple[list[PrefixedProblem], list[SilencedProblem]]:
        """Return the problems to report, and the warnings that the project file silences."""
        return silence(problems, self.config.silenced)


def silence(
    problems: Iterable[PrefixedProblem], reasons: Mapping[str, str]
) -> tuple[list[PrefixedProblem], list[SilencedProblem]]:
    """Return the problems to report, and the warnings whose codes are in ``reasons``.

    Of each code at most `MAX_SIMILAR_IN_RESULT` are returned, and one problem that counts the others.
    """
    from extery.cli.output import SilencedProblem
    from extery.core.problem_limits import counted_code

    reported: list[PrefixedProblem] = []
    silenced: list[SilencedProblem] = []
    for item in problems:
        problem = item.problem
        reason = reasons.get(problem.code) or reasons.get(counted_code(problem))
        if reason and not problem.is_error:
            silenced.append(SilencedProblem(item, reason))
        else:
            reported.append(item)
    return _limited(reported), silenced


def _limited(items: list[PrefixedProblem]) -> list[PrefixedProblem]:
    from extery.cli.output import PrefixedProblem
    from extery.core.problem_limits import MAX_SIMILAR_IN_RESULT, limit_similar

    if len(items) <= MAX_SIMILAR_IN_RESULT:
        return items
    prefixes = {id(item.problem): item.prefix for item in items}
    limited = limit_similar((item.problem for item in items), maximum=MAX_SIMILAR_IN_RESULT)
    return [PrefixedProblem(problem, prefixes.get(id(problem), "")) for problem in limited]


class OutcomeCommand(click.Command):
    """A command that prints the `Outcome` its function returns.

    ``project_folder`` returns the folder of the project file for the arguments; ``None`` reads no project file.
    ``on_failure`` is the summary if the function raises an `ExteryError`.
    """

    def __init__(
        self,
        *arguments: Any,
        project_folder: Callable[[Mapping[str, Any]], Path] | None = lambda _params: Path(),
        on_failure: str = "Nothing was done.",
        **keywords: Any,
    ) -> None:
        super().__init__(*arguments, **keywords)
        self.project_folder = project_folder
        self.on_failure = on_failure

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, print its outcome and exit with its status."""
        from extery.cli.group import name_in_group
        from extery.cli.output import Outcome, emit, is_quiet, prefix_problems
        from extery.core.errors import ExteryError

        has_sources = True
        try:
            config = self._read_config(ctx)
            output_format = _pop_format(ctx)
            ctx.obj = Run(output_format, config)
            has_sources = False
            outcome: Outcome = super().invoke(ctx)
        except ExteryError as error:
            problems = prefix_problems(error.problems)
            summary = failure_summary(error, self.on_failure)
            outcome = Outcome(False, summary, problems, has_sources=has_sources)
            output_format = ctx.obj.output_format if ctx.obj else _pop_format(ctx)
            if output_format == "html":
                output_format = "text"
        if "blender" in ctx.params:  # of the client
            from extery.cli.target_options import given_options, outcome_with_options

            outcome = outcome_with_options(outcome, given_options(ctx))
        if is_quiet():
            outcome = outcome._replace(lines=(), notes=(), is_quiet=True)
        ctx.exit(emit(outcome, command=name_in_group(ctx), output_format=output_format))

    def _read_config(self, ctx: click.Context) -> ProjectConfig:
        from extery.cli.project_config import ProjectConfig

        if ctx.params.pop("no_config", False) or self.project_folder is None:
            return ProjectConfig()
        config = config_in(self.project_folder(ctx.params))
        for name, value, where in config.options(self.name or ""):
            option = options_for_files(self).get(name)
            if option is not None and config.file is not None:
                self._set_default(ctx, option, value, where, config.file)
        return config

    def _set_default(
        self, ctx: click.Context, option: click.Option, value: Any, where: Where, file: Path
    ) -> None:
        """Set an option to the ``value`` of the project file unless the command line sets it."""
        assert option.name is not None
        partners: set[str] = {option.name}.union(*(g for g in EXCLUSIVE if option.name in g))
        sources = {ctx.get_parameter_source(partner) for partner in partners} - {None}
        if sources - {ParameterSource.DEFAULT}:
            return
        from extery.core.errors import InvalidInput
        from extery.core.text import quote_value

        values = {"key": option.opts[0].removeprefix("--"), "command": self.name or ""}
        type_, kinds = _toml_type(option)
        items = value if option.multiple and isinstance(value, list) else [value]
        for item in items:
            if type(item) not in kinds:  # a bool is an int
                values["value"] = quote_value(item)
                raise InvalidInput.of("usage.config-value", where=where, variant=type_, **values)
        try:
            ctx.params[option.name] = _convert(ctx, option, items, file.parent)
        except click.BadParameter as error:
            values["reason"] = error.message
            raise InvalidInput.of("usage.config-value", where=where, **values) from error


def failure_summary(error: ExteryError, usual: str) -> str:
    """Return the summary of a command that raised ``error``: ``usual``, unless something was done."""
    return "The change is not complete." if error.code == "target.unfinished" else usual


def config_in(folder: Path) -> ProjectConfig:
    """Read the project file in ``folder``; raises `InvalidInput` if it is invalid."""
    from extery.cli.app import COMMANDS, load_command
    from extery.cli.project_file import read_project_config

    return read_project_config(
        folder,
        commands=COMMANDS,
        option_names=lambda command: options_for_files(load_command(command)),
    )


def options_for_files(command: click.Command) -> dict[str, click.Option]:
    """Return the options of ``command`` that a project file can set, by their long names."""
    options = {}
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.name not in _NOT_IN_FILES:
            long = next((name for name in parameter.opts if name.startswith("--")), "")
            options[long.removeprefix("--")] = parameter
    return options


def _pop_format(ctx: click.Context) -> str:
    """Remove the format options from the parameters and return the requested format."""
    chosen: str = ctx.params.pop("output_format", None) or ""
    is_set = ctx.get_parameter_source("output_format") not in (None, ParameterSource.DEFAULT)
    flags = [name for name in ("json", "html") if ctx.params.pop(f"as_{name}", False)]
    if len(flags) + (is_set and chosen not in flags) > 1:
        names = [f"--{flag}" for flag in flags] + (["--output-format"] if is_set else [])
        raise click.UsageError(f"{' and '.join(names)} exclude each other.", ctx)
    return flags[0] if flags else chosen or "text"


def _convert(ctx: click.Context, option: click.Option, items: list[Any], folder: Path) -> Any:
    """Convert the values of an option as the command line would; paths are relative to ``folder``."""
    if isinstance(option.type, click.Path) or option.metavar in ("FILE", "DIR"):
        items = [str(folder / item) if item else item for item in items]
    return option.process_value(ctx, tuple(items) if option.multiple else items[0])


def _toml_type(option: click.Option) -> tuple[str, set[type]]:
    """Return the TOML type of ``option`` as a variant of ``usage.config-value``, and its Python types."""
    if isinstance(option.type, LikeBlender):
        return "boolean-or-string", {bool, str}
    if option.is_flag:
        return "boolean", {bool}
    if isinstance(option.type, click.types.IntParamType):
        return "integer", {int}
    if isinstance(option.type, click.types.FloatParamType):
        return "number", {int, float}
    return "string", {str}
