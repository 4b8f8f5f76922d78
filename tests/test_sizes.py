"""Functions fit a screen, and modules have one subject."""

from __future__ import annotations

import ast

from tests.parts import ROOT

MAX_FUNCTION, MAX_MODULE, USUAL_MODULE = 60, 450, 250
SOURCES = [
    file
    for folder in ("src", "demo", "tests", "benchmarks", "docs")
    for file in sorted((ROOT / folder).rglob("*.py"))
    # Written by Django.
    if "migrations" not in file.parts
]


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{file.relative_to(ROOT)}:{node.lineno} {node.name}"
        for file in SOURCES
        for node in ast.walk(ast.parse(file.read_bytes()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= MAX_FUNCTION
    ]
    assert long == []


def test_modules_are_short() -> None:
    lengths = {file: file.read_bytes().count(b"\n") for file in SOURCES}
    assert [file for file, length in lengths.items() if length > MAX_MODULE] == []
    usual = sum(length <= USUAL_MODULE for length in lengths.values())
    assert usual / len(SOURCES) > 0.9
