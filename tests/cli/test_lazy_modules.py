"""The stand-ins answer like the real modules, which are loaded when they are needed."""

from __future__ import annotations

import gettext
import inspect
import ipaddress
import sys
import uuid
from types import ModuleType

import pytest

from extery.cli.lazy_modules import LazyGettext, LazyInspect, LazyModule, LazyUuid, defer_modules
from tests.cli.imports import modules_after


@pytest.fixture
def lazy(monkeypatch: pytest.MonkeyPatch) -> LazyInspect:
    monkeypatch.delitem(sys.modules, "inspect")
    defer_modules()
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
    defer_modules()
    assert sys.modules["inspect"] is inspect


@pytest.mark.parametrize("number", [0, 1, 2])
def test_texts_without_translations_stay_as_they_are(number: int) -> None:
    lazy = LazyGettext("gettext")
    assert lazy.gettext("Usage:") == gettext.gettext("Usage:") == "Usage:"
    assert lazy.ngettext("item", "items", number) == gettext.ngettext("item", "items", number)


def test_asking_for_a_package_does_not_load_the_real_module(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lazy = LazyModule("ipaddress")
    monkeypatch.setitem(sys.modules, "ipaddress", lazy)
    assert not hasattr(lazy, "__path__")
    assert sys.modules["ipaddress"] is lazy
    assert lazy.ip_address("::1") == ipaddress.ip_address("::1")
    assert sys.modules["ipaddress"] is not lazy


def test_the_type_of_the_identifiers_of_click_is_the_real_one() -> None:
    import click

    text = "d2719a3a-9b9c-4bd3-9d2e-6a1d9ab9c1a0"
    assert LazyUuid("uuid").UUID(text) == uuid.UUID(text)
    assert click.UUID.convert(text, None, None) == uuid.UUID(text)


def test_a_list_does_without_the_real_modules() -> None:
    unneeded = {"ast", "dis", "tokenize", "platform", "locale"}
    assert not unneeded & modules_after("list", "--dir", ".", "--blender", "4.2")
