"""The session: install the package, enable the extension, disable it, compare, run the tests, remove it."""

import faulthandler
import importlib
import json
import os
import sys
import time
import traceback

import addon_utils
import bpy
from inside_blender.answers import Answers
from inside_blender.author_tests import run as run_author_tests
from inside_blender.covered import Coverage
from inside_blender.left_overs import LeftOvers
from inside_blender.observed import Observer
from inside_blender.places import Places
from inside_blender.watchers import Watchers

REPOSITORY = "user_default"
_WARM_UP = "extery_warm_up"
_MANIFEST = """schema_version = "1.0.0"
id = "{name}"
version = "1.0.0"
name = "Warm Up"
tagline = "Fills the caches of Blender"
maintainer = "Extery"
type = "{type}"
license = ["SPDX:GPL-3.0-or-later"]
blender_version_min = "4.2.0"
"""


def wait_without_polling():
    """Let Blender's operators block while they read from the process that installs.

    Without a window they ask again at once, thousands of times, which takes the processor from that process.
    """
    try:
        from bl_pkg import bl_extension_utils
    except ImportError:
        return
    if hasattr(bl_extension_utils, "file_handle_make_non_blocking"):
        bl_extension_utils.file_handle_make_non_blocking = lambda _file: None


class Failure(Exception):
    """A step has failed, and the next ones make no sense."""


class Session:
    """The test of one extension."""

    def __init__(self, job, answers):
        self.job = job
        self.answers = answers
        self.id = job["id"]
        self.module = f"bl_ext.{REPOSITORY}.{self.id}"
        self.repository = next(
            repo for repo in bpy.context.preferences.extensions.repos if repo.module == REPOSITORY
        )
        self.folder = os.path.join(self.repository.directory, self.id)
        self.places = Places(self.folder, self.module)
        self.seconds = {}

    def step(self, name):
        self.answers.write("step", name=name)

    def error(self, step, error):
        """Write an error of the extension with its place and the end of its traceback."""
        text = "".join(
            traceback.format_exception(type(error), error, error.__traceback__, limit=-12)
        )
        self.answers.write(
            "error",
            step=step,
            reason=f"{type(error).__name__}: {error}",
            place=self.places.of_error(error),
            text=text[-3500:],
        )

    def install(self):
        self.step("install")
        try:
            bpy.ops.extensions.package_install_files(
                filepath=self.job["package"], repo=REPOSITORY, enable_on_install=False
            )
        except RuntimeError as error:
            raise Failure(str(error).strip()) from error
        if not os.path.isdir(self.folder):
            raise Failure("Blender did not install it")

    def warm_up(self):
        """Enable and disable an empty add-on, so that Blender's own caches are no left-overs."""
        folder = os.path.join(self.repository.directory, _WARM_UP)
        os.makedirs(folder)
        for name, text in (
            (
                "blender_manifest.toml",
                _MANIFEST.format(name=_WARM_UP, type=self.job["add_on_type"]),
            ),
            ("__init__.py", "def register(): pass\ndef unregister(): pass\n"),
        ):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        module = f"bl_ext.{REPOSITORY}.{_WARM_UP}"
        addon_utils.enable(module, default_set=True)
        addon_utils.disable(module, default_set=True)
        for name in os.listdir(folder):
            os.remove(os.path.join(folder, name))
        os.rmdir(folder)
        for name in [name for name in sys.modules if name.startswith(module)]:
            del sys.modules[name]

    def enable(self, step):
        """Enable the add-on; return whether that succeeded."""
        self.step(step)
        errors, start = [], time.perf_counter()
        with _timed_import(self.module, self.seconds):
            try:
                module = addon_utils.enable(
                    self.module, default_set=True, handle_error=errors.append
                )
            except BaseException as error:  # an add-on may call sys.exit()
                module = None
                errors.append(error)
        self.seconds.setdefault("enable", time.perf_counter() - start)
        if module is None and not errors:
            errors.append(RuntimeError("Blender did not load it"))
        for error in errors:
            self.error(step, error)
        return module is not None

    def disable(self, step):
        self.step(step)
        start, errors = time.perf_counter(), []
        try:
            addon_utils.disable(self.module, default_set=True, handle_error=errors.append)
        except BaseException as error:
            errors.append(error)
        self.seconds.setdefault("disable", time.perf_counter() - start)
        for error in errors:
            self.error(step, error)

    def left_overs(self, rows):
        for row in rows:
            self.answers.write("left_over", **row)

    def remove(self):
        self.step("remove")
        names = [repo.module for repo in bpy.context.preferences.extensions.repos if repo.enabled]
        try:
            bpy.ops.extensions.package_uninstall(repo_index=names.index(REPOSITORY), pkg_id=self.id)
        except (RuntimeError, ValueError) as error:
            raise Failure(str(error).strip()) from error
        if os.path.isdir(self.folder):
            raise Failure("Blender did not remove its folder")


class _timed_import:  # noqa: N801 (a context manager)
    """Measures the import of a module apart from its registration."""

    def __init__(self, module, seconds):
        self._module, self._seconds = module, seconds
        self._original = importlib.import_module

    def __enter__(self):
        def import_module(name, package=None):
            start = time.perf_counter()
            try:
                return self._original(name, package)
            finally:
                if name == self._module:
                    self._seconds.setdefault("import", time.perf_counter() - start)

        importlib.import_module = import_module

    def __exit__(self, *_error):
        importlib.import_module = self._original


def run_add_on(session):
    """Test an add-on that is installed."""
    job, answers = session.job, session.answers
    session.warm_up()
    watchers = Watchers(session.places)
    measured = (
        Coverage(job["tools"], session.folder, job["test_folders"]) if job["coverage"] else None
    )
    libraries = [
        sys.prefix,
        sys.base_prefix,
        bpy.utils.resource_path("LOCAL"),
        *_library_folders(job),
    ]
    observer = Observer(session.places, libraries, [session.folder, job["temp"], job["basetemp"]])
    found = LeftOvers(session.module, session.places, watchers, observer, _watched_folders(session))
    observer.is_active = True
    try:
        is_enabled = session.enable("enable")
        if is_enabled:
            session.disable("disable")
            session.step("compare")
            session.left_overs(found.find())
        if is_enabled and (session.enable("enable again") and job["tests"]):
            session.step("tests")
            # The tests may change anything: their left-overs count if their place is in the extension.
            after_tests = LeftOvers(session.module, session.places, watchers, observer, {})
            run_author_tests(job, session.module, answers)
            session.disable("disable again")
            session.left_overs(after_tests.find(author_tests=True))
        elif is_enabled:
            session.disable("disable again")
    finally:
        observer.is_active = False
        if measured:
            measured.write(answers)
    answers.write("seconds", **{name: round(value, 4) for name, value in session.seconds.items()})
    for row in observer.as_rows():
        answers.write("observed", **row)
    watchers.restore()


def _library_folders(job):
    return [os.path.dirname(os.__file__), job["tools"], job["project"] or job["tools"]]


def _watched_folders(session):
    job = session.job
    return {
        "extension folder": session.folder,
        "home": job["home"],
        "temporary folder": job["temp"],
    }


def run_theme(session):
    """Apply a theme."""
    session.step("enable")
    names = [name for name in os.listdir(session.folder) if name.lower().endswith(".xml")]
    if not names:
        raise Failure("it has no .xml file")
    bpy.ops.script.execute_preset(
        filepath=os.path.join(session.folder, sorted(names)[0]),
        menu_idname="USERPREF_MT_interface_theme_presets",
    )
    session.step("disable")
    bpy.ops.preferences.reset_default_theme()


def run(job, answers):
    """Test an extension, and write what was found."""
    answers.write("start", version=".".join(map(str, bpy.app.version)), pid=os.getpid())
    preferences = bpy.context.preferences
    preferences.system.use_online_access = job["allow_network"]
    for repo in [repo for repo in preferences.extensions.repos if repo.use_remote_url]:
        preferences.extensions.repos.remove(repo)
    wait_without_polling()
    session = Session(job, answers)
    try:
        session.install()
        if job["type"] == job["add_on_type"]:
            run_add_on(session)
        elif job["type"] == job["theme_type"]:
            run_theme(session)
        session.remove()
    except Failure as failure:
        answers.write("failure", reason=str(failure))
    except BaseException as error:
        session.error("session", error)
        answers.write("failure", reason=f"{type(error).__name__}: {error}")
    session.step("end")
    answers.write_counts()


def main(path):
    """Do the job in a file, and end this process without exit handlers, in which the module ``bpy`` can crash."""
    with open(path, encoding="utf-8") as file:
        job = json.load(file)
    answers = Answers(job["answer"])
    # If a step hangs, the place is written before the process is ended from outside.
    with open(job["trace"], "w", encoding="utf-8") as trace:
        faulthandler.enable(trace)
        seconds = max(job["deadline"] - time.time(), 0.5)
        faulthandler.dump_traceback_later(seconds, file=trace, exit=True)
        run(job, answers)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
