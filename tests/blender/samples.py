"""Small extensions to publish in tests."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

ADD_ON = """\
VERSION = {version!r}


def register():
    pass


def unregister():
    pass
"""

# Blender raises an error if a theme lacks one of the two elements.
THEME = """\
<bpy>
  <Theme />
  <ThemeStyle />
</bpy>
"""


def write_extension(
    folder: Path,
    *,
    extension_id: str,
    version: str,
    kind: str = "add-on",
    **fields: str | list[str],
) -> Path:
    """Write the sources of an extension; further fields go into its manifest. The add-on's module has ``VERSION``."""
    table: dict[str, str | list[str]] = {
        "schema_version": "1.0.0",
        "id": extension_id,
        "version": version,
        "name": extension_id.replace("_", " ").title(),
        "tagline": "An extension to walk through a repository with",
        "maintainer": "Someone",
        "type": kind,
        "license": ["SPDX:GPL-3.0-or-later"],
        "blender_version_min": "4.2.0",
    }
    folder.mkdir(parents=True, exist_ok=True)
    # Strings and lists of strings are written the same in JSON and in TOML.
    lines = [f"{key} = {json.dumps(value)}\n" for key, value in (table | fields).items()]
    (folder / "blender_manifest.toml").write_text("".join(lines), encoding="utf-8")
    if kind == "add-on":
        (folder / "__init__.py").write_text(ADD_ON.format(version=version), encoding="utf-8")
    else:
        (folder / f"{extension_id}.xml").write_text(THEME, encoding="utf-8")
    return folder


def zip_extension(source: Path, package: Path) -> Path:
    """Zip a folder without our build, for tests of other things."""
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(source.iterdir()):
            archive.write(path, path.name)
    return package
