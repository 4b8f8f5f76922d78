"""Walkthrough of a repository in Blender, from adding it to removing a blocked extension.

The same steps run against each kind of repository: Blender's, our static one, our site.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.blender.client import Blender, BlenderError, Extension


@dataclass(frozen=True)
class Walkthrough:
    """The extension of a walkthrough, and the actions of its publisher. The add-on module has ``VERSION``."""

    id: str
    first: str
    newer: str
    publish_newer: Callable[[], None]
    block: Callable[[str], None]
    """Block the extension with this reason."""
    token: str = ""
    download_link: Callable[[], str] | None = None
    """Return the current link on the page of the extension, if the repository has pages."""
    reason: str = "It deletes what it should keep"


def run_walkthrough(blender: Blender, repository_url: str, walk: Walkthrough) -> None:
    """Add, sync, list, install, enable, update, block, remove, and fail to install again."""
    repository = blender.add_repository("Walkthrough", repository_url, token=walk.token)
    blender.sync(repository)
    listed = blender.find(walk.id)
    assert _versions(listed) == (walk.first, None)
    assert not listed.enabled
    assert listed.blocked is None

    _check_dropped_link(blender, repository, walk)
    blender.install(walk.id)
    _assert_enabled(blender, walk.id, walk.first)
    _check_dropped_link(blender, repository, walk)
    assert blender.update_all() == []

    walk.publish_newer()
    blender.sync(repository)
    outdated = blender.find(walk.id)
    assert _versions(outdated) == (walk.newer, walk.first)
    assert outdated.outdated
    assert blender.update_all() == [(walk.id, walk.first, walk.newer)]
    _assert_enabled(blender, walk.id, walk.newer)

    walk.block(walk.reason)
    blender.sync(repository)
    blocked = blender.find(walk.id)
    assert blocked.blocked == walk.reason
    # Blender warns but does not disable the add-on.
    _assert_enabled(blender, walk.id, walk.newer)

    blender.remove(walk.id)
    assert _versions(blender.find(walk.id)) == (walk.newer, None)
    assert not (blender.extensions_folder / repository / walk.id).exists()
    with pytest.raises(BlenderError, match=walk.reason):
        blender.install(walk.id)
    assert blender.find(walk.id).installed is None


def _assert_enabled(blender: Blender, extension_id: str, version: str) -> None:
    extension = blender.find(extension_id)
    assert (extension.installed, extension.enabled) == (version, True)
    assert blender.is_loaded(extension_id)
    assert blender.attribute(extension_id, "VERSION") == version


def _check_dropped_link(blender: Blender, repository: str, walk: Walkthrough) -> None:
    """Check that a dropped link finds the entry, before and after the installation."""
    if walk.download_link is None:
        return
    dropped = blender.resolve_dropped_url(walk.download_link())
    assert dropped.incompatible is None
    assert dropped.known_repository == repository
    assert dropped.extension == blender.find(walk.id)


def _versions(extension: Extension) -> tuple[str | None, str | None]:
    return extension.listed, extension.installed
