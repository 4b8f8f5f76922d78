"""Problems that an action raised, beside the fields of the form that led to them."""

from __future__ import annotations

from django import forms

from extery.core.errors import ExteryError, Problem


def sentence(problem: Problem) -> str:
    """The message as a sentence; a field of a manifest keeps its small letter."""
    text = problem.message
    field = str(problem.where.path[0]) if problem.where.path else ""
    if not field or not text.startswith(field):
        text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."


def add_problems(form: forms.Form, error: ExteryError) -> None:
    """Give the form every problem of an error, with what to do about it."""
    for problem in error.problems:
        if not problem.is_error:
            continue
        field = str(problem.where.path[0]) if problem.where.path else ""
        hint = f" {problem.hint[:1].upper()}{problem.hint[1:]}." if problem.hint else ""
        form.add_error(field if field in form.fields else None, sentence(problem) + hint)


def flat(error: ExteryError) -> str:
    """All of it in one line, for a message."""
    return " ".join(sentence(problem) for problem in error.problems if problem.is_error)
