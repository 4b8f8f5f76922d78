"""What the documentation of a code has from its rule: the section of the guidelines, and examples."""

from __future__ import annotations

from functools import cache

from extery.rules.examples import example_text
from extery.rules.guidelines import GUIDELINES, Guideline
from extery.rules.registry import all_rules
from extery.rules.rule import Scope

#: Titles of the two examples of a code.
EXAMPLE_TITLES = ("An extension with the problem", "The same without it")


@cache
def checked_codes() -> frozenset[str]:
    """Return the codes that a rule can report, on the machine of an author and on a site."""
    return frozenset(code for rule in all_rules() for code in rule.all_codes())


@cache
def codes_for_authors() -> frozenset[str]:
    """Return the codes that only `extery check` reports, not a site."""
    site = (rule.all_codes() for rule in all_rules() if Scope.UPLOAD in rule.scopes)
    return checked_codes().difference(*site)


def guideline_of(code: str) -> Guideline | None:
    """Return the section of Blender's guidelines that a code comes from, or ``None``."""
    keys = (rule.guideline for rule in all_rules() if code in rule.codes and rule.guideline)
    key = next(keys, "")
    return GUIDELINES[key] if key else None


def examples_of(code: str) -> tuple[str, str]:
    """Return the example with the problem and the one without it, both empty if there are none."""
    return example_text(code, "bad").strip("\n"), example_text(code, "good").strip("\n")
