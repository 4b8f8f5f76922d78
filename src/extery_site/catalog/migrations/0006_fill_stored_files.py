"""Create a row for each stored file. Files stay where they are, their names follow from the hash."""

import re
from typing import Any

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from extery_site.files.backends.base import get_storage

_NAME = re.compile(r"(?:packages|images)/([0-9a-f]{2})/(\1[0-9a-f]{62})\.(?:zip|webp)")
_BATCH = 500


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    database = schema_editor.connection.alias
    models = {name: apps.get_model("catalog", name) for name in ("Package", "Image")}
    StoredFile = apps.get_model("files", "StoredFile")

    def store(row: Any, field: str, size: int | None = None) -> None:
        """Refer to the stored file with the name in ``field``."""
        name = getattr(row, field).name
        if not name:
            return
        match = _NAME.fullmatch(name)
        if match is None:
            raise ValueError(f"{row} {row.pk} has a file without a hash: {name}")
        if size is None:
            # A file that is missing is reported where it is used, and keeps its row until then.
            size = get_storage().find_size(name) or 0
        kind = "package" if name.startswith("packages/") else "image"
        StoredFile.objects.using(database).get_or_create(
            sha256=match[2],
            defaults={"size": size, "kind": kind, "created_at": row.created_at},
        )
        setattr(row, f"stored_{field}_id", match[2])

    for package in models["Package"].objects.using(database).iterator(_BATCH):
        store(package, "file", package.size)
        package.save(update_fields=["stored_file"])
    for image in models["Image"].objects.using(database).iterator(_BATCH):
        for field in ("file", "small", "large"):
            store(image, field)
        image.save(update_fields=["stored_file", "stored_small", "stored_large"])


def restore_names(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    database = schema_editor.connection.alias
    for model, fields in (("Package", ("file",)), ("Image", ("file", "small", "large"))):
        folder, suffix = ("packages", ".zip") if model == "Package" else ("images", ".webp")
        for row in apps.get_model("catalog", model).objects.using(database).iterator(_BATCH):
            for field in fields:
                if sha256 := getattr(row, f"stored_{field}_id"):
                    setattr(row, field, f"{folder}/{sha256[:2]}/{sha256}{suffix}")
            row.save(update_fields=fields)


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0005_stored_files"),
    ]

    operations = [migrations.RunPython(fill, restore_names, elidable=True)]
