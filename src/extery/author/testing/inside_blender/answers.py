"""The answer: a line of JSON for each step as soon as it is known, so that a crash leaves what came before it."""

import json
import os
import time

MAX_TEXT = 4000
#: Lines of one kind; there is one more that counts the others.
MAX_LINES = 500


class Answers:
    """The open file of answers."""

    def __init__(self, path):
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND)
        self._start = time.monotonic()
        self._counts = {}

    def write(self, kind, **values):
        """Write a line with the seconds since the start."""
        count = self._counts[kind] = self._counts.get(kind, 0) + 1
        if count > MAX_LINES:
            return
        line = {"kind": kind, "at": round(time.monotonic() - self._start, 4), **values}
        # A leading newline: an extension that has opened the file may have left half a line.
        os.write(self._file, ("\n" + json.dumps(bounded(line)) + "\n").encode("ascii"))

    def write_counts(self):
        """Write how many lines were left out."""
        for kind, count in list(self._counts.items()):
            if count > MAX_LINES:
                self.write("left_out", of=kind, count=count - MAX_LINES)


def bounded(value):
    """Return a value of JSON with all texts cut."""
    if isinstance(value, str):
        text = value if len(value) <= MAX_TEXT else value[: MAX_TEXT - 1] + "…"
        return text.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, dict):
        return {bounded(str(key)): bounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [bounded(item) for item in value[:MAX_LINES]]
    return value
