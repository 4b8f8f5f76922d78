"""Places in the code of the extension: of frames, of functions, of classes, and of texts."""

import functools
import os
import re
import sys
import traceback

_MAX_SOURCE = 2_000_000
_MAX_FILES = 2_000


class Places:
    """The folder of an installed extension."""

    def __init__(self, folder, module):
        self.folder = os.path.realpath(folder) + os.sep
        self._given = os.path.abspath(folder) + os.sep
        self._module = module
        self._sources = None

    def relative(self, filename):
        """Return the path of a file in the extension, with slashes; an empty text for another file."""
        for folder in (self._given, self.folder):
            if filename.startswith(folder):
                return filename[len(folder) :].replace(os.sep, "/")
        return ""

    def of_frame(self, frame):
        """Return the place of the innermost frame in the extension, or None."""
        while frame is not None:
            if file := self.relative(frame.f_code.co_filename):
                return [file, frame.f_lineno]
            frame = frame.f_back
        return None

    def of_caller(self):
        return self.of_frame(sys._getframe(1))

    def of_error(self, error):
        """Return the innermost place in the extension that an error came through, or None."""
        if isinstance(error, SyntaxError) and (file := self.relative(error.filename or "")):
            return [file, error.lineno or 1]
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if file := self.relative(frame.filename):
                return [file, frame.lineno]
        return None

    def of_function(self, function):
        """Return where a function, a method, a partial or an object that can be called is defined, or None."""
        for _ in range(10):
            if isinstance(function, functools.partial):
                function = function.func
            elif hasattr(function, "__wrapped__"):
                function = function.__wrapped__
            else:
                break
        function = getattr(function, "__func__", function)
        code = getattr(function, "__code__", None)
        if code is None:
            return self.of_class(type(function))
        file = self.relative(code.co_filename)
        return [file, code.co_firstlineno] if file else None

    def of_class(self, cls):
        """Return where a class of the extension is defined, or None."""
        name = getattr(cls, "__module__", "") or ""
        module = sys.modules.get(name)
        file = self.relative(getattr(module, "__file__", None) or "")
        pattern = rf"^\s*class\s+{re.escape(cls.__name__)}\b"
        if file:
            by_name = rf"\b{re.escape(cls.__name__)}\b"
            return self.of_text(pattern, only=file) or self.of_text(by_name, only=file) or [file, 1]
        # Blender forgets the module of an add-on that it could not register.
        is_own = name == self._module or name.startswith(f"{self._module}.")
        return self.of_text(pattern) if is_own else None

    def of_text(self, pattern, only=None):
        """Return the first line of the extension's code that a regular expression matches, or None."""
        expression = re.compile(pattern)
        for file, lines in self._read().items():
            if only not in (None, file):
                continue
            for number, line in enumerate(lines, 1):
                if expression.search(line):
                    return [file, number]
        return None

    def _read(self):
        """Return the lines of the Python files of the extension."""
        if self._sources is None:
            self._sources = {}
            for parent, folders, names in os.walk(self.folder):
                folders.sort()
                for name in sorted(names):
                    path = os.path.join(parent, name)
                    if not name.endswith(".py") or len(self._sources) >= _MAX_FILES:
                        continue
                    try:
                        if os.path.getsize(path) <= _MAX_SOURCE:
                            with open(path, encoding="utf-8", errors="replace") as file:
                                self._sources[self.relative(path)] = file.read().splitlines()
                    except OSError:
                        continue
        return self._sources
