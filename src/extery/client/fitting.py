"""Whether the Blender of a target can use a package, by its own manifest: a listing or lock file may say otherwise."""

from __future__ import annotations

from extery.client.index.candidates import reason_against
from extery.client.targets import Target
from extery.core.errors import Incompatible
from extery.listing.entries import make_entry
from extery.manifest.document import Manifest


def check_fits(manifest: Manifest, target: Target) -> None:
    """Raise `Incompatible` with the reason if the Blender of ``target`` cannot use an extension."""
    entry = make_entry(manifest, archive_url="./package.zip", archive_size=1, archive_hash="")
    if reason := reason_against(entry, target.system):
        raise Incompatible.of(
            "install.incompatible",
            variant="file",
            name=manifest.id,
            version=manifest.version,
            target=str(target),
            reason=reason,
        )
