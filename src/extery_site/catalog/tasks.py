"""Background tasks of the catalogue."""

from __future__ import annotations

from extery_site.catalog.images import make_variants

__all__ = ["make_variants"]
