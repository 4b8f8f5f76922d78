"""Whether the Blender of a target can use an extension, by its own manifest: a listing or lock file may say otherwise."""

from __future__ import annotations

from extery.client.index.candidates import reason_against
from extery.client.targets import Target
from extery.core.compatibility import System
from extery.core.errors import Incompatible
from extery.listing.entries import make_entry
from extery.manifest.document import Manifest


def reason_unfit(manifest: Manifest, system: System) -> str:
    """Return why ``system`` cannot use an extension; empty if it can."""
    entry = make_entry(manifest, archive_url="./package.zip", archive_size=1, archive_hash="")
    return reason_against(entry, system)


def has_other_python(manifest: Manifest, system: System) -> bool:
    """Whether only the wheels, which are for other versions of Python, do not fit."""
    any_python = system._replace(python=None)
    return not reason_unfit(manifest, any_python) and bool(reason_unfit(manifest, system))


def check_fits(manifest: Manifest, target: Target) -> None:
    """Raise `Incompatible` with the reason if the Blender of ``target`` cannot use an extension."""
    if reason := reason_unfit(manifest, target.system):
        raise Incompatible.of(
            "install.incompatible",
            variant="file",
            name=manifest.id,
            version=manifest.version,
            target=str(target),
            reason=reason,
        )
