"""What the documentation of a code has from its rule: the section of the guidelines, and examples."""

from __future__ import annotations

from extery.rules.examples import example_text
from extery.rules.guidelines import GUIDELINES, Guideline
from extery.rules.registry import all_rules

#: Titles of the two examples of a code.
EXAMPLE_TITLES = ("An extension with the problem", "The same without it")


def guideline_of(code: str) -> Guideline | None:
    """Return the section of Blender's guidelines that a code comes from, or ``None``."""
    keys = (rule.guideline for rule in all_rules() if code in rule.codes and rule.guideline)
    key = next(keys, "")
    return GUIDELINES[key] if key else None


def examples_of(code: str) -> tuple[str, str]:
    """Return the example with the problem and the one without it, both empty if there are none."""
    return example_text(code, "bad").strip("\n"), example_text(code, "good").strip("\n")
