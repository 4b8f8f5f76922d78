"""The child process of `extery.author.convert.process`: reads and changes one module after the other, with limited memory.

stdin has frames of a JSON line ``{"task", "path", "size", "job"}`` and ``size`` bytes. stdout gets a JSON line for each with
``size``, and as many bytes of the changed source.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from extery.analysis.worker import limit_memory
from extery.author.convert.code.job import Job


def main() -> None:
    """Answer frames until stdin ends; the first argument is the limit of memory in bytes."""
    limit_memory(int(sys.argv[1]))
    frames, answers = sys.stdin.buffer, sys.stdout.buffer
    jobs: dict[str, Job] = {}
    while line := frames.readline():
        head = json.loads(line)
        data = frames.read(head["size"])
        if "job" in head:
            jobs["current"] = Job.from_plain(head["job"])
        source = b""
        if head["task"] == "scan":
            answer = _scan(head["path"], data)
        else:
            answer, source = _change(head["path"], data, jobs["current"])
        answers.write(json.dumps({**answer, "size": len(source)}).encode() + b"\n" + source)
        answers.flush()


def _scan(path: str, data: bytes) -> dict[str, Any]:
    from extery.author.convert.code.scan import scan_module

    try:
        return {"failure": "", "facts": scan_module(path, data)}
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return {"failure": _reason(error), "line": getattr(error, "lineno", None)}


def _change(path: str, data: bytes, job: Job) -> tuple[dict[str, Any], bytes]:
    import libcst

    from extery.author.convert.code.change import change_module

    try:
        result = change_module(path, data, job)
    except libcst.ParserSyntaxError as error:
        return {
            "failure": error.message.splitlines()[0],
            "line": error.raw_line if error.raw_line > 1 else None,
        }, b""
    except (
        SyntaxError,
        ValueError,
        RecursionError,
        MemoryError,
        UnicodeError,
        LookupError,
    ) as error:
        return {"failure": _reason(error), "line": getattr(error, "lineno", None)}, b""
    answer = {"failure": "", "changes": result.changes, "remarks": result.remarks}
    return answer, result.source if result.changes else b""


def _reason(error: BaseException) -> str:
    if isinstance(error, RecursionError | MemoryError):
        return "it is nested too deeply"
    return str(getattr(error, "msg", "") or error or type(error).__name__)[:200]


if __name__ == "__main__":
    main()
