"""Run the author's tests with pytest, inside Blender, with the installed extension under its usual names."""

import importlib
import importlib.abc
import importlib.util
import os
import sys

#: Options of a project that would fail here, such as those of plugins, are not used.
_OPTIONS = ["-q", "--no-header", "--tb=short", "-p", "no:cacheprovider", "-o", "addopts="]


class AliasFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Lets ``import my_addon.part`` find the modules of the installed extension."""

    def __init__(self, module, names):
        self._module = module
        self._names = names
        self._found = []

    def find_spec(self, name, path=None, target=None):
        first, dot, rest = name.partition(".")
        if first not in self._names:
            return None
        real = f"{self._module}{dot}{rest}"
        if importlib.util.find_spec(real) is None:
            return None
        self._found.append(name)
        return importlib.util.spec_from_loader(name, self)

    def forget(self):
        """Remove the modules under the names that only tests use."""
        for name in self._found:
            sys.modules.pop(name, None)

    def create_module(self, spec):
        _, dot, rest = spec.name.partition(".")
        module = importlib.import_module(f"{self._module}{dot}{rest}")
        self._kept = (module.__spec__, module.__loader__)
        return module

    def exec_module(self, module):
        # It was executed under its own name, which the import system has replaced.
        module.__spec__, module.__loader__ = self._kept


class Reporter:
    """A plugin of pytest that writes the result of each test."""

    def __init__(self, answers, module):
        self._answers = answers
        self._module = module

    def pytest_runtest_logreport(self, report):
        is_result = report.when == "call" or report.outcome != "passed"
        if not is_result:
            return
        outcome = "error" if report.failed and report.when != "call" else report.outcome
        self._write(report, outcome, report.duration)

    def pytest_collectreport(self, report):
        if report.failed:
            self._write(report, "error", 0.0)

    def _write(self, report, outcome, seconds):
        text, reason, place = "", "", None
        details = report.longrepr
        if details is not None and outcome in ("failed", "error"):
            text = str(getattr(report, "longreprtext", "") or details)
            crash = getattr(details, "reprcrash", None)
            if crash is not None:
                reason, place = crash.message, [crash.path, crash.lineno]
            else:
                lines = [line for line in text.splitlines() if line.strip()]
                reason = next((line[1:].strip() for line in lines if line.startswith("E ")), "")
                reason = reason or (lines[-1] if lines else "")
        if outcome == "skipped" and isinstance(details, tuple):
            reason = str(details[2])
        location = getattr(report, "location", None)
        if place is None and location:
            place = [os.path.abspath(location[0]), (location[1] or 0) + 1]
        self._answers.write(
            "test",
            # Many that pass must not displace one that fails.
            counted_as="failed test" if outcome in ("failed", "error") else "",
            name=report.nodeid,
            outcome=outcome,
            seconds=round(seconds, 4),
            reason=reason,
            text=text,
            place=place,
        )

    @staticmethod
    def fixture(module):
        """Return a plugin with the fixture ``addon``: the module of the extension."""
        import pytest

        class Fixtures:
            @pytest.fixture(scope="session")
            def addon(self):
                return sys.modules[module]

        return Fixtures()


def run(job, module, answers):
    """Run the tests; write a line for each and one with pytest's exit status."""
    sys.path.append(job["tools"])
    try:
        import pytest
    except ImportError as error:
        answers.write("tests_end", status=-1, reason=str(error))
        return
    finder = AliasFinder(module, {job["id"], *job["names"]})
    sys.meta_path.insert(0, finder)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    folder = os.getcwd()
    os.chdir(job["project"])
    reporter = Reporter(answers, module)
    options = [*_OPTIONS, f"--rootdir={job['project']}", f"--basetemp={job['basetemp']}"]
    if job["keyword"]:
        options += ["-k", job["keyword"]]
    try:
        status = int(
            pytest.main([*options, *job["tests"]], plugins=[reporter, reporter.fixture(module)])
        )
        answers.write("tests_end", status=status, reason="")
    except BaseException as error:  # a plugin or a conftest.py may raise anything
        answers.write("tests_end", status=-1, reason=f"{type(error).__name__}: {error}")
    finally:
        os.chdir(folder)
        sys.meta_path.remove(finder)
        finder.forget()
