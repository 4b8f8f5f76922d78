"""Put packages in place of installed extensions, and remove extensions, as Blender expects its folder to look.

A package is unpacked beside the extension, written to disk, and switched in with a rename; the replaced folder gets a
temporary name and is removed. Blender removes later what is in use now, by that name.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import NamedTuple

from extery.blender_ext.local import RepositoryFolder
from extery.blender_ext.messages import Messages
from extery.client.package_checks import check_listed, check_wheels
from extery.client.switch import folder_id, switch
from extery.client.unpack import sync_to_disk, unpack
from extery.core.compatibility import Audience, System
from extery.core.errors import Conflict, ExteryError
from extery.core.locks import Lock, locked
from extery.core.types import is_listed_for
from extery.listing.entries import Entry
from extery.manifest.document import Manifest
from extery.package import open_package

_LOCK = "extery.lock"
#: Seconds to wait for another process that installs into the same folder.
_LOCK_TIMEOUT = 600.0
#: Blender's mark of a folder into which a package is being unpacked.
_STAGING = "@"


class Expected(NamedTuple):
    """Id and version that a listing states for a package, in its entry."""

    id: str
    version: str
    entry: Entry


class TemporaryNames(NamedTuple):
    """How the folder of an extension is called while it is being removed; digits may follow."""

    prefix: str
    suffix: str

    @classmethod
    def parse(cls, text: str) -> TemporaryNames:
        """Parse ``PREFIX/SUFFIX``."""
        prefix, _, suffix = text.partition("/")
        return cls(prefix, suffix)

    def of(self, identifier: str) -> str:
        return f"{self.prefix}{identifier}{self.suffix}"

    def unused(self, folder: Path, identifier: str) -> Path:
        """Return a path that does not exist."""
        base = folder / self.of(identifier)
        paths = (base.with_name(f"{base.name}{number or ''}") for number in count())
        return next(path for path in paths if not os.path.lexists(path))


class _Staged(NamedTuple):
    """An unpacked package."""

    id: str
    folder: Path


class Installer:
    """Installs and removes the extensions of one repository."""

    def __init__(self, folder: RepositoryFolder, names: TemporaryNames, messages: Messages) -> None:
        self.folder = folder
        self._names = names
        self._messages = messages

    @contextmanager
    def locked(self) -> Iterator[bool]:
        """Exclude other processes during the block; report an error and yield ``False`` if that fails."""
        with ExitStack() as stack:
            try:
                lock = self._lock(stack)
            except ExteryError as error:
                self._messages.fatal_error(str(error))
                yield False
                return
            if lock.was_interrupted:
                self._complete_interrupted()
            yield True

    def _lock(self, stack: ExitStack) -> Lock:
        until = time.monotonic() + _LOCK_TIMEOUT
        has_waited = False
        while True:
            try:
                return stack.enter_context(
                    locked(
                        self.folder.private / _LOCK,
                        area="target",
                        command="extery blender-ext",
                        timeout=0.0,
                    )
                )
            except Conflict as error:
                if time.monotonic() > until:
                    raise
                if not has_waited:
                    self._messages.status(f"Waiting: {error.problems[0].message}")
                has_waited = True
            self._messages.check()
            time.sleep(0.1)

    def install(self, packages: Iterable[tuple[Path, Expected | None]], system: System) -> int:
        """Install packages; return how many could not be installed, which is reported."""
        staged: list[_Staged] = []
        failures = 0
        try:
            for path, expected in packages:
                unpacked = self._stage(path, expected, system)
                if unpacked is None:
                    failures += 1
                else:  # which replaces one of the same id
                    staged = [*(item for item in staged if item.id != unpacked.id), unpacked]
            if staged:
                sync_to_disk(self.folder.path)
            return failures + sum(not self._put_in_place(item) for item in staged)
        finally:
            for item in staged:
                _remove(item.folder)

    def _stage(self, path: Path, expected: Expected | None, system: System) -> _Staged | None:
        """Unpack a package; report an error and return ``None`` if it cannot be installed."""
        try:
            with open_package(path) as package:
                manifest = package.manifest
                if (refusal := _refusal(manifest, expected, system)) is not None:
                    self._messages.error(refusal)
                    return None
                check_listed(manifest, expected.entry if expected else None)
                folder = self.folder.path / f"{manifest.id}{_STAGING}"
                _remove(folder)
                try:
                    unpack(package, folder, checkpoint=self._messages.check)
                    check_wheels(package, folder)
                except BaseException:
                    _remove(folder)
                    raise
        except ExteryError as error:
            self._messages.error(f"{path}: {error.problems[0].message}")
            return None
        except OSError as error:
            name = expected.id if expected else path.name
            self._messages.error(f'Failed to extract files for "{name}": {error}')
            return None
        return _Staged(manifest.id, folder)

    def _put_in_place(self, staged: _Staged) -> bool:
        place = self.folder.path / staged.id
        old = self._names.unused(self.folder.path, staged.id)
        is_installed = os.path.lexists(place)
        try:
            switch(staged.folder, place, old, new_id=folder_id(staged.folder))
        except OSError as error:
            self._messages.error(
                f'Failed to remove or relocate existing directory for "{staged.id}": {error}'
            )
            return False
        self._remove_old(staged.id, old)
        self._messages.status(f'{"Reinstalled" if is_installed else "Installed"} "{staged.id}"')
        return True

    def remove(self, identifiers: Sequence[str]) -> list[str]:
        """Remove extensions; return those that were removed."""
        removed = []
        for identifier in identifiers:
            old = self._names.unused(self.folder.path, identifier)
            try:
                switch(None, self.folder.path / identifier, old)
            except OSError as error:
                self._messages.error(f'Failure to remove "{identifier}" with error ({error})')
                continue
            self._remove_old(identifier, old)
            removed.append(identifier)
        return removed

    def _remove_old(self, identifier: str, old: Path) -> None:
        """Remove a replaced folder; what is in use or protected stays, by its temporary name."""
        error = _remove(old)
        if error is not None:
            self._messages.status(
                f'Relocated directory that could not be removed "{identifier}": {error}'
            )

    def _complete_interrupted(self) -> None:
        """Remove what a killed process has left, and put back an extension that it was replacing."""
        with suppress(OSError):
            names = [path.name for path in self.folder.path.iterdir()]
            staged = [name.removesuffix(_STAGING) for name in names if name.endswith(_STAGING)]
            for identifier in filter(str.isidentifier, staged):
                place, old = (
                    self.folder.path / name for name in (identifier, self._names.of(identifier))
                )
                if not os.path.lexists(place) and os.path.lexists(old):
                    old.rename(place)
                _remove(self.folder.path / f"{identifier}{_STAGING}")
            for name in names:
                if self._is_temporary(name):
                    _remove(self.folder.path / name)

    def _is_temporary(self, name: str) -> bool:
        """Return whether `TemporaryNames.unused` makes such names, with a suffix that cannot be part of an id."""
        prefix, suffix = self._names
        base = name.rstrip("0123456789")
        identifier = base.removeprefix(prefix).removesuffix(suffix)
        return bool(suffix) and base == self._names.of(identifier) and identifier.isidentifier()


def _refusal(manifest: Manifest, expected: Expected | None, system: System) -> str | None:
    """Return why a package cannot be installed, in Blender's words; ``None`` if it can."""
    if expected is not None and manifest.id != expected.id:
        return f'Package ID mismatch (remote: "{expected.id}", archive: "{manifest.id}")'
    if expected is not None and manifest.version != expected.version:
        return (
            f'Package version mismatch (remote: "{expected.version}", '
            f'archive: "{manifest.version}")'
        )
    if system.blender is not None and not is_listed_for(manifest.type, system.blender):
        return f"{manifest.id}: this version of Blender has no extensions of type {manifest.type}"
    audience = Audience.of(
        manifest.blender_range, platforms=manifest.platforms, pythons=manifest.python_versions
    )
    if not audience.fits(system):
        return f"{manifest.id}: the package is not compatible with {system}"
    return None


def _remove(path: Path) -> OSError | None:
    """Remove a file, link or folder, as much of it as possible; return the first error."""
    errors: list[OSError] = []
    try:
        if path.is_symlink() or path.is_file():
            path.unlink()
        elif path.exists():
            shutil.rmtree(path, onerror=lambda _function, _path, info: errors.append(info[1]))  # type: ignore[arg-type]
    except OSError as error:
        errors.append(error)
    return errors[0] if errors else None
