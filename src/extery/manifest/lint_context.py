"""The input of the checks that warn about manifests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from extery.core.errors import ProblemList, Value
from extery.manifest.schemas.checking import limit_problems

if TYPE_CHECKING:
    from extery.manifest.locator import Locator


class LintContext(NamedTuple):
    """The fields that are checked, and the list for the warnings."""

    table: Mapping[str, Any]
    problems: ProblemList
    locate: Locator

    def add(self, code: str, *path: str | int, **values: Value) -> None:
        """Add the warning ``manifest.<code>`` about the value at ``path``."""
        # Locations are looked up only now: most manifests have no warnings.
        where = self.locate(path, of_key=code.endswith("unknown-key") or code == "key.unknown")
        variant = str(values.pop("variant", ""))
        self.problems.add(f"manifest.{code}", where=where, variant=variant, **values)

    def text(self, field: str) -> str:
        """Return the value of ``field``, or an empty string if it is not a string."""
        value = self.table.get(field)
        return value if isinstance(value, str) else ""

    def texts(self, field: str) -> Iterator[tuple[int, str]]:
        """Yield the index and value of each string in the list ``field``."""
        value = self.table.get(field)
        items = value if isinstance(value, list) else []
        for index, item in enumerate(limit_problems(items, self.problems)):
            if isinstance(item, str):
                yield index, item
