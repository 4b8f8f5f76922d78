"""Symbols of Python files: names are resolved, hostile files are bounded."""

from __future__ import annotations

import pytest

from extery_site.source_search import symbols
from extery_site.source_search.symbols import Symbols, read_symbols

SOURCE = """\
import subprocess as s, os.path
from requests import get as fetch
from . import lib
from bpy.types import Operator

Start = s.Popen
socket = __import__("socket")
HOSTS = ("example.org", "192.0.2.1", "mesh.select_all", "icon.png")
# https://comment.example.org
URL = "https://API.example.org/v1"


class Send(Operator):
    def execute(self, context):
        Start(["true"])
        s.run("x"); s.run("y")
        fetch(URL).json()
        socket.create_connection((HOSTS[0], 1))
        getattr(os, "system")("true")
        import bpy, importlib
        importlib.import_module("ctypes").CDLL
        bpy.ops.mesh.primitive_cube_add()
        self.report.anything()
        return eval("1")
"""


def _read(source: str | bytes) -> Symbols:
    data = source if isinstance(source, bytes) else source.encode()
    return read_symbols(data, data.decode("latin-1"))


def _names(found: Symbols, kind: str) -> set[str]:
    return {name for of, name in found.found if of == kind}


def test_names_are_resolved_through_imports_assignments_and_constant_calls() -> None:
    found = _read(SOURCE)
    assert found.is_parsed
    assert _names(found, "call") == {
        *("subprocess.Popen", "subprocess.run", "requests.get", "socket.create_connection"),
        *("os.system", "bpy.ops.mesh.primitive_cube_add", "eval", "getattr"),
        *("__import__", "importlib.import_module"),
    }
    assert _names(found, "name") >= {"bpy.types.Operator", "ctypes.CDLL", "subprocess.Popen"}
    assert _names(found, "import") == {
        *("subprocess", "os", "os.path", "requests", "requests.get", ".lib", "socket"),
        *("bpy", "bpy.types", "bpy.types.Operator", "importlib", "ctypes"),
    }
    assert _names(found, "define") == {"Send", "execute"}
    assert _names(found, "host") == {"example.org", "192.0.2.1", "api.example.org"}
    assert found.found["call", "subprocess.run"] == [16, 2]


@pytest.mark.parametrize(
    "source",
    ["(" * 60_000, "-" * 63_000 + "1", "a." * 30_000 + "b", "f(" * 5_000, "import a\n" * 40_000],
    ids=["brackets", "signs", "attributes", "calls", "long"],
)
def test_what_is_nested_or_long_is_not_parsed(source: str) -> None:
    found = _read(f"import socket\n{source}\n")
    assert not found.is_parsed
    assert found.note
    assert ("import", "socket") in found.found


def test_a_file_that_python_cannot_read_still_has_imports_and_hosts() -> None:
    found = _read("import os, sys as s\nfrom .a.b import c\nprint 'https://example.org'\n")
    assert not found.is_parsed
    assert _names(found, "import") == {"os", "sys", ".a.b"}
    assert _names(found, "host") == {"example.org"}


def test_too_many_and_too_long_names_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(symbols, "MAX_SYMBOLS", 2)
    found = _read(f"def {'a' * 201}(): pass\ndef b(): pass\ndef c(): pass\ndef d(): pass\n")
    assert _names(found, "define") == {"b", "c"}
    assert "left out" in found.note
