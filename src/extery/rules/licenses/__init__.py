"""Rules about licences: those of the manifest, of files and of wheels, and their texts."""

from __future__ import annotations

#: Loaded for `extery check` and uploads only.
ONLY_CHECKS = True
