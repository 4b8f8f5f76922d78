"""What a user of a repository lives through, from adding it to removing an extension that was blocked.

The same walk is made against every kind of repository: Blender's own, our static one, our site.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.blender.client import Blender, BlenderError, Extension


@dataclass(frozen=True)
class Walk:
    """The extension to walk with, and what the other side does meanwhile. Its add-on module has ``VERSION``."""

    id: str
    first: str
    newer: str
    publish_newer: Callable[[], None]
    block: Callable[[str], None]
    """Block the extension for that reason."""
    token: str = ""
    download_link: Callable[[], str] | None = None
    """The link on the extension's page now, if the repository has pages."""
    reason: str = "It deletes what it should keep"


def walk_through(blender: Blender, repository_url: str, walk: Walk) -> None:
    """Add, sync, list, install, enable, update, see the block, remove, and be refused."""
    repository = blender.add_repository("Walk", repository_url, token=walk.token)
    blender.sync(repository)
    listed = blender.find(walk.id)
    assert _versions(listed) == (walk.first, None)
    assert not listed.enabled
    assert listed.blocked is None

    _drop(blender, repository, walk)
    blender.install(walk.id)
    _is_in_use(blender, walk.id, walk.first)
    _drop(blender, repository, walk)
    assert blender.update_all() == []

    walk.publish_newer()
    blender.sync(repository)
    outdated = blender.find(walk.id)
    assert _versions(outdated) == (walk.newer, walk.first)
    assert outdated.outdated
    assert blender.update_all() == [(walk.id, walk.first, walk.newer)]
    _is_in_use(blender, walk.id, walk.newer)

    walk.block(walk.reason)
    blender.sync(repository)
    blocked = blender.find(walk.id)
    assert blocked.blocked == walk.reason
    # Blender warns, and leaves the decision to its user.
    _is_in_use(blender, walk.id, walk.newer)

    blender.remove(walk.id)
    assert _versions(blender.find(walk.id)) == (walk.newer, None)
    assert not (blender.extensions_folder / repository / walk.id).exists()
    with pytest.raises(BlenderError, match=walk.reason):
        blender.install(walk.id)
    assert blender.find(walk.id).installed is None


def _is_in_use(blender: Blender, extension_id: str, version: str) -> None:
    extension = blender.find(extension_id)
    assert (extension.installed, extension.enabled) == (version, True)
    assert blender.is_loaded(extension_id)
    assert blender.attribute(extension_id, "VERSION") == version


def _drop(blender: Blender, repository: str, walk: Walk) -> None:
    """A dropped link leads to the same entry before the installation and after it."""
    if walk.download_link is None:
        return
    dropped = blender.resolve_dropped_url(walk.download_link())
    assert dropped.incompatible is None
    assert dropped.known_repository == repository
    assert dropped.extension == blender.find(walk.id)


def _versions(extension: Extension) -> tuple[str | None, str | None]:
    return extension.listed, extension.installed
