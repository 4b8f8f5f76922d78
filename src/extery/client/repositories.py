"""The repositories of a target: where their listings are, and the folders of their extensions.

The name of a repository is that of its folder and of its Python module, as in Blender's preferences. A remote one
has a URL. A local one has none, and belongs to the user: its extensions are neither updated nor removed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, Self

from extery.client import layout
from extery.client.state_files import read_required, write_object
from extery.client.targets import Target
from extery.core.errors import Conflict, Corrupt, InvalidInput, NotFound, Where

#: Maximum length of Blender's field for the name of a module.
MAX_NAME_LENGTH = 47
MAX_TITLE_LENGTH = 63


class Repository(NamedTuple):
    """A repository of a target.

    ``title`` is for people. ``folder`` holds the installed extensions; by default it is ``name`` below the target.
    A repository that is not enabled is neither synced nor installed from.
    """

    name: str
    url: str = ""
    title: str = ""
    enabled: bool = True
    custom_folder: str = ""

    @property
    def is_remote(self) -> bool:
        return bool(self.url)

    def folder_in(self, target: Target) -> Path:
        return Path(self.custom_folder) if self.custom_folder else target.folder / self.name

    def listing_in(self, target: Target) -> Path:
        """Return the path of the stored listing, which Blender reads too."""
        return self.folder_in(target) / layout.PRIVATE_FOLDER / layout.LISTING

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "url": self.url,
            "title": self.title,
            "enabled": self.enabled,
            "folder": self.custom_folder,
        }

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Self:
        """Return the repository of a stored row; raises `ValueError` for a row that is not valid."""
        row = cls(
            value.get("name", ""),
            value.get("url", ""),
            value.get("title", ""),
            value.get("enabled", True),
            value.get("folder", ""),
        )
        texts = (row.name, row.url, row.title, row.custom_folder)
        if not all(isinstance(text, str) for text in texts) or not layout.is_repository_name(
            row.name
        ):
            raise ValueError("not a repository")
        return row._replace(enabled=row.enabled is True)


def load_repositories(target: Target) -> list[Repository]:
    """Return the repositories of a target: those that were added, then folders on disk that look like one.

    Raises `Corrupt` if the list was damaged, so that it is not taken for an empty one.
    """
    stored = stored_repositories(target)
    names = {repository.name for repository in stored}
    return [*stored, *(item for item in _found_on_disk(target) if item.name not in names)]


def stored_repositories(target: Target) -> list[Repository]:
    """Return the repositories of a target of which more is known than that there is a folder."""
    path = target.state_folder / layout.REPOSITORIES_FILE
    rows = read_required(path).get("repositories", [])
    try:
        return [Repository.from_dict(row) for row in rows]
    except (ValueError, TypeError, AttributeError) as error:
        raise Corrupt.of("target.state-damaged", where=Where(str(path)), path=str(path)) from error


def _found_on_disk(target: Target) -> Iterable[Repository]:
    """Yield folders that Blender made, as local repositories: their URLs are in Blender's preferences only.

    Those of all users of a computer are in the folder that ``BLENDER_SYSTEM_EXTENSIONS`` names.
    """
    names = _repository_names(target.folder)
    for name in names:
        yield Repository(name, layout.BLENDER_ORG_URL if name == "blender_org" else "")
    if system := os.environ.get("BLENDER_SYSTEM_EXTENSIONS"):
        for name in _repository_names(Path(system)):
            if name not in names:
                yield Repository(name, custom_folder=str(Path(system) / name))


def _repository_names(folder: Path) -> list[str]:
    """Return the names of the repositories below a folder, sorted."""
    with suppress(OSError), os.scandir(folder) as items:
        return sorted(
            item.name
            for item in items
            if layout.is_repository_name(item.name) and item.is_dir() and not _is_left_over(item)
        )
    return []


def _is_left_over(folder: os.DirEntry[str]) -> bool:
    """Return whether a folder has nothing but what operations have kept: its repository was removed."""
    try:
        with os.scandir(folder.path) as items:
            return [item.name for item in items] == [layout.STATE_FOLDER]
    except OSError:
        return False


def change_repositories(
    target: Target, change: Callable[[list[Repository]], Iterable[Repository]]
) -> list[Repository]:
    """Replace the list of repositories by the result of ``change``, and return it.

    The caller holds the lock of the target.
    """
    changed = list(change(load_repositories(target)))
    found = set(_found_on_disk(target))
    write_object(
        target.state_folder / layout.REPOSITORIES_FILE,
        {"repositories": [item.as_dict() for item in changed if item not in found]},
    )
    return changed


def find_repository(target: Target, name: str) -> Repository:
    """Return the repository ``name``; raises `NotFound` with the names that exist."""
    known = load_repositories(target)
    for repository in known:
        if repository.name == name:
            return repository
    names = ", ".join(repository.name for repository in known)
    raise NotFound.of("repo.unknown", name=name, known=names or "none", target=str(target))


def check_new_name(name: str, known: Iterable[Repository]) -> None:
    """Raise `InvalidInput` for a name that Blender does not accept, and `Conflict` for one that is taken."""
    if not layout.is_repository_name(name) or len(name) > MAX_NAME_LENGTH:
        raise InvalidInput.of("repo.name", name=name, limit=MAX_NAME_LENGTH)
    folded = name.lower()  # folders of some systems ignore case
    for repository in known:
        if repository.name.lower() == folded:
            raise Conflict.of(
                "repo.name-taken", name=repository.name, url=repository.url or "local"
            )
