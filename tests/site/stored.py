"""Paths of stored files, for tests that read or damage them."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from extery_site.files.models import StoredFile


def path_of(file: StoredFile | None) -> Path:
    """Return the path of a stored file."""
    assert file is not None
    return Path(settings.MEDIA_ROOT, file.name)


def stored_names() -> list[str]:
    """The names of all files that have a row; rows of `factories.make_image` have no files."""
    made = [digit * 64 for digit in "abc"]
    return sorted(file.name for file in StoredFile.objects.exclude(pk__in=made))
