"""Read and change modules in a child process with limits: a stranger's source can exhaust a parser.

The child has libcst, unlike that of `extery.analysis.pool`, and returns sources.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from extery.analysis.child import Child
from extery.author.convert.code.job import Change, Job, Remark


class Limits(NamedTuple):
    """Seconds for one module and for all, bytes of a module, memory of the child in bytes."""

    seconds: float = 30.0
    total_seconds: float = 600.0
    module_bytes: int = 2_000_000
    memory: int = 1_500_000_000


class Result(NamedTuple):
    """What the child says about a module; ``failure`` says in words why it is not known, or is empty."""

    failure: str = ""
    line: int | None = None
    facts: Mapping[str, Any] = MappingProxyType({})
    source: bytes | None = None
    changes: tuple[Change, ...] = ()
    remarks: tuple[Remark, ...] = ()


class Modules:
    """A child process, started when it is first needed and again after it was killed."""

    def __init__(self, limits: Limits = Limits()) -> None:
        self._limits = limits
        self._deadline = time.monotonic() + limits.total_seconds
        self._child = Child("extery.author.convert.worker", limits.memory, with_packages=True)
        self._job: Job | None = None

    def __enter__(self) -> Modules:
        return self

    def __exit__(self, *_error: object) -> None:
        self._child.stop()

    def scan(self, path: str, data: bytes) -> Result:
        """Return the facts of `extery.author.convert.code.scan.scan_module`."""
        head, _ = self._ask({"task": "scan", "path": path}, data)
        return Result(head.get("failure", ""), head.get("line"), head.get("facts", {}))

    def change(self, path: str, data: bytes, job: Job) -> Result:
        """Return the changed source; ``source`` is ``None`` if nothing changes."""
        frame: dict[str, Any] = {"task": "change", "path": path}
        if self._job is not job or not self._child.is_running:
            frame["job"] = job.as_plain()
            self._job = job
        head, source = self._ask(frame, data)
        return Result(
            head.get("failure", ""),
            head.get("line"),
            source=source or None,
            changes=tuple(Change(*one) for one in head.get("changes", ())),
            remarks=tuple(Remark(*one) for one in head.get("remarks", ())),
        )

    def _ask(self, frame: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
        left = self._deadline - time.monotonic()
        if len(data) > self._limits.module_bytes:
            return {"failure": "it is too large"}, b""
        if left <= 0:
            return {"failure": "there was no time left"}, b""
        request = json.dumps(frame | {"size": len(data)}).encode() + b"\n" + data
        answer = self._child.ask(request, min(left, self._limits.seconds), _size_of)
        if not answer.line:
            return {"failure": "it takes too long" if answer.is_late else "the parser gave up"}, b""
        head: dict[str, Any] = json.loads(answer.line)
        return head, answer.body


def _size_of(line: bytes) -> int:
    return int(json.loads(line)["size"])
