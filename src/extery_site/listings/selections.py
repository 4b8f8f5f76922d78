"""Listings of chosen extensions, such as those of a set: entries of the listing of the site, and pinned versions.

They are made from the snapshot of the site in memory, so that the rules of what is listed are in one place. Only pinned
versions are read from the database, because the snapshot has no packages that a newer one supersedes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from threading import Lock

from extery.core.compatibility import System
from extery_site.listings.cache import LISTINGS, ListingCache
from extery_site.listings.changes import read_versions
from extery_site.listings.document import ListingDocument
from extery_site.listings.packed import PackedEntries
from extery_site.listings.snapshot import Snapshot

#: Limits of what is kept; the least recently used are dropped.
MAX_BYTES = 20_000_000
MAX_SELECTIONS = 500
#: Rendered documents of one selection, each for a class of systems.
MAX_DOCUMENTS = 24

#: Chosen extensions by ``id_key``, each with the key of its pinned version, or ``None`` for the newest compatible one.
#: Of a pinned version that is not listed, also of the key 0, nothing is listed.
Choice = Mapping[str, int | None]


class _Selection:
    """What is chosen, its content at a revision of the site, and its documents."""

    def __init__(self, choice_mark: object, choice: Choice, site_mark: object) -> None:
        self.choice_mark = choice_mark
        self.choice = choice
        self.site_mark = site_mark
        self.snapshot: Snapshot
        self.documents: OrderedDict[tuple[str, System], ListingDocument] = OrderedDict()

    @property
    def size(self) -> int:
        """About how many bytes of memory its documents need, also compressed."""
        return sum(2 * document.length for document in self.documents.values())


class SelectionCache:
    """Selections by key; thread-safe."""

    def __init__(self, listings: ListingCache = LISTINGS, max_bytes: int = MAX_BYTES) -> None:
        self._listings = listings
        self._max_bytes = max_bytes
        self._lock = Lock()
        self._selections: OrderedDict[int, _Selection] = OrderedDict()
        self._sizes: dict[int, int] = {}

    def get(
        self, key: int, revision: int, read: Callable[[], Choice], system: System, base: str
    ) -> ListingDocument:
        """Return the listing of what was chosen for a system, with download links that begin with ``base``.

        ``read`` returns the choice; it is called again when ``revision``, which counts its changes, is another one.
        """
        selection = self._current(key, revision, read)
        document_key = (base, selection.snapshot.normalize(system))
        with self._lock:
            document = selection.documents.get(document_key)
            if document is not None:
                selection.documents.move_to_end(document_key)
                return document
        document = selection.snapshot.render(document_key[1], base)
        with self._lock:
            selection.documents[document_key] = document
            if len(selection.documents) > MAX_DOCUMENTS:
                selection.documents.popitem(last=False)
            if self._selections.get(key) is selection:
                self._sizes[key] = selection.size
            self._drop_unused()
        return document

    def _current(self, key: int, revision: int, read: Callable[[], Choice]) -> _Selection:
        """Return the selection at the present revision of the site."""
        generation = self._listings.generation
        site = self._listings.snapshot
        choice_mark, site_mark = (generation, revision), (generation, site.revision)
        with self._lock:
            known = self._selections.get(key)
            if known is not None:
                self._selections.move_to_end(key)
        if known and known.choice_mark == choice_mark and known.site_mark == site_mark:
            return known
        choice = known.choice if known and known.choice_mark == choice_mark else read()
        selection = _Selection(choice_mark, choice, site_mark)
        selection.snapshot = site.select(choice, _pinned(choice), known.snapshot if known else None)
        with self._lock:
            if known and selection.snapshot is known.snapshot:
                selection.documents = known.documents
            self._selections[key] = selection
            self._sizes[key] = selection.size
            self._drop_unused()
        return selection

    def _drop_unused(self) -> None:
        while len(self._selections) > MAX_SELECTIONS or (
            len(self._selections) > 1 and sum(self._sizes.values()) > self._max_bytes
        ):
            key, _ = self._selections.popitem(last=False)
            del self._sizes[key]


def _pinned(choice: Choice) -> dict[str, PackedEntries]:
    """Return the packages of the pinned versions."""
    pins = {key: version for key, version in choice.items() if version is not None}
    listed = read_versions([*pins.values()]) if pins else {}
    return {key: listed.get(key, PackedEntries.of(())) for key in pins}


SELECTIONS = SelectionCache()
