"""Only the app ``files`` accesses stored files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import extery_site

SITE = Path(extery_site.__file__).parent
STORAGE_ACCESS = re.compile(
    r"MEDIA_ROOT|default_storage|storages\[|get_storage|FileField|ImageField|boto3|storages\.backends"
)
#: Modules that configure the storage or check it at the start.
ALLOWED = {
    "project/settings.py",
    "project/startup.py",
    "project/storage_address.py",
    "project/site_settings.py",
    "media/forms.py",
    "publish/forms.py",
    # Unfinished uploads: an object for each chunk, without a row of a stored file.
    "publish/chunks.py",
}


@pytest.mark.parametrize(
    "name",
    [
        name
        for path in sorted(SITE.rglob("*.py"))
        if "migrations" not in path.parts
        and not (name := path.relative_to(SITE).as_posix()).startswith("files/")
        and name not in ALLOWED
    ],
)
def test_only_the_files_app_accesses_the_storage(name: str) -> None:
    assert STORAGE_ACCESS.findall((SITE / name).read_text(encoding="utf-8")) == []


def test_the_pattern_matches_the_modules_that_access_the_storage() -> None:
    users = {
        path.name
        for path in (SITE / "files").rglob("*.py")
        if STORAGE_ACCESS.search(path.read_text("utf-8"))
    }
    assert {"base.py", "storage.py", "s3.py"} <= users
