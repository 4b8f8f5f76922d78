"""Users and extensions in every status, created by the site's actions from real packages."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image as Pillow

from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, Image, Version
from extery_site.files.layout import FileKind
from extery_site.files.models import StoredFile
from extery_site.moderation import decisions as moderation
from extery_site.publish import actions as publish
from tests.site.packages import package
from tests.site.replay import replayed


def make_user(username: str = "ada", **values: Any) -> User:
    """Create a user without a usable password."""
    return User.objects.create_user(username, f"{username}@example.org", **values)


def make_moderator(username: str = "mod") -> User:
    """Create a moderator."""
    return make_user(username, is_moderator=True)


@replayed
def make_draft(owner: User, **fields: Any) -> Version:
    """Upload a version without description and image."""
    return publish.receive_upload(
        file=io.BytesIO(package(**fields)), name="upload.zip", user=owner
    ).version


@replayed
def make_complete(owner: User, **fields: Any) -> Version:
    """Upload a version and complete its draft."""
    version = make_draft(owner, **fields)
    return complete(version)


def complete(version: Version) -> Version:
    """Add everything that a draft needs before it can be submitted."""
    extension = version.extension
    if extension.image is None:
        # The rows of an image without its files: making those takes long and has tests of its own.
        extension.image = make_image(alt_text="A gear in the viewport")
    extension.description = "Makes **gears**."
    extension.save()
    return version


def make_package_file(sha256: str) -> StoredFile:
    """Create the row of a package file without the file."""
    return StoredFile.objects.get_or_create(
        sha256=sha256, defaults={"size": 1, "kind": FileKind.PACKAGE}
    )[0]


def make_image(**values: Any) -> Image:
    """The rows of an image without its files."""
    files = {
        name: StoredFile.objects.get_or_create(
            sha256=digit * 64, defaults={"size": 5, "kind": FileKind.IMAGE}
        )[0]
        for name, digit in (("file", "a"), ("large", "b"), ("small", "c"))
    }
    return Image.objects.create(**files, width=1920, height=1080, **values)


@replayed
def make_waiting(owner: User, **fields: Any) -> Version:
    """Create a version in review."""
    return publish.submit(version=make_complete(owner, **fields), by=owner)


@replayed
def make_approved(owner: User, by: User, **fields: Any) -> Version:
    """Create an approved version."""
    version = make_waiting(owner, **fields)
    moderation.approve_version(version=version, packages=version.package_hashes, by=by)
    return Version.objects.select_related("extension").get(pk=version.pk)


@replayed
def make_blocked(
    owner: User, by: User, reason: str = "Sends data away", **fields: Any
) -> Extension:
    """Create an extension that was approved, then blocked."""
    extension = make_approved(owner, by, **fields).extension
    moderation.block_extension(extension=extension, by=by, reason=reason)
    extension.refresh_from_db()
    return extension


def picture(
    width: int = 1920, height: int = 1080, format_: str = "PNG", **options: Any
) -> io.BytesIO:
    """Return an image file of a single colour."""
    buffer = io.BytesIO()
    Pillow.new("RGB", (width, height), "#336699").save(buffer, format_, **options)
    buffer.seek(0)
    return buffer


def upload_other(owner: User, **fields: Any) -> Version:
    """Upload a package of version 1.0.0 that differs from that of `make_waiting`."""
    data = package(files={"other.py": "other = True\n"}, **fields)
    return publish.receive_upload(file=io.BytesIO(data), name="other.zip", user=owner).version


def replace_package(version: Version, owner: User, **fields: Any) -> Version:
    """Replace the package: withdraw, discard, upload other bytes with the same version, submit."""
    publish.withdraw(version=version, by=owner)
    publish.discard_draft(version=version, by=owner)
    return publish.submit(version=upload_other(owner, **fields), by=owner)
