"""Static files: which are collected, under which names, and how they are compressed.

Names contain a hash of the content, so that browsers may cache the files for ever.
"""

from __future__ import annotations

from typing import Any

import brotli
from django.contrib.staticfiles.apps import StaticFilesConfig
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

#: Level 11, the default, takes thirty times as long as 9 and saves a tenth of the bytes.
BROTLI_QUALITY = 9


class CollectedStaticFilesConfig(StaticFilesConfig):
    """Django's ``staticfiles``, without files of our libraries that no page refers to."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "*.map", "redoc.standalone.js"]  # noqa: RUF012  as in Django


class FastCompressor(Compressor):  # type: ignore[misc]
    """WhiteNoise's compressor with a Brotli quality that keeps the first start short."""

    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        """``data`` compressed by Brotli."""
        return bytes(brotli.compress(data, quality=BROTLI_QUALITY))


class NamedByContent(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """WhiteNoise's storage, usable before ``collectstatic`` has run: names then stay as they are."""

    manifest_strict = False
    #: The files are served under their hashed names; a copy under the plain name is not needed.
    keep_only_hashed_files = True

    def create_compressor(self, **options: Any) -> Compressor:
        """The compressor for collected files."""
        return FastCompressor(**options)

    def hashed_name(self, name: str, content: Any = None, filename: str | None = None) -> str:
        """The name with its hash in it, or the plain name of a file that was not collected."""
        try:
            return str(super().hashed_name(name, content, filename))
        except ValueError:
            if content is not None:
                raise
            return name
