"""The documentation of a code, which `extery explain` and the reference page print."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from extery.core.codes import AREAS, Code, find, render, templates

#: Names of fields without an underscore, with which titles can begin.
_NAMES = frozenset(
    {
        *("id", "name", "tagline", "version", "type", "maintainer", "license", "website"),
        *("copyright", "permissions", "tags", "platforms", "wheels", "build", "paths"),
    }
)
#: First part of the names of modules whose problems only the website reports; it reads no project file.
_WEBSITE = "site_"


class Text(NamedTuple):
    """Message and hint of a problem."""

    message: str
    hint: str


class Explanation(NamedTuple):
    """The documentation of a code.

    ``message`` and ``hint`` are rendered from the example. ``others`` are the texts of the other variants; their
    values are written as ``<name>``. ``silenceable``: whether a project file can silence it, which for errors
    needs that they are downgraded to warnings.
    """

    code: str
    severity: Literal["error", "warning"]
    stricter: bool
    silenceable: bool
    title: str
    why: str
    message: str
    hint: str
    others: tuple[Text, ...]


def _capitalize(title: str) -> str:
    """Return the title as the beginning of a sentence; names of fields and files stay as they are."""
    first = title.partition(" ")[0]
    is_name = first in _NAMES or not first.isalpha()
    return title if is_name else title[:1].upper() + title[1:]


def explain(code: str) -> Explanation:
    """Return the documentation of ``code``; raises `KeyError` for an unknown code."""
    entry = find(code)
    message, hint = render(entry, entry.example)
    is_local = not AREAS[code.partition(".")[0]].startswith(_WEBSITE)
    return Explanation(
        code=code,
        severity=entry.severity,
        stricter=entry.stricter,
        silenceable=is_local and (entry.severity == "warning" or entry.stricter),
        title=_capitalize(entry.title),
        why=entry.why,
        message=message,
        hint=hint,
        others=_other_texts(entry, message),
    )


def _other_texts(entry: Code, message: str) -> tuple[Text, ...]:
    """Return the texts of the variants that the example, which has ``message``, does not show."""
    example = Text(*templates(entry, str(entry.example.get("variant", ""))))
    names = [*([""] if entry.hint else []), *entry.variants]
    texts = dict.fromkeys(Text(*templates(entry, name)) for name in names)
    return tuple(
        Text(
            message
            if text.message == example.message
            else text.message.format_map(_Placeholders()),
            text.hint.format_map(_Placeholders()),
        )
        for text in texts
        if text != example
    )


class _Placeholders(dict[str, Any]):
    """Values for a template: ``<name>`` for each name."""

    def __missing__(self, name: str) -> _Placeholder:
        return _Placeholder(name)


class _Placeholder:
    """Rendered as ``<name>`` with any format or conversion."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __format__(self, _spec: str) -> str:
        return f"<{self._name}>"

    def __repr__(self) -> str:
        return f"<{self._name}>"
