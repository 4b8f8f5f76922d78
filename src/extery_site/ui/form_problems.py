"""Problems of an `ExteryError` as form errors and messages."""

from __future__ import annotations

from django import forms

from extery.core.errors import ExteryError, Problem

#: Values of problems that are ids or names of files.
_NAMES = frozenset({"id", "extension_id", "file", "folder", "path", "member", "name"})


def sentence(problem: Problem) -> str:
    """Return the message as a sentence; the name of a field, an id or a file at its start keeps its case."""
    text = problem.message
    first = text.partition(" ")[0].rstrip(",:")
    names = {str(problem.where.path[0])} if problem.where.path else set()
    names |= {str(value) for key, value in problem.values if key in _NAMES}
    if first.isalpha() and first not in names:
        text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."


def with_hint(problem: Problem) -> str:
    """Return the message and the hint as sentences."""
    hint = problem.hint
    return f"{sentence(problem)} {hint[:1].upper()}{hint[1:]}." if hint else sentence(problem)


def add_problems(form: forms.Form, error: ExteryError) -> None:
    """Add every problem of ``error``, with its hint, to its field of the form."""
    for problem in error.problems:
        if not problem.is_error:
            continue
        field = str(problem.where.path[0]) if problem.where.path else ""
        form.add_error(field if field in form.fields else None, with_hint(problem))


def join_messages(error: ExteryError) -> str:
    """Return all problems of ``error`` in one line, for a message."""
    return " ".join(sentence(problem) for problem in error.problems if problem.is_error)
