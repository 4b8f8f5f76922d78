"""Locations of fields in a manifest, for problems."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from extery.core.cached_property import cached_property
from extery.core.errors import Where

if TYPE_CHECKING:
    from extery.manifest.positions import LineIndex, Offsets, TomlPath


class Locator:
    """Finds fields in a TOML file that `tomllib` accepts. The text is scanned when the first is looked up.

    ``generated`` are the fields whose values are those in the table ``build.generated``.
    """

    def __init__(self, data: bytes, file: str, *, generated: Collection[str] = ()) -> None:
        self._data = data
        self._file = file
        self._generated = generated

    def __call__(self, path: TomlPath, *, of_key: bool = False) -> Where:
        """Return the location of the value at ``path``, or of the nearest table that could contain it.

        ``of_key`` asks for the location of its key.
        """
        if path and path[0] in self._generated:
            path = ("build", "generated", *path)
        for length in range(len(path), 0, -1):
            offsets = self._offsets.get(path[:length])
            if offsets is not None:
                offset = offsets.key if of_key else offsets.value
                return Where(self._file, path, *self._lines.position(offset))
        return Where(self._file, path, 1, 1)

    @property
    def is_plain_source(self) -> bool:
        """Whether the manifest is ASCII without escapes, so that every text in it is."""
        return bool(self._data) and self._data.isascii() and b"\\" not in self._data

    @cached_property
    def _text(self) -> str:
        return self._data.decode("utf-8")

    @cached_property
    def _lines(self) -> LineIndex:
        from extery.manifest.positions import LineIndex

        return LineIndex(self._text)

    @cached_property
    def _offsets(self) -> Mapping[TomlPath, Offsets]:
        from extery.manifest.positions import find_offsets

        try:
            return find_offsets(self._text)
        except RecursionError:
            # Lists nested hundreds of levels deep, which `tomllib` just accepts.
            return {}
