"""Self-updaters that public add-ons carry, recognized by their content."""

from __future__ import annotations

from collections.abc import Mapping

#: Words of the module ``addon_updater`` by CG Cookie, of its releases since 2016, all of which it has.
_ENGINE = (
    (b"Singleton_updater", b"SingletonUpdater", b"SingletonUpdater("),
    (b"use_releases", b"GithubEngine"),
)
#: The same for its operators and panels, ``addon_updater_ops``.
_OPERATORS = (
    (b"addon_updater",),
    (b"updater_install_popup", b"updater_check_now"),
    (b"updater_update_now",),
)


def find_updaters(sources: Mapping[str, bytes]) -> set[str]:
    """Return the paths of the modules that are parts of an updater."""
    return {
        path
        for path, source in sources.items()
        if path != "__init__.py" and (_has(source, _ENGINE) or _has(source, _OPERATORS))
    }


def _has(source: bytes, groups: tuple[tuple[bytes, ...], ...]) -> bool:
    return all(any(word in source for word in words) for words in groups)
