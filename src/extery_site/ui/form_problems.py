"""Problems of an `ExteryError` as form errors and messages."""

from __future__ import annotations

from django import forms

from extery.core.errors import ExteryError, Problem


def sentence(problem: Problem) -> str:
    """Return the message as a sentence; a field name at its start keeps its case."""
    text = problem.message
    field = str(problem.where.path[0]) if problem.where.path else ""
    if not field or not text.startswith(field):
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
