"""Renders the entry of one package for its row: JSON, split where the address of the site belongs.

An entry is rendered once, when its version is approved; documents are joined from the rows.
Reads plain fields only, so that migrations can call it with historical models.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from extery.core.errors import Corrupt
from extery.core.text import clean_message
from extery.core.versions import blender_version_of_number, format_blender_version
from extery.listing.entries import make_entry
from extery.manifest.document import Manifest
from extery_site.catalog.models.version import (
    download_path,
    package_file_name,
    sortable_blender,
)

if TYPE_CHECKING:
    from extery_site.catalog.models import Package

_URL_KEY = '"archive_url":"'


class RenderedEntry(NamedTuple):
    """The JSON of an entry before and after the address of the site."""

    before_address: str
    after_address: str


def _maximum(version: Any) -> dict[str, str]:
    """Return the maximum Blender version if it was set on the site: it is below that of the manifest."""
    number, stated = version.blender_max, version.manifest.get("blender_version_max")
    if number is None or (stated and sortable_blender(stated) == number):
        return {}
    return {"blender_version_max": format_blender_version(blender_version_of_number(number))}


def render_entry(package: Package) -> RenderedEntry:
    """Render the entry of a package; raises `Corrupt` if its manifest lacks what an entry needs."""
    version = package.version
    extension = version.extension
    name = package_file_name(
        extension.type, extension.extension_id, version.number, package.platforms
    )
    try:
        manifest = Manifest.from_table(
            {
                **version.manifest,
                **_maximum(version),
                "platforms": package.platforms,
                "wheels": package.wheels,
            }
        )
        values = make_entry(
            manifest,
            archive_url=download_path(package.sha256, name),
            archive_size=package.size,
            archive_hash=package.sha256,
        )
        text = json.dumps(values, separators=(",", ":"))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        text = clean_message(f"{type(error).__name__}: {error}")
        raise Corrupt.of("review.not-listable", package=name, error=text) from error
    # The last occurrence is the key: only a size and a hash follow it.
    before, key, after = text.rpartition(_URL_KEY)
    return RenderedEntry(before + key, after)
