"""Rules for the code of an add-on, which is read and never run: see `extery.analysis`."""

from __future__ import annotations

#: Loaded for `extery check` and uploads only.
ONLY_CHECKS = True
