"""What is missing before a version can be submitted, as data for pages, the API and the submission itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from django.urls import reverse

from extery.core.errors import Problem, Where
from extery_site.catalog.models import Extension, Version
from extery_site.media.gallery import missing_alt_texts
from extery_site.publish.addresses import draft_url, media_url
from extery_site.publish.held_files import held_problems
from extery_site.publish.page_text import page_draft_of


class MissingItem(NamedTuple):
    """Something that is missing, and the page on which it can be added."""

    problem: Problem
    url: str
    """The path of the page, with the field of its form."""

    @property
    def code(self) -> str:
        """The permanent code, such as ``submit.image-missing``."""
        return self.problem.code

    @property
    def text(self) -> str:
        """What is missing, such as ``the image is missing``."""
        return self.problem.message

    @property
    def cure(self) -> str:
        """What to do, such as ``add an image``."""
        return self.problem.hint or ""

    @property
    def field(self) -> str:
        """The name of the field in forms and in the API."""
        return self.problem.where.field


class CompleteState(NamedTuple):
    """Whether a version can be submitted, and everything that is missing."""

    missing: tuple[MissingItem, ...]

    @property
    def is_complete(self) -> bool:
        return not self.missing

    @property
    def problems(self) -> list[Problem]:
        """The missing items as problems."""
        return [item.problem for item in self.missing]


class _Rule(NamedTuple):
    code: str
    field: str
    is_missing: Callable[[Extension, Version], bool]


#: In the order of the pages; every rule applies to every version.
_RULES = (
    _Rule("submit.package-missing", "file", lambda _, version: not version.packages.exists()),
    _Rule(
        "submit.description-missing",
        "description",
        lambda extension, _: not extension.description.strip(),
    ),
    _Rule("submit.image-missing", "image", lambda extension, _: extension.image is None),
    _Rule(
        "submit.alt-text-missing",
        "alt_text",
        lambda extension, _: extension.image is not None and not extension.image.alt_text.strip(),
    ),
    _Rule(
        "submit.gallery-alt-text-missing",
        "gallery",
        lambda extension, _: bool(missing_alt_texts(extension)),
    ),
)


def complete_state(extension: Extension, version: Version) -> CompleteState:
    """Return what is missing before the version can be submitted.

    Makes no query for packages and image that were loaded with their rows.
    """
    return CompleteState(
        tuple(
            _item(rule.code, rule.field, extension, version)
            for rule in _RULES
            if rule.is_missing(extension, version)
        )
    )


def submit_state(extension: Extension, version: Version) -> CompleteState:
    """Return everything that keeps a version from being submitted: what is missing, and files that hold it."""
    missing = [*complete_state(extension, version).missing]
    draft = page_draft_of(version)
    if draft is not None and not draft.description.strip():
        missing.append(_item("submit.description-missing", "description", extension, version))
    url = reverse("publish:replace", args=[extension.extension_id, version.number])
    missing += [MissingItem(problem, url) for problem in held_problems(version)]
    return CompleteState(tuple(missing))


def _item(code: str, field: str, extension: Extension, version: Version) -> MissingItem:
    version.extension = extension
    problem = Problem.of(code, where=Where(path=(field,)))
    if field == "file":
        return MissingItem(problem, reverse("publish:upload"))
    if field == "gallery":
        return MissingItem(problem, media_url(version))
    return MissingItem(problem, f"{draft_url(version)}#id_{field}")
