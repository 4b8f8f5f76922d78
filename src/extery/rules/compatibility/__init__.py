"""Rules about names of Blender's API that the Blenders of the range do not have or are going to remove."""

from __future__ import annotations

#: Loaded for `extery check` and uploads only.
ONLY_CHECKS = True
