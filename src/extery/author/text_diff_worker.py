"""The child process of `extery.author.text_diff`: prints a JSON line with the unified diff of each pair of texts."""

from __future__ import annotations

import difflib
import json
import sys
from itertools import islice

MAX_LINE = 1_000


def _cut(line: str) -> str:
    """Return a line, or its beginning and how much of it is left out: what follows must not be hidden."""
    left = len(line) - MAX_LINE
    return line if left <= 0 else f"{line[:MAX_LINE]}… (and {left:,} more characters)"


def main() -> None:
    """Read the pairs from stdin."""
    left, pairs = json.load(sys.stdin)
    for path, old, new in pairs:
        lines = difflib.unified_diff(
            old.splitlines(), new.splitlines(), f"old/{path}", f"new/{path}", lineterm=""
        )
        kept = [_cut(line) for line in islice(lines, left + 1)]
        if len(kept) > left:
            kept = [*kept[:left], "(cut off)"]
        left = max(0, left - len(kept))
        sys.stdout.write(json.dumps([path, kept]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
