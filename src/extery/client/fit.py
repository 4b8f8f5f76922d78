"""Whether an installed extension fits the Blender of its target, as if it were listed."""

from __future__ import annotations

from extery.client.index.candidates import reason_against
from extery.core.compatibility import System
from extery.listing.entries import make_entry
from extery.manifest.document import Manifest


def reason_unfit(manifest: Manifest, system: System) -> str:
    """Return why Blender does not load an installed extension; empty if it does."""
    entry = make_entry(manifest, archive_url="", archive_size=0, archive_hash="")
    return reason_against(entry, system)


def has_other_python(manifest: Manifest, system: System) -> bool:
    """Whether only the wheels, which are for other versions of Python, do not fit."""
    any_python = system._replace(python=None)
    return not reason_unfit(manifest, any_python) and bool(reason_unfit(manifest, system))
