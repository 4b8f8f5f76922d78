"""``extery test``: try an extension in real Blenders."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import LocalPath, output_options, quiet_option

if TYPE_CHECKING:
    from extery.cli.output import Outcome

_MEGABYTE = 1_000_000


def _folder_of(params: Mapping[str, Any]) -> Path:
    path: Path = params["path"]
    return path if path.is_dir() else path.parent


@click.command(
    "test", cls=OutcomeCommand, project_folder=_folder_of, on_failure="Nothing was tested."
)
@click.argument("path", required=False, default=".", type=LocalPath(readable=False))
@click.option(
    "--blender",
    "blenders",
    metavar="VERSION|PATH",
    multiple=True,
    help="A Blender to test in, such as 4.2, or the path of a Blender or of a Python with 'bpy'; several with commas. By "
    "default 4.2, 4.5, 5.0, 5.2 and 5.3, as far as they are in the range of the manifest.",
)
@click.option(
    "--list-blenders",
    is_flag=True,
    help="List the Blenders that can be tested in, and test nothing.",
)
@click.option(
    "--tests",
    metavar="DIR",
    multiple=True,
    type=LocalPath(),
    help="Files or folders of tests for pytest; by default 'tests' in PATH if it exists.",
)
@click.option("--no-tests", is_flag=True, help="Do not run the author's tests.")
@click.option(
    "-k",
    "keyword",
    metavar="EXPRESSION",
    default="",
    help="Run only tests that match: pytest's -k.",
)
@click.option(
    "--cov",
    "coverage",
    is_flag=True,
    help="Measure which lines of the add-on run, in all Blenders together.",
)
@click.option(
    "--allow-network",
    is_flag=True,
    help="Let the extension and the tests use the network, and Blender allow it.",
)
@click.option(
    "--time-limit",
    metavar="SECONDS",
    type=click.FloatRange(5, 86_400),
    default=120.0,
    show_default=True,
    help="Seconds for all steps in one Blender.",
)
@click.option(
    "--memory-limit",
    metavar="MB",
    type=click.IntRange(2_000, 1_000_000),
    default=6_000,
    show_default=True,
    help="Memory of one Blender with the programs that it starts.",
)
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1, 64),
    help="Blenders that run at a time, by default as many as there are processors.",
)
@output_options()
@click.option("--strict", is_flag=True, help="Fail on warnings too, such as what stays behind.")
@quiet_option
@click.pass_obj
def command(
    run: Run,
    path: Path,
    *,
    blenders: tuple[str, ...],
    list_blenders: bool,
    tests: tuple[Path, ...],
    no_tests: bool,
    keyword: str,
    coverage: bool,
    allow_network: bool,
    time_limit: float,
    memory_limit: int,
    jobs: int | None,
    strict: bool,
) -> Outcome:
    """Try an extension in real Blenders.

    PATH is a folder with a blender_manifest.toml, which is built first, or a package; by default the current folder. In each
    Blender it is installed, enabled, disabled, enabled again and removed, without a window and with settings of its own. pytest
    runs the tests of the folder inside Blender. Reported are errors, what stays behind after disabling, and what the extension
    did without a permission.

    By default the Blenders 4.2, 4.5, 5.0, 5.2 and 5.3 are used, as far as they are in the range of the manifest. One that is not
    on this computer is installed from PyPI into the cache: about 0.4 GB to download and 1 GB on disk for each. To begin with
    one, use --blender 5.3. Their Pythons come from PATH, pyenv or uv: uv python install 3.11 3.13
    """
    if tests and no_tests:
        raise click.UsageError("--tests and --no-tests exclude each other.")
    for one in tests:
        if not one.exists():
            raise click.BadParameter(f"{str(one)!r} does not exist.", param_hint="'--tests'")
    from extery.cli.test_run import BlenderRun, listed_blenders

    if list_blenders:
        return listed_blenders()
    return BlenderRun(
        run=run,
        path=path,
        blenders=[name for text in blenders for name in text.split(",") if name],
        tests=[] if no_tests else [*tests] or None,
        keyword=keyword,
        coverage=coverage,
        network=allow_network,
        seconds=time_limit,
        memory=memory_limit * _MEGABYTE,
        jobs=jobs or 0,
        strict=strict,
    ).outcome()
