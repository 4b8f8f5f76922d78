"""The child process of `extery.analysis.pool`: analyses one module after the other, with limited memory.

stdin has a line with the names of the attributes that are wanted, and frames of a JSON line ``{"path", "size", "pythons", "declarations"}`` and ``size`` bytes; stdout gets a JSON line for each.
"""

from __future__ import annotations

import gc
import json
import sys
from contextlib import suppress

from extery.analysis.facts import to_plain
from extery.analysis.module import analyze


def main() -> None:
    """Answer frames until stdin ends; the first argument is the limit of memory in bytes."""
    limit_memory(int(sys.argv[1]))
    gc.disable()  # syntax trees have no cycles, and collecting doubles the time
    frames, answers = sys.stdin.buffer, sys.stdout
    wanted = frozenset(json.loads(frames.readline()))
    while line := frames.readline():
        head = json.loads(line)
        data = frames.read(head["size"])
        pythons = [tuple(python) for python in head["pythons"]]
        facts = analyze(
            head["path"], data, pythons, wanted, declarations=head.get("declarations", False)
        )
        answers.write(json.dumps(to_plain(facts)))
        answers.write("\n")
        answers.flush()


def limit_memory(limit: int) -> None:
    """Limit the address space of this process, where the system can."""
    if sys.platform == "win32":
        return
    import resource

    with suppress(ValueError, OSError):  # macOS refuses some limits
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
