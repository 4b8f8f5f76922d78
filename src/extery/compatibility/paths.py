"""The paths of `extery.analysis.flow_facts`, and the names of modules."""

from __future__ import annotations

import re
from functools import lru_cache

_ROOT = re.compile(r"<(\w+)>|#\d+|\$[\w.]+:\w+|\.+|[@%~]?\w+|[@%]\.+|~")


@lru_cache(maxsize=20_000)
def split_path(path: str) -> tuple[str, str]:
    """Return a path without its last part, and that part; the part is empty for a root."""
    root = _ROOT.match(path)
    end = root.end() if root else 0
    if len(path) == end:
        return path, ""
    last = path[-1]
    if last in ")]":
        return path[:-2], path[-2:]
    if last == "^":
        return path[:-1], "^"
    if last == "}":
        start = path.rindex("{")
        return path[:start], path[start:]
    # The root of a relative import is its dots: what follows has none of its own.
    start = path.rfind(".")
    if start < end:
        return path[:end], f".{path[end:]}"
    return path[:start], path[start:]


def module_name(path: str) -> str:
    """Return the dotted name of the module in a file; empty for the add-on's own ``__init__.py``."""
    parts = path.removesuffix(".py").split("/")
    if parts[-1] == "__init__":
        parts.pop()
    return ".".join(parts)
