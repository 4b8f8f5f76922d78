"""The values of a project file. `extery.cli.project_file` reads one; most commands have none and need not load that."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from extery.core.errors import Where

if TYPE_CHECKING:
    from extery.manifest.positions import TomlPath

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class ProjectConfig(NamedTuple):
    """A valid project file; empty if there is none.

    ``tables`` maps commands to their options, ``general`` holds options of all commands, ``silenced`` maps codes
    to reasons.
    """

    file: Path | None = None
    general: Mapping[str, Any] = _NOTHING
    tables: Mapping[str, Mapping[str, Any]] = _NOTHING
    silenced: Mapping[str, str] = _NOTHING
    where: Callable[[TomlPath], Where] = lambda _path: Where()

    def options(self, command: str) -> Iterator[tuple[str, Any, Where]]:
        """Yield name, value and place of each option that is set for ``command``."""
        own = self.tables.get(command, {})
        for name, value in self.general.items():
            if name not in own:
                yield name, value, self.where((name,))
        for name, value in own.items():
            yield name, value, self.where((command, name))
