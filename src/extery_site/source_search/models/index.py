"""The index: the texts of packages, each stored once, and their symbols."""

from __future__ import annotations

import zlib
from typing import ClassVar

from django.db import models
from django.utils import timezone

from extery_site.catalog.models import Version
from extery_site.catalog.models.fields import ByteOrderedCharField
from extery_site.source_search.reading import MAX_PATH_LENGTH
from extery_site.source_search.symbols import MAX_NAME_LENGTH, SYMBOL_KIND_CHOICES


def symbol_kind_choices() -> list[tuple[str, str]]:
    """Return the choices of `Symbol.kind`; as a function, so that a new one needs no migration."""
    return SYMBOL_KIND_CHOICES


class IndexedPackage(models.Model):
    """A package of a version whose texts are in the index; replaced ones stay, as their files do.

    Refers to no stored file, so that the index keeps no file from being removed.
    """

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="indexed_packages")
    sha256 = models.CharField(max_length=64)
    bundled = models.TextField(
        blank=True, help_text="The modules that it contains, each between two spaces."
    )
    limits = models.JSONField(default=list, help_text="Sentences about what was left out.")
    format = models.PositiveSmallIntegerField()
    indexed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["version", "sha256"], name="source_search_package_once")
        ]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.sha256[:12]}…"


class SourceFile(models.Model):
    """A text, whichever packages contain it; it never changes."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveIntegerField()
    is_parsed = models.BooleanField(default=False)
    note = models.CharField(max_length=200, blank=True)
    format = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return f"{self.sha256[:12]}…"


def compress(text: str) -> bytes:
    """Return a text as it is stored."""
    return zlib.compress(text.encode("utf-8", "replace"))


class SourceText(models.Model):
    """The content of a text: UTF-8, compressed by zlib. Apart from `SourceFile`, whose rows stay small."""

    file = models.OneToOneField(
        SourceFile, on_delete=models.CASCADE, primary_key=True, related_name="content"
    )
    data = models.BinaryField()

    def __str__(self) -> str:
        return f"text {self.pk}"

    @property
    def utf8(self) -> bytes:
        """The text, with line feeds at the ends of lines."""
        return zlib.decompress(bytes(self.data))


class PackageFile(models.Model):
    """The place of a text in a package."""

    package = models.ForeignKey(IndexedPackage, on_delete=models.CASCADE, related_name="files")
    path = models.CharField(max_length=MAX_PATH_LENGTH)
    file = models.ForeignKey(SourceFile, on_delete=models.CASCADE, related_name="places")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["package", "path"], name="source_search_path_once")
        ]

    def __str__(self) -> str:
        return self.path


class Symbol(models.Model):
    """A name that a text imports, calls, refers to or defines, or a host."""

    kind = models.CharField(max_length=8, choices=symbol_kind_choices)
    name = ByteOrderedCharField(max_length=MAX_NAME_LENGTH)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["kind", "name"], name="source_search_symbol_once")
        ]

    def __str__(self) -> str:
        return str(self.name)


class SymbolUse(models.Model):
    """The first line with a symbol in a text, and on how many lines it is."""

    symbol = models.ForeignKey(Symbol, on_delete=models.CASCADE, related_name="uses")
    file = models.ForeignKey(SourceFile, on_delete=models.CASCADE, related_name="symbols")
    line = models.PositiveIntegerField()
    count = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["symbol", "file"], name="source_search_use_once")
        ]

    def __str__(self) -> str:
        return f"{self.symbol_id} in {self.file_id}"
