"""The result of `extery.repository.generate`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extery.core.cached_property import cached_property
from extery.core.errors import ProblemList
from extery.listing import LISTING_FILENAME
from extery.listing.complete import COMPLETE_LISTING
from extery.listing.entries import Entry
from extery.repository.listing_changes import ListingChanges, PackageCounts

if TYPE_CHECKING:
    from extery.rules.blender_verdicts import Refusal


@dataclass(frozen=True)
class GenerateResult:
    """The result of `generate`.

    ``packages`` is the number of listed packages, ``written`` are the files that changed. ``listings`` are the
    files to subscribe to, each with its audience. ``changes`` maps these files to what changed in them; it is empty
    if nothing was written because nothing has changed.
    """

    folder: Path
    packages: int
    problems: ProblemList
    written: Sequence[Path] = ()
    listings: Sequence[tuple[str, str]] = field(default=((LISTING_FILENAME, "everyone"),))
    base_url: str = ""
    counts: PackageCounts = field(default_factory=PackageCounts)
    changes: Mapping[str, ListingChanges] = field(default_factory=dict)
    #: Name of a package -> the Blenders that refuse it, each with the fields of a `Refusal`.
    refused_by: Mapping[str, Sequence[Sequence[Any]]] = field(default_factory=dict)

    def url(self, address: str) -> str:
        """Return the URL of one of ``listings`` for Blender: a file URL unless ``base_url`` is known."""
        return (self.base_url or f"{self.folder.resolve().as_uri()}/") + address

    @cached_property
    def refusals(self) -> dict[str, tuple[Refusal, ...]]:
        """The Blenders that refuse a package, by its name."""
        from extery.rules.blender_verdicts import Refusal

        return {
            name: tuple(Refusal(*fields) for fields in own) for name, own in self.refused_by.items()
        }

    @cached_property
    def entries(self) -> Sequence[Entry]:
        """The entries of ``index.json``."""
        from extery.listing.entries import parse_listing

        return parse_listing((self.folder / LISTING_FILENAME).read_bytes()).data

    @property
    def entry_count(self) -> int:
        """The number of entries of ``index.json``, or of the complete listing if there is one."""
        from extery.listing.entries import parse_listing

        if COMPLETE_LISTING not in [address for address, _ in self.listings]:
            return len(self.entries)
        return len(parse_listing((self.folder / COMPLETE_LISTING).read_bytes()).data)
