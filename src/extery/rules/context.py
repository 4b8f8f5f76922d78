"""The input of rules: a manifest and the files next to it, from a package or from a source folder."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from extery.core.cached_property import cached_property
from extery.core.errors import InvalidPackage, ProblemList, Where
from extery.core.types import ADD_ON
from extery.manifest.document import MANIFEST_FILENAME
from extery.manifest.locator import Locator
from extery.manifest.schemas.v1_0_0 import ValidTags
from extery.package import Member, Package
from extery.rules.profiles import Profile

if TYPE_CHECKING:
    from extery.analysis.facts import Position
    from extery.analysis.pool import Limits
    from extery.rules.sources import Sources

#: Open a file next to the manifest as a seekable binary file; raises `InvalidPackage`.
OpenFile = Callable[[str], AbstractContextManager[BinaryIO]]
#: Bytes that `RuleContext.head` returns: enough for the first bytes of all formats, a tar's included.
HEAD_BYTES = 512


class FileInfo(NamedTuple):
    """The size of a file in bytes, the size that it adds to a package (0 if unknown), and its Unix mode or 0."""

    size: int
    packed_size: int
    mode: int


class RuleContext:
    """A package, source folder or manifest as rules see it. Rules do not change it.

    ``names`` are those of the files next to the manifest, relative to it, with ``/``; ``table`` is the
    manifest's, possibly invalid, or ``None`` if it cannot be read. ``members``, ``root`` (the folder of
    the manifest) and ``size`` in bytes are those of the package, empty for a folder. ``opening_problems`` are
    those found by `open_package`. Without ``open_file`` rules that read files report nothing; ``stat_file`` is for a folder.
    """

    def __init__(
        self,
        name: str,
        *,
        names: Sequence[str] = (),
        members: Sequence[Member] = (),
        size: int = 0,
        open_file: OpenFile | None = None,
        stat_file: Callable[[str], FileInfo] | None = None,
        table: Mapping[str, Any] | None = None,
        locate: Locator | None = None,
        valid_tags: ValidTags | None = None,
        package: Package | None = None,
        opening_problems: ProblemList | None = None,
        required_wheels: Collection[str] | None = None,
        excludes: str = "",
        profile: Profile = Profile.BLENDER_ORG,
        checkpoint: Callable[[], None] = lambda: None,
    ) -> None:
        self.name = name
        self.names = names
        self.members = members
        self.root = ""
        self.size = size
        self.open_file = open_file
        self.stat_file = stat_file
        self.table = table
        self.locate = locate or Locator(b"", MANIFEST_FILENAME)
        self.valid_tags = valid_tags
        self.package = package
        self.opening_problems = opening_problems or ProblemList()
        #: The listed wheels that must exist, as the manifest writes them; ``None`` for all.
        self.required_wheels = required_wheels
        #: How a source folder selects its files: ``patterns``, ``bare`` ([build] without any), or ``paths``.
        self.excludes = excludes
        #: The guidelines that apply.
        self.profile = profile
        #: The limits for reading its code; `extery.analysis.pool.Limits()` if it is ``None``.
        self.analysis_limits: Limits | None = None
        #: Called for each megabyte that is read; may raise to stop.
        self.checkpoint = checkpoint
        self._heads: dict[str, bytes] = {}
        self._infos: dict[str, FileInfo] = {}

    @cached_property
    def lower_names(self) -> str:
        """All names in lower case, one a line: one search for a suffix that hardly any package has."""
        return "\n".join(self.names).lower() + "\n"

    @property
    def type(self) -> str:
        """``add-on``, ``theme``, or ``""`` if the manifest has no type."""
        value = (self.table or {}).get("type")
        return value if isinstance(value, str) else ""

    def wheels(self) -> Iterator[tuple[int, str]]:
        """Yield the listed wheels with their indexes in the list."""
        listed = (self.table or {}).get("wheels")
        if isinstance(listed, list | tuple):
            yield from ((index, item) for index, item in enumerate(listed) if isinstance(item, str))

    @cached_property
    def sources(self) -> Sources:
        """The code of the extension, analysed when a rule first asks for it."""
        from extery.analysis.pool import Limits  # most commands read no code
        from extery.rules.sources import read_sources

        has_code = self.type == ADD_ON.name and self.open_file is not None
        return read_sources(
            self.names if has_code else (),
            size_of=lambda name: self.info(name).size,
            read=lambda name, limit: self.read(name, limit=limit),
            table=self.table or {},
            limits=self.analysis_limits or Limits(),
        )

    def line(self, name: str, at: Position) -> Where:
        """Return a place in a text file."""
        return Where(self.root + name, (), at.line, at.column)

    def where(self, name: str) -> Where:
        """Return the place of a file: the package and its member, or the file itself; of the package without a name."""
        if not self.members:
            return Where(name)
        return Where(self.name, (self.root + name,)) if name else Where(self.name)

    def read(self, name: str, *, limit: int) -> bytes:
        """Return the first ``limit`` bytes of a file; raises `InvalidPackage` if it cannot be read."""
        if self.package is not None:
            member = self.package.by_name[self.root + name]
            if member.size <= limit:
                return self.package.read(member, limit=limit)
            with self.package.open(member) as stream:
                return stream.read(limit)
        assert self.open_file is not None
        with self.open_file(name) as stream:
            return stream.read(limit)

    def info(self, name: str) -> FileInfo:
        """Return size and mode of a file; zeros if they are not known."""
        if self.package is not None:
            member = self.package.by_name[self.root + name]
            return FileInfo(member.size, member.packed_size, member.mode)
        if name not in self._infos:
            self._infos[name] = self.stat_file(name) if self.stat_file else FileInfo(0, 0, 0)
        return self._infos[name]

    def head(self, name: str) -> bytes:
        """Return the first bytes of a file, read once for all rules; nothing if it cannot be read."""
        if name not in self._heads:
            try:
                self._heads[name] = self._stored_head(name) or self.read(name, limit=HEAD_BYTES)
            except InvalidPackage:  # other rules report it
                self._heads[name] = b""
        return self._heads[name]

    def may_begin_with(self, first_bytes: Collection[bytes | None], names: list[str]) -> list[str]:
        """Return those of ``names`` whose first byte is one of ``first_bytes``, or ``None``: known only when it is unpacked."""
        if self.package is None:
            return names
        by_name, first_byte = self.package.by_name, self.package.first_stored_byte
        return [name for name in names if first_byte(by_name[self.root + name]) in first_bytes]

    def _stored_head(self, name: str) -> bytes:
        """Return the first bytes of a file that is stored in a small package: another rule verifies it as a whole."""
        if self.package is None:
            return b""
        member = self.package.by_name[self.root + name]
        return self.package.stored_start(member, HEAD_BYTES)
