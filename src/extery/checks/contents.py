"""What the rules look at: a manifest and the files beside it, from a folder or a zip."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from zipfile import ZipInfo

from extery.core.errors import ProblemList, Where

#: A rule notes what it finds; it reads, and changes nothing.
Rule = Callable[["Contents", ProblemList], None]


class Contents:
    """A manifest's table with the names of the files beside it, relative, with ``/``.

    ``table`` is as found, so that files can be judged where the manifest has errors too.
    ``infos`` are the members of the zip, empty for a folder; ``root`` is the folder of the manifest
    in it, and ``size`` its own size in bytes.
    """

    def __init__(
        self,
        name: str,
        names: Sequence[str],
        read: Callable[[str], bytes],
        *,
        table: Mapping[str, Any] | None = None,
        infos: Sequence[ZipInfo] = (),
        size: int = 0,
    ) -> None:
        self.name = name
        self.names = names
        self.read = read
        self.table = table or {}
        self.infos = infos
        self.root = ""
        self.size = size

    @property
    def type(self) -> str:
        """``add-on``, ``theme`` or ``""`` where the manifest does not say."""
        value = self.table.get("type")
        return value if isinstance(value, str) else ""

    def where(self, name: str) -> Where:
        """The place of a file: of the zip and its member, or of the file itself."""
        if self.infos:
            return Where(self.name, (self.root + name,))
        return Where(name)
