"""Values of a manifest with what they come from: each is stated, made of something else, guessed, or missing."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

Certainty = Literal["given", "stated", "adapted", "guessed", "missing"]
"""``given`` by an option, ``stated`` by the add-on, ``adapted`` to what a manifest allows, ``guessed``, or ``missing``."""


class Value(NamedTuple):
    """The value of a field; ``source`` is its evidence: ``__init__.py:5``, or words."""

    field: str
    value: Any
    source: str
    certainty: Certainty

    def as_dict(self) -> dict[str, Any]:
        return self._asdict()
