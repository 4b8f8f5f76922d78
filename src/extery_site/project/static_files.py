"""Static files: selection, compression, and names with a content hash for permanent caching."""

from __future__ import annotations

from typing import Any

import brotli
from django.conf import settings
from django.contrib.staticfiles.apps import StaticFilesConfig
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

#: The default, 11, takes thirty times as long and saves only a tenth of the bytes.
BROTLI_QUALITY = 9


#: Names of files and folders: the last row is of Django's admin (`extery_site.administration.base`).
UNUSED = (
    *("*.map", "redoc.standalone.js"),
    *("jquery", "select2", "xregexp", "gis", "*rtl.css", "login.css"),
)


class MinimalStaticFilesConfig(StaticFilesConfig):
    """Django's ``staticfiles`` without files of libraries that no page uses."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, *UNUSED]  # noqa: RUF012  as in Django


class FastCompressor(Compressor):  # type: ignore[misc]
    """WhiteNoise's compressor with `BROTLI_QUALITY`, which keeps the first start short."""

    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        """Return ``data`` compressed by Brotli."""
        return bytes(brotli.compress(data, quality=BROTLI_QUALITY))


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """WhiteNoise's storage; before ``collectstatic`` has run, names stay without a hash."""

    manifest_strict = False
    #: Files are served under their hashed names only.
    keep_only_hashed_files = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._urls: dict[str, str] = {}

    def create_compressor(self, **options: Any) -> Compressor:
        """Return the compressor for collected files."""
        return FastCompressor(**options)

    def url(self, name: str | None, force: bool = False) -> str:
        """Return the address of a file, which is computed once: a page has up to a hundred of them."""
        if name is None or force or settings.DEBUG:
            return str(super().url(name, force))
        if name not in self._urls:
            self._urls[name] = str(super().url(name))
        return self._urls[name]

    def save_manifest(self) -> None:
        """Store the hashed names, which other addresses follow from."""
        super().save_manifest()
        self._urls.clear()

    def hashed_name(self, name: str, content: Any = None, filename: str | None = None) -> str:
        """Return the hashed name of a file, or its plain name if it was not collected."""
        try:
            return str(super().hashed_name(name, content, filename))
        except ValueError:
            if content is not None:
                raise
            return name
