"""Rules for the files of an extension: what reviewers ask about and Blender does not."""

from __future__ import annotations

#: Loaded for `extery check` and uploads only.
ONLY_CHECKS = True
