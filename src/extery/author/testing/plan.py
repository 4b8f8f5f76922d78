"""From a folder or a package to its answers in several Blenders."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from extery.author.testing.blenders import Choice, choose, series_in
from extery.author.testing.results import Answer
from extery.author.testing.run import (
    AuthorTests,
    Options,
    Program,
    Subject,
    run_in_blender,
)
from extery.blenders.environments import environment_of, make_environment, make_tools
from extery.blenders.pythons import find_python
from extery.blenders.releases import Release
from extery.core.compatibility import BlenderRange
from extery.core.errors import Incompatible, NotFound, Problem
from extery.core.versions import parse_blender_version
from extery.manifest.document import Manifest

#: Folders of tests in a project, the first that exists.
TEST_FOLDERS = ("tests", "test")


class Plan(NamedTuple):
    """The package, its manifest, the Blenders and the tests."""

    subject: Subject
    manifest: Manifest
    blenders: Sequence[Choice]
    tests: AuthorTests | None

    @property
    def needs_tools(self) -> bool:
        return self.tests is not None


@contextmanager
def planned(
    source: Path, *, blenders: Sequence[str], tests: Sequence[Path] | None, keyword: str
) -> Iterator[Plan]:
    """Plan the test of a folder, which is built, or of a package.

    ``tests`` are files and folders; ``None`` is the folder of tests in the source folder, if there is one. Raises
    `InvalidInput` for what cannot be built, `Incompatible` without a suitable Blender, and `UnknownBlender` for a name that is none.
    """
    with TemporaryDirectory(prefix="extery-test-") as name:
        package, manifest = _package(source, Path(name))
        range_ = _range_of(manifest)
        names = blenders or series_in(range_)
        if not names:
            raise Incompatible.of("test.no-blender", range=str(range_))
        subject = Subject(package, manifest.id, manifest.type, package.stat().st_size)
        choices = choose(names)
        _require_in_range(choices, range_)
        yield Plan(subject, manifest, choices, _tests(source, tests, keyword))


def _package(source: Path, folder: Path) -> tuple[Path, Manifest]:
    if source.is_dir() or source.suffix == ".toml":
        from extery.author.build.execute import build

        built = build(source, output_dir=folder)[0]
        return built.path, built.manifest
    from extery.package.reader import open_package

    with open_package(source, name=str(source)) as package:
        return source, package.manifest


def _range_of(manifest: Manifest) -> BlenderRange:
    return BlenderRange.parse(manifest.blender_version_min, manifest.blender_version_max)


def _require_in_range(choices: Sequence[Choice], range_: BlenderRange) -> None:
    """Raise `Incompatible` for an environment whose Blender the manifest excludes; Blender itself judges other programs."""
    for choice in choices:
        if choice.program is None:
            version = environment_of(choice.series).release.version
            if not range_.has(parse_blender_version(version)):
                raise Incompatible.of("test.not-in-range", blender=version, range=str(range_))


def _tests(source: Path, chosen: Sequence[Path] | None, keyword: str) -> AuthorTests | None:
    root = (source if source.is_dir() else source.parent).resolve()
    if chosen is not None:
        return AuthorTests(root, [path.resolve() for path in chosen], keyword) if chosen else None
    folders = [root / name for name in TEST_FOLDERS if (root / name).is_dir()]
    if not source.is_dir() or not folders:
        return None
    return AuthorTests(root, folders[:1], keyword)


class Preparation(NamedTuple):
    """Reports what is prepared: the name of a Blender with bytes on disk now and at the end, and what is waited for."""

    on_progress: Callable[[str, int, int], None] = lambda _name, _done, _size: None
    on_wait: Callable[[str], None] = lambda _: None


def missing_releases(choices: Sequence[Choice]) -> dict[str, Release]:
    """Return the releases whose environments have to be made, by their series."""
    environments = [environment_of(choice.series) for choice in choices if choice.program is None]
    return {one.series: one.release for one in environments if not one.is_complete}


def require_pythons(missing: Mapping[str, Release]) -> None:
    """Raise `NotFound` with all Pythons that the environments of these releases need and this computer lacks."""
    by_python: dict[str, list[str]] = {}
    for series, release in missing.items():
        by_python.setdefault(release.python, []).append(series)
    problems = [
        Problem.of("environment.no-python", series=", ".join(series), python=python)
        for python, series in by_python.items()
        if find_python(python) is None
    ]
    if problems:
        raise NotFound(*problems)


def prepare(choice: Choice, *, tools: bool, reports: Preparation = Preparation()) -> Program:
    """Return the program of a Blender; make its environment and pytest's folder if there is none."""
    path = choice.program
    if path is None:
        environment = environment_of(choice.series)
        release = environment.release
        make_environment(
            choice.series,
            on_progress=lambda done: reports.on_progress(choice.name, done, release.installed),
            on_wait=reports.on_wait,
        )
        path = environment.python
    folder = make_tools(choice.python, on_wait=reports.on_wait) if tools else None
    return Program(choice.name, path, folder)


def run_all(
    plan: Plan,
    programs: Sequence[Program],
    options: Options,
    *,
    on_answer: Callable[[str, Answer], None] = lambda _name, _answer: None,
    jobs: int = 0,
) -> Mapping[str, Answer]:
    """Test in all Blenders, as many at a time as there are processors; return their answers by name, in order."""
    workers = jobs or min(len(programs), os.cpu_count() or 1)
    found: dict[str, Answer] = {}
    stop = threading.Event()
    options = options._replace(stop=stop)
    with ThreadPoolExecutor(max_workers=workers) as pool:
        running = {
            pool.submit(run_in_blender, program, plan.subject, plan.tests, options): program
            for program in programs
        }
        try:
            for future in as_completed(running):
                name = running[future].name
                found[name] = future.result()
                on_answer(name, found[name])
        except BaseException:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    return {program.name: found[program.name] for program in programs}
