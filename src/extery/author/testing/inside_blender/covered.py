"""Measure which lines of the extension run, with the library coverage."""

import os
import sys


class Coverage:
    """A measurement from before the extension is imported."""

    def __init__(self, tools, folder, left_out):
        sys.path.append(tools)
        try:
            import coverage
        finally:
            sys.path.remove(tools)
        self._folder = folder
        self._left_out = {"__pycache__", *left_out}
        self._coverage = coverage.Coverage(
            data_file=None, config_file=False, source=[folder], messages=False
        )
        self._coverage.start()

    def write(self, answers):
        """Stop, and write the lines that can run and those that did not, for each file."""
        self._coverage.stop()
        for parent, folders, names in os.walk(self._folder):
            folders[:] = sorted(set(folders) - self._left_out)
            for name in sorted(names):
                if name.endswith(".py"):
                    self._write_file(os.path.join(parent, name), answers)

    def _write_file(self, path, answers):
        try:
            _, statements, _, missing, _ = self._coverage.analysis2(path)
        except Exception as error:  # such as a file that is no Python
            answers.write("not_covered", file=path, reason=str(error))
            return
        file = os.path.relpath(path, self._folder).replace(os.sep, "/")
        answers.write(
            "coverage", file=file, statements=_ranges(statements), missing=_ranges(missing)
        )


def _ranges(numbers):
    """Return sorted line numbers as pairs of first and last."""
    found = []
    for number in sorted(numbers):
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return found
