"""Stored files as they lie in the folder, for tests that look at them or damage them."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from extery_site.files.models import StoredFile


def path_of(file: StoredFile | None) -> Path:
    """The place of a stored file on disk."""
    assert file is not None
    return Path(settings.MEDIA_ROOT, file.name)
