"""What the rules look at: a manifest and the files beside it, from a folder or a package."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, BinaryIO

from extery.core.errors import ProblemList, Where
from extery.package import Member

#: A rule adds what it finds to the list; it reads, and changes nothing.
Rule = Callable[["RuleContext", ProblemList], None]
#: Opens a file beside the manifest as a seekable binary file; raises `InvalidPackage`.
OpenFile = Callable[[str], AbstractContextManager[BinaryIO]]


class RuleContext:
    """A manifest's table with the names of the files beside it, relative, with ``/``.

    ``table`` is as found, so that files can be judged where the manifest has errors too.
    ``members`` are those of the package, empty for a folder; ``root`` is the folder of the manifest
    in it, and ``size`` its own size in bytes. Without ``open_file`` files are not looked into.
    """

    def __init__(
        self,
        name: str,
        names: Sequence[str],
        read: Callable[[str], bytes],
        *,
        table: Mapping[str, Any] | None = None,
        members: Sequence[Member] = (),
        size: int = 0,
        open_file: OpenFile | None = None,
    ) -> None:
        self.name = name
        self.names = names
        self.read = read
        self.table = table or {}
        self.members = members
        self.root = ""
        self.size = size
        self.open_file = open_file

    @property
    def type(self) -> str:
        """``add-on``, ``theme`` or ``""`` where the manifest does not say."""
        value = self.table.get("type")
        return value if isinstance(value, str) else ""

    def where(self, name: str) -> Where:
        """The place of a file: of the package and its member, or of the file itself."""
        if self.members:
            return Where(self.name, (self.root + name,))
        return Where(name)
