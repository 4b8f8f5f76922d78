"""Paths of stored files, for tests that read or damage them."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from extery_site.files.models import StoredFile


def path_of(file: StoredFile | None) -> Path:
    """Return the path of a stored file."""
    assert file is not None
    return Path(settings.MEDIA_ROOT, file.name)
