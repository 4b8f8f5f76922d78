"""Forms that perform one action: what became of a form, and the response that shows it again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from extery.core.errors import ExteryError
from extery_site.project.problems import add_retry_after, http_status
from extery_site.ui.form_problems import add_problems

T = TypeVar("T")


@dataclass
class Submission(Generic[T]):
    """A form that was not sent, is invalid, was refused with ``error``, or led to ``result``."""

    request: HttpRequest
    form: Form
    status: int = 200
    error: ExteryError | None = None
    result: T | None = None
    is_done: bool = False

    def render(self, template: str, context: dict[str, Any]) -> HttpResponse:
        """Render the form, with its errors and what was typed; ``Retry-After`` if a quota is exceeded."""
        context = {"form": self.form, **context}
        response = render(self.request, template, context, status=self.status)
        return add_retry_after(response, self.error)


def submit(request: HttpRequest, form: Form, action: Callable[[], T]) -> Submission[T]:
    """Call ``action`` if the request sends the form and it is valid; its problems become errors of fields."""
    submission: Submission[T] = Submission(request, form)
    if request.method != "POST":
        return submission
    if not form.is_valid():
        submission.status = 422
        return submission
    try:
        submission.result = action()
    except ExteryError as error:
        add_problems(form, error)
        submission.error, submission.status = error, http_status(error)
    else:
        submission.is_done = True
    return submission
