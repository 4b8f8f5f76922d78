"""The child process of `extery.author.text_diff`: prints a JSON line with the unified diff of each pair of texts."""

from __future__ import annotations

import difflib
import json
import sys
from itertools import islice


def main() -> None:
    """Read the pairs from stdin."""
    left, pairs = json.load(sys.stdin)
    for path, old, new in pairs:
        lines = difflib.unified_diff(
            old.splitlines(), new.splitlines(), f"old/{path}", f"new/{path}", lineterm=""
        )
        kept = [line[:1_000] for line in islice(lines, left + 1)]
        if len(kept) > left:
            kept = [*kept[:left], "(cut off)"]
        left = max(0, left - len(kept))
        sys.stdout.write(json.dumps([path, kept]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
