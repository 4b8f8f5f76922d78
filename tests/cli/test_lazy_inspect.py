"""The stand-in for ``inspect`` answers like the real module, which is loaded when it is needed."""

from __future__ import annotations

import inspect
import sys
from types import ModuleType

import pytest

from extery.cli.lazy_inspect import LazyInspect, defer_inspect
from tests.cli.imports import modules_after


@pytest.fixture
def lazy(monkeypatch: pytest.MonkeyPatch) -> LazyInspect:
    monkeypatch.delitem(sys.modules, "inspect")
    defer_inspect()
    module = sys.modules["inspect"]
    assert isinstance(module, LazyInspect)
    return module


@pytest.mark.parametrize("text", ["", "Help.", "  Help. ", "One\n    two\n\n", "\tTab\n\t  more"])
def test_texts_are_cleaned_like_the_real_module_does(lazy: LazyInspect, text: str) -> None:
    assert lazy.cleandoc(text) == inspect.cleandoc(text)


def test_a_single_line_does_not_load_the_real_module(lazy: LazyInspect) -> None:
    assert lazy.cleandoc("Help.") == "Help."
    assert sys.modules["inspect"] is lazy


def test_any_other_name_loads_the_real_module_in_its_place(lazy: LazyInspect) -> None:
    assert lazy.isfunction(test_texts_are_cleaned_like_the_real_module_does)
    real: ModuleType = sys.modules["inspect"]
    assert real is not lazy
    assert lazy.signature is real.signature
    assert not hasattr(lazy, "no_such_name")


def test_a_module_that_is_imported_already_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "inspect", inspect)
    defer_inspect()
    assert sys.modules["inspect"] is inspect


def test_a_list_does_without_the_real_module() -> None:
    assert not {"ast", "dis", "tokenize"} & modules_after("list", "--dir", ".", "--blender", "4.2")
