"""Shared by the checks of all schema versions: the context of a field, names of types, a limit of problems."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

from extery.core.codes import find
from extery.core.errors import ProblemList, Value, Where
from extery.core.problem_limits import MAX_SIMILAR_PROBLEMS
from extery.manifest.schemas.blender_rules import OWN_RULES, SchemaRules

_TYPE_NAMES = {
    str: "string",
    list: "list",
    dict: "table",
    bool: "boolean",
    int: "number",
    float: "number",
    type(None): "null value",
}

T = TypeVar("T")


class Locate(Protocol):
    """A function that returns the location of the value at a path of the manifest."""

    def __call__(self, path: tuple[str | int, ...], /) -> Where: ...


class FieldContext:
    """The field that is checked, and the list for its problems.

    ``type`` is that of the extension, possibly invalid, and ``rules`` are those of a Blender. ``is_json`` asks for
    hints in JSON, the notation of listings. Checking all fields of a manifest sets ``field`` to one after the other.
    """

    def __init__(
        self,
        problems: ProblemList,
        locate: Locate,
        *,
        strict: bool,
        type_: object = "",
        rules: SchemaRules = OWN_RULES,
        is_json: bool = False,
    ) -> None:
        self.field = ""
        self.problems = problems
        self.locate = locate
        self.strict = strict
        self.rules = rules
        self.type = type_ if isinstance(type_, str) else ""
        self.is_json = is_json

    @property
    def permissions(self) -> tuple[str, ...]:
        """The permissions that the type may ask for; those of all types for an unknown type."""
        by_type = self.rules.permissions
        if self.type in by_type:
            return by_type[self.type]
        return tuple(dict.fromkeys(name for names in by_type.values() for name in names))

    def add(self, kind: str, *steps: str | int, variant: str = "", **values: Value) -> None:
        """Add the problem ``manifest.<field>.<kind>`` of the field, or of the part of it at ``steps``."""
        code = f"manifest.{self.field}.{kind}"
        if self.is_json:
            variant = _json_variant(code, variant)
        self.problems.add(
            code,
            where=self.locate((self.field, *steps)),
            variant=variant,
            **values,
        )


def _json_variant(code: str, variant: str) -> str:
    """Return the variant with a cure in JSON; ``variant`` itself if the cure is the same in both notations."""
    variants = find(code).variants
    names = (f"{variant}-json" if variant else "json", "json")
    return next((name for name in names if name in variants), variant)


def limit_problems(items: Iterable[T], problems: ProblemList) -> Iterable[T]:
    """Return the items up to that with which `MAX_SIMILAR_PROBLEMS` have been added to ``problems``.

    Lists and tables without so many items are returned as they are.
    """
    if isinstance(items, list | dict) and len(items) <= MAX_SIMILAR_PROBLEMS:
        return items
    return _until_limit(items, problems)


def _until_limit(items: Iterable[T], problems: ProblemList) -> Iterator[T]:
    before = len(problems)
    for item in items:
        if len(problems) - before >= MAX_SIMILAR_PROBLEMS:
            return
        yield item


def type_name(value: object) -> str:
    """Return the type of a TOML or JSON value for a message: ``string``, ``list``, ``date or time`` …"""
    return _TYPE_NAMES.get(type(value), "date or time")
