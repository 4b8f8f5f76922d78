"""The answer: a line of JSON for each step as soon as it is known, so that a crash leaves what came before it."""

import json
import os
import time

MAX_TEXT = 4000
#: Items of a list, such as the ranges of lines of a file. With them a line stays below the reader's 2 MB.
MAX_ITEMS = 40_000
#: Lines of one kind; one of the kind ``left_out`` counts the others.
MAX_LINES = 500
#: The same for kinds that have other bounds.
MAX_LINES_OF = {"test": 20_000, "failed test": 200, "coverage": 5_000}
#: Bytes of all lines; beyond, only those that tell how the session went on. The reader reads 16 MB.
MAX_BYTES = 12_000_000
_ALWAYS = {"start", "step", "tests_end", "failure", "seconds", "left_out"}


class Answers:
    """The open file of answers."""

    def __init__(self, path):
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND)
        self._start = time.monotonic()
        self._counts = {}
        self._left_out = {}
        self._size = 0

    def write(self, kind, *, counted_as="", **values):
        """Write a line with the seconds since the start; ``counted_as`` has a bound apart from that of the kind."""
        counted = counted_as or kind
        count = self._counts[counted] = self._counts.get(counted, 0) + 1
        is_full = self._size > MAX_BYTES and kind not in _ALWAYS
        if is_full or count > MAX_LINES_OF.get(counted, MAX_LINES):
            self._left_out[counted] = self._left_out.get(counted, 0) + 1
            return
        line = {"kind": kind, "at": round(time.monotonic() - self._start, 4), **values}
        # A leading newline: an extension that has opened the file may have left half a line.
        data = ("\n" + json.dumps(bounded(line)) + "\n").encode("ascii")
        self._size += len(data)
        os.write(self._file, data)

    def write_counts(self):
        """Write how many lines were left out."""
        for counted, count in list(self._left_out.items()):
            self.write("left_out", of=counted, count=count)


def bounded(value):
    """Return a value of JSON with all texts cut."""
    if isinstance(value, str):
        text = value if len(value) <= MAX_TEXT else value[: MAX_TEXT - 1] + "…"
        return text.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, dict):
        return {bounded(str(key)): bounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [bounded(item) for item in value[:MAX_ITEMS]]
    return value
