"""Codes of the files of an extension, reported by `extery check` and for uploads."""

from __future__ import annotations

from extery.core.codes import Code

CODES = {
    "file.nested-archive": Code(
        "warning", "an archive is packed inside the extension",
        "Blender does not unpack it, and nobody can review what is in it. It is also a second copy if its files are packed too.",
        message="the archive {file} is packed inside the extension",
        hint="pack its files themselves, or leave it out with [build] paths_exclude_pattern",
        example={"file": "textures.zip"},
    ),
}  # fmt: skip
