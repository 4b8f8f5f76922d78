"""Rules about what users read in a manifest: placeholders and names."""

from __future__ import annotations

#: Loaded for `extery check` and uploads only.
ONLY_CHECKS = True
