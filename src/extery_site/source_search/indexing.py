"""Fill the index: the texts of packages, once per SHA-256, with their symbols.

Reading and parsing need no transaction. `_store` writes one package under a lock, so that the keys of texts
have the order of their commits: a search that has read all texts up to a key has missed none.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.module_loading import import_string

from extery.core.errors import ExteryError, Unavailable
from extery_site.catalog.models import Package, ReplacedPackage, Version
from extery_site.files import storage
from extery_site.files.models import StoredFile
from extery_site.project.database import lock_transaction
from extery_site.source_search.models import (
    IndexedPackage,
    PackageFile,
    SourceFile,
    SourceText,
    Symbol,
    SymbolUse,
)
from extery_site.source_search.models.index import compress
from extery_site.source_search.package_texts import PackageTexts, TextFile, read_symbols, read_texts
from extery_site.source_search.reading import FORMAT
from extery_site.source_search.running import search_new
from extery_site.source_search.symbols import Symbols

logger = logging.getLogger(__name__)

_BATCH = 500
LOCK = "source index"


@dataclass(frozen=True)
class _Source:
    """A stored package of a version."""

    version: Version
    file: StoredFile

    @property
    def name(self) -> str:
        """What messages call it."""
        return f"{self.file.pk[:12]}.zip"


def index_version(version: Version) -> int:
    """Index the packages of a version that are not in the index, and return their number."""
    indexed = set(version.indexed_packages.filter(format=FORMAT).values_list("sha256", flat=True))
    number = 0
    for packages in (version.packages, version.replaced_packages):
        for package in packages.select_related("file"):
            if package.file.pk not in indexed:
                indexed.add(package.file.pk)
                number += _index(_Source(version, package.file))
    return number


def versions_to_index(*, limit: int | None = None) -> Iterator[int]:
    """Return the keys of versions with a package that is not in the index, the newest first."""
    ready = IndexedPackage.objects.filter(
        version=OuterRef("version"), sha256=OuterRef("file_id"), format=FORMAT
    )
    missing = [
        Exists(model.objects.filter(~Exists(ready), version=OuterRef("pk")))
        for model in (Package, ReplacedPackage)
    ]
    versions = Version.objects.filter(missing[0] | missing[1]).order_by("-pk")
    return versions.values_list("pk", flat=True)[:limit].iterator()


def _index(source: _Source) -> int:
    try:
        with storage.open_file(source.file) as file:
            texts = read_texts(file, source.name)
            known = _known(texts.texts)
            # A text that two places of the package share is parsed once.
            new = {one.sha256: one for one in texts.files if one.sha256 not in known}
            symbols = read_symbols(file, source.name, new)
    except Unavailable:
        raise  # a task tries again
    except (ExteryError, OSError) as error:
        logger.warning("the package %s is not in the index: %s", source.file.pk, error)
        texts = PackageTexts(limits=["The package cannot be opened: it is damaged or missing."])
        new, symbols = {}, {}
    with transaction.atomic():
        # The version may have been deleted since it was read.
        versions = Version.objects.select_for_update(of=("self",), no_key=True)
        if not versions.filter(pk=source.version.pk).exists():
            return 0
        lock_transaction(LOCK)
        _store(source, texts, new, symbols)
        for path in settings.SOURCE_INDEX_HANDLERS:
            import_string(path)(source.version)
    return 1


def _known(hashes: Iterable[str]) -> set[str]:
    files = SourceFile.objects.filter(sha256__in=list(hashes), format=FORMAT)
    return set(files.values_list("sha256", flat=True))


def _store(
    source: _Source, texts: PackageTexts, new: dict[str, TextFile], symbols: dict[str, Symbols]
) -> None:
    _store_files(texts, new, symbols)
    package, _ = IndexedPackage.objects.update_or_create(
        version=source.version,
        sha256=source.file.pk,
        defaults={
            "bundled": f" {' '.join(sorted(texts.bundled))} ",
            "limits": texts.limits,
            "format": FORMAT,
        },
    )
    package.files.all().delete()
    keys = dict(
        SourceFile.objects.filter(sha256__in={file.sha256 for file in texts.files}).values_list(
            "sha256", "pk"
        )
    )
    PackageFile.objects.bulk_create(
        [
            PackageFile(package=package, path=file.path, file_id=keys[file.sha256])
            for file in texts.files
            if file.sha256 in keys
        ],
        batch_size=_BATCH,
    )
    search_new(
        (keys[file.sha256], texts.texts[file.sha256].encode())
        for file in texts.files
        if file.sha256 in keys
    )


def _store_files(
    texts: PackageTexts, new: dict[str, TextFile], symbols: dict[str, Symbols]
) -> None:
    """Store texts and their symbols; another task may have stored some of them meanwhile."""
    stored = SourceFile.objects.filter(sha256__in=list(new))
    current = set(stored.filter(format=FORMAT).values_list("sha256", flat=True))
    stored.exclude(format=FORMAT).delete()
    rows = [
        SourceFile(
            sha256=sha256,
            size=file.size,
            is_parsed=symbols[sha256].is_parsed,
            note=symbols[sha256].note,
            format=FORMAT,
        )
        for sha256, file in new.items()
        if sha256 not in current
    ]
    SourceFile.objects.bulk_create(rows, batch_size=_BATCH)
    SourceText.objects.bulk_create(
        [SourceText(file=row, data=compress(texts.texts[row.sha256])) for row in rows],
        batch_size=_BATCH,
    )
    keys = _symbol_keys({key for row in rows for key in symbols[row.sha256].found})
    SymbolUse.objects.bulk_create(
        [
            SymbolUse(symbol_id=keys[key], file=row, line=line, count=count)
            for row in rows
            for key, (line, count) in symbols[row.sha256].found.items()
        ],
        batch_size=_BATCH,
    )


def _symbol_keys(names: set[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Return the keys of symbols, which are created if they are new."""
    keys: dict[tuple[str, str], int] = {}
    ordered = sorted(names)
    for start in range(0, len(ordered), _BATCH):
        batch = ordered[start : start + _BATCH]
        Symbol.objects.bulk_create(
            [Symbol(kind=kind, name=name) for kind, name in batch], ignore_conflicts=True
        )
        for symbol in Symbol.objects.filter(name__in={name for _, name in batch}):
            keys[symbol.kind, symbol.name] = symbol.pk
    return keys


def remove_stale() -> int:
    """Remove packages that are gone, and texts that no package contains; return the number of texts.

    A package that was taken out of a version has gone, although the version stays.
    """
    current = Package.objects.filter(version=OuterRef("version"), file_id=OuterRef("sha256"))
    replaced = ReplacedPackage.objects.filter(
        version=OuterRef("version"), file_id=OuterRef("sha256")
    )
    with transaction.atomic():
        lock_transaction(LOCK)
        IndexedPackage.objects.filter(~Q(Exists(current)), ~Q(Exists(replaced))).delete()
    removed = 0
    while keys := _unused_files():
        with transaction.atomic():
            lock_transaction(LOCK)
            # The condition again: a package with the text may have been indexed since.
            files = SourceFile.objects.filter(pk__in=keys)
            _, counts = files.filter(~Exists(_places())).delete()
        removed += counts.get(SourceFile._meta.label, 0)  # noqa: SLF001
    with transaction.atomic():
        lock_transaction(LOCK)
        Symbol.objects.filter(~Exists(SymbolUse.objects.filter(symbol=OuterRef("pk")))).delete()
    return removed


def _places() -> QuerySet[PackageFile]:
    return PackageFile.objects.filter(file=OuterRef("pk"))


def _unused_files() -> list[int]:
    return list(SourceFile.objects.filter(~Exists(_places())).values_list("pk", flat=True)[:_BATCH])
