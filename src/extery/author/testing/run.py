"""Test a package in one Blender: the folder for it, the job, the confined process and its answer."""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from extery.author.testing.results import Answer, AuthorTest, read_answer
from extery.author.testing.supervise import Limits, Sandbox, supervise
from extery.blenders.programs import command_of
from extery.core.files import NO_SOURCE_FOLDERS
from extery.core.types import ADD_ON, THEME

_SCRIPT = Path(__file__).with_name("inside_blender") / "start.py"
#: Seconds before the end in which a session that hangs writes where.
_GRACE = 2.0
#: What a Blender needs of the environment; tokens and passwords are not passed on.
_PASSED = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "SYSTEMROOT", "COMSPEC")
_NOT_LINKED = NO_SOURCE_FOLDERS | {"__init__.py"}
_MAX_LINKS = 2_000
#: Of the repository in Blender; the names of left-over files begin with it.
EXTENSIONS = "extensions/user_default"


class AuthorTests(NamedTuple):
    """The tests of an author: the root of the project, the files or folders, and pytest's ``-k``."""

    root: Path
    paths: Sequence[Path]
    keyword: str = ""


class Subject(NamedTuple):
    """The package to test."""

    package: Path
    id: str
    type: str
    size: int


class Program(NamedTuple):
    """A Blender: its name in reports, the program, and the folder with pytest for its Python."""

    name: str
    path: Path
    tools: Path | None


class Options(NamedTuple):
    """How to test."""

    limits: Limits = Limits()
    sandbox: Sandbox = "none"
    network: bool = False
    coverage: bool = False
    stop: threading.Event | None = None
    #: Folders that the extension finds empty, in a sandbox.
    hidden: Sequence[Path] = ()
    #: Where the folder of the run is made, outside of the hidden ones; ``None`` for that of temporary files.
    temporary: Path | None = None


def run_in_blender(
    program: Program, subject: Subject, tests: AuthorTests | None, options: Options
) -> Answer:
    """Test a package in a Blender; nothing stays on disk, and nothing keeps running."""
    # The real path: in a sandbox it is a mount point.
    with TemporaryDirectory(
        prefix="extery-test-", dir=options.temporary, ignore_cleanup_errors=True
    ) as name:
        folder = Path(name).resolve()
        work, answer, trace = folder / "work", folder / "answer", folder / "trace"
        project = folder / "project"
        for one in (work, project):
            one.mkdir()
        for one in (answer, trace):
            one.touch()
        package = folder / subject.package.name
        shutil.copyfile(subject.package, package)
        job = {
            "package": str(package),
            "id": subject.id,
            "type": subject.type,
            "add_on_type": ADD_ON.name,
            "theme_type": THEME.name,
            "answer": str(answer),
            "trace": str(trace),
            "deadline": time.time() + options.limits.seconds - _GRACE,
            "allow_network": options.network,
            "coverage": options.coverage,
            "tools": str(program.tools or ""),
            "tests": _link_tests(tests, project) if tests else [],
            "names": [tests.root.name] if tests else [],
            "test_folders": [path.name for path in tests.paths] if tests else [],
            "keyword": tests.keyword if tests else "",
            "project": str(project),
            "home": str(work / "home"),
            "temp": str(work / "temp"),
            "basetemp": str(work / "pytest"),
        }
        (folder / "job.json").write_text(json.dumps(job), "utf-8")
        ended = supervise(
            command_of(program.path, _SCRIPT, str(folder / "job.json")),
            environ=_environment(work, os.environ),
            work=work,
            writable=[answer, trace],
            limits=_with_room_for(subject, options.limits),
            sandbox=options.sandbox,
            network=options.network,
            stop=options.stop,
            hidden=options.hidden,
        )
        found = read_answer(answer, trace, ended)
        return found._replace(tests=[_in_project(test, project, tests) for test in found.tests])


def _with_room_for(subject: Subject, limits: Limits) -> Limits:
    """Return limits with space for the package, which Blender unpacks to a folder beside the last one."""
    return limits._replace(disk=limits.disk + 3 * subject.size)


def _environment(work: Path, environ: Mapping[str, str]) -> dict[str, str]:
    passed = {name: environ[name] for name in _PASSED if name in environ}
    temp = str(work / "temp")
    folders = {"HOME": str(work / "home"), "TMPDIR": temp, "TEMP": temp, "TMP": temp}
    if sys.platform == "win32":
        folders |= {"USERPROFILE": str(work / "home"), "APPDATA": str(work / "home")}
    if not environ.get("LANG"):
        passed["LANG"] = "C.UTF-8"
    blender = {"BLENDER_USER_RESOURCES": str(work / "blender"), "PYTHONDONTWRITEBYTECODE": "1"}
    return {**passed, **folders, **blender}


def _link_tests(tests: AuthorTests, project: Path) -> list[str]:
    """Put links to the files of the project into a folder, and return the paths of the tests in it.

    Its ``__init__.py`` is left out: pytest would import the extension a second time, from its source.
    """
    for entry in sorted(tests.root.iterdir())[:_MAX_LINKS]:
        if entry.name not in _NOT_LINKED:
            _link(entry, project / entry.name)
    found = []
    for number, path in enumerate(tests.paths):
        if path.is_relative_to(tests.root):
            found.append(str(project / path.relative_to(tests.root)))
        else:
            _link(path, project / f"tests-{number}" / path.name)
            found.append(str(project / f"tests-{number}" / path.name))
    return found


def _link(source: Path, target: Path) -> None:
    with suppress(OSError):
        target.parent.mkdir(exist_ok=True)
        try:
            target.symlink_to(source)
        except OSError:  # Windows needs a right for it
            copy = shutil.copytree if source.is_dir() else shutil.copyfile
            copy(source, target)


def _in_project(test: AuthorTest, project: Path, tests: AuthorTests | None) -> AuthorTest:
    """Return the result of a test with its place in the project instead of the linked folder."""
    if test.place is None or tests is None:
        return test
    path = Path(test.place[0])
    if path.is_relative_to(project):
        path = tests.root / path.relative_to(project)
    return test._replace(place=(str(path), test.place[1]))
