"""The kinds of inputs that are compared."""

from __future__ import annotations

from tests.differential import builds, listings, manifests, packages

COMPARISONS = {
    module.COMPARISON.name: module.COMPARISON for module in (manifests, builds, packages, listings)
}
