"""Calls of isolated functions in the process of the tests.

A template takes as long to start as many tests of the site together. `tests/isolation` tests the processes, and
`really_isolated` is for tests of the site with them.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO

import pytest

from extery.isolation.client import Isolation
from extery.isolation.job import find_function
from extery.isolation.limits import NO_FILES, Limits, ProcessEnded, Reply

_real_call, _real_stream = Isolation.call, Isolation.stream


@contextmanager
def isolated_functions_here() -> Iterator[None]:
    """Call all isolated functions without a process of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Isolation, "call", _call_here)
        patch.setattr(Isolation, "stream", _stream_here)
        yield


@contextmanager
def really_isolated() -> Iterator[None]:
    """Call isolated functions as a site does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Isolation, "call", _real_call)
        patch.setattr(Isolation, "stream", _real_stream)
        yield


def _call_here(
    self: Isolation,
    name: str,
    file: BinaryIO,
    arguments: Mapping[str, Any],
    limits: Limits = Limits(),
    *,
    files: Mapping[str, BinaryIO] = NO_FILES,
) -> Reply:
    """Do what `Isolation.call` does; values are converted to JSON and back."""
    function = find_function(self._functions[name])
    file.seek(0)
    for one in files.values():
        one.seek(0)
    returned = function(file, **json.loads(json.dumps(dict(arguments))), **files)
    value, data = returned if isinstance(returned, tuple) else (returned, b"")
    text = json.dumps(value)
    if len(text) + len(data) > limits.output:
        raise ProcessEnded("output")
    file.seek(0)
    return Reply(json.loads(text), data)


@contextmanager
def _stream_here(
    self: Isolation,
    name: str,
    file: BinaryIO,
    arguments: Mapping[str, Any],
    limits: Limits = Limits(),
) -> Iterator[Iterator[Any]]:
    """Do what `Isolation.stream` does: the function has a file of its own, and yields copies."""
    function = find_function(self._functions[name])
    file.seek(0)
    copy = io.BytesIO(file.read())
    file.seek(0)

    def frames() -> Iterator[Any]:
        rest = limits.output
        for item in function(copy, **json.loads(json.dumps(dict(arguments)))):
            is_data = isinstance(item, bytes | bytearray | memoryview)
            data = bytes(item) if is_data else json.dumps(item).encode()
            rest -= len(data)
            if rest < 0:
                raise ProcessEnded("output")
            yield data if is_data else json.loads(data)

    yield frames()
