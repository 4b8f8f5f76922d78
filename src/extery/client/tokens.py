"""Access tokens of repositories, in the keyring of the system or else in a file that only the user can read.

The file ``tokens.json`` of the user's folder of settings lists which repository has a token, where it is, and which
targets use it; it has the token itself only if there is no keyring. So the keyring, which may ask for a password, is
used only when a token is sent. Tokens are neither arguments of commands nor part of a target.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar

from extery.client.settings import make_private_folder
from extery.client.state_files import read_required, temporary_files, write_object
from extery.client.unusable import unusable
from extery.core.errors import InvalidInput, Unavailable
from extery.core.file_lock import FileLock, LockTimeout
from extery.fetch.addresses import redact_url

#: The variable with a token for repositories that were added with it.
VARIABLE = "EXTERY_CLIENT_TOKEN"
FILENAME = "tokens.json"
MAX_LENGTH = 4_000
_SERVICE = "extery"
_FILE_MODE = 0o600
#: Time for the user to unlock the keyring, in seconds.
KEYRING_TIMEOUT = 60.0
_LOCK_TIMEOUT = 30.0
#: Keyrings below it store passwords in plain text, or not at all.
_MIN_PRIORITY = 1

Place = Literal["keyring", "file", "environment"]
Result = TypeVar("Result")


class Keyring(Protocol):
    """What is used of a backend of the library ``keyring``."""

    def get_password(self, service: str, username: str, /) -> str | None: ...
    def set_password(self, service: str, username: str, password: str, /) -> None: ...
    def delete_password(self, service: str, username: str, /) -> None: ...


class Tokens:
    """The tokens of a user, whose settings are in ``folder``. The key of a token is the URL of its repository."""

    def __init__(
        self,
        folder: Path,
        *,
        environ: Mapping[str, str] = os.environ,
        find_keyring: Callable[[], Keyring | None] | None = None,
    ) -> None:
        self._path = folder / FILENAME
        self._environ = environ
        self._find_keyring = find_keyring or (lambda: system_keyring(environ))

    def place(self, url: str) -> Place | None:
        """Return where the token of a repository is, without reading it; ``None`` if it has none."""
        place: Place | None = self._rows().get(_key(url), {}).get("in")
        return place

    def get(self, url: str) -> str:
        """Return the token of a repository, or an empty text; raises `Unavailable` if the keyring is locked."""
        place = self.place(url)
        if place == "environment":
            return self._environ.get(VARIABLE, "")
        if place == "keyring":
            keyring = self._find_keyring()
            token = _call(url, lambda: keyring.get_password(_SERVICE, _key(url))) if keyring else ""
            if not token:
                raise Unavailable.of("repo.token-missing", url=redact_url(url))
            return token
        return str(self._rows().get(_key(url), {}).get("token", ""))

    def store(self, url: str, token: str, used_by: Path) -> Place:
        """Store the token of a repository that the target ``used_by`` has; return where it is."""
        row: dict[str, Any] = {"in": "file", "token": token}
        keyring = self._find_keyring()
        if keyring:
            with suppress(Unavailable):  # the user has not unlocked it, for example
                _call(url, lambda: keyring.set_password(_SERVICE, _key(url), token))
                row = {"in": "keyring"}
        self._set(url, row, used_by)
        place: Place = row["in"]
        return place

    def use_environment(self, url: str, used_by: Path) -> None:
        """Take the token of a repository from the environment of each command."""
        self._set(url, {"in": "environment"}, used_by)

    def share(self, url: str, used_by: Path) -> None:
        """Note that another target uses the token of a repository, if it has one."""
        if row := self._rows().get(_key(url)):
            self._set(url, row, used_by)

    def remove(self, url: str, used_by: Path) -> bool:
        """Delete the token of a repository unless other targets use it; return whether it was deleted."""
        with self._changing() as rows:
            row = rows.get(_key(url))
            if row is None:
                return False
            others = [name for name in row["targets"] if name != str(used_by) and _exists(name)]
            if others:
                row["targets"] = others
                return False
            self._delete(rows, url)
            return True

    def delete(self, url: str) -> bool:
        """Delete the token of a repository for all targets; return whether it had one."""
        with self._changing() as rows:
            return self._delete(rows, url)

    def _delete(self, rows: dict[str, dict[str, Any]], url: str) -> bool:
        row = rows.pop(_key(url), None)
        if row and row["in"] == "keyring" and (keyring := self._find_keyring()):
            with suppress(Unavailable):  # also if it was deleted there by the user
                _call(url, lambda: keyring.delete_password(_SERVICE, _key(url)))
        return row is not None

    def _set(self, url: str, row: Mapping[str, Any], used_by: Path) -> None:
        with self._changing() as rows:
            targets = {*rows.get(_key(url), {}).get("targets", ()), str(used_by)}
            rows[_key(url)] = {**row, "targets": sorted(targets)}

    def _rows(self) -> dict[str, dict[str, Any]]:
        rows = read_required(self._path).get("tokens", {})
        return {
            url: {**row, "targets": list(row.get("targets", ()))}
            for url, row in (rows.items() if isinstance(rows, dict) else ())
            if isinstance(row, dict) and row.get("in") in ("keyring", "file", "environment")
        }

    @contextmanager
    def _changing(self) -> Iterator[dict[str, dict[str, Any]]]:
        """Yield the rows, and write them at the end of the block; other commands wait meanwhile."""
        try:
            make_private_folder(self._path.parent)
            lock = FileLock(self._path.with_suffix(".lock"))
            lock.acquire(timeout=_LOCK_TIMEOUT)
            try:
                rows = self._rows()
                yield rows
                for path in temporary_files(self._path.parent):  # of a command that was killed
                    path.unlink(missing_ok=True)
                if rows != self._rows():
                    write_object(self._path, {"tokens": rows}, mode=_FILE_MODE)
            finally:
                lock.release()
        except (OSError, LockTimeout) as error:
            raise unusable(self._path, error) from error


def _key(url: str) -> str:
    return redact_url(url)


def _exists(folder: str) -> bool:
    try:
        return Path(folder).exists()
    except (OSError, ValueError):
        return False


def check_token(text: str) -> str:
    """Return a token that the user has given, without white space around it; raises `InvalidInput`."""
    token = text.strip()
    if not token or len(token) > MAX_LENGTH:
        raise InvalidInput.of("repo.token-empty", variant="too-long" if token else "")
    if not (token.isascii() and token.isprintable()):
        raise InvalidInput.of("fetch.token")
    return token


def _call(url: str, action: Callable[[], Result]) -> Result:
    """Call the keyring; raises `Unavailable` if it fails, or waits too long for the user."""
    results: list[Result] = []
    errors: list[str] = []

    def run() -> None:
        try:
            results.append(action())
        except Exception as error:  # of any backend and library behind it
            errors.append(str(error) or type(error).__name__)

    thread = threading.Thread(target=run, daemon=True, name="extery-keyring")
    thread.start()
    thread.join(KEYRING_TIMEOUT)
    if results:
        return results[0]
    reason = errors[0] if errors else "it was not unlocked in time"
    raise Unavailable.of("repo.keyring", url=redact_url(url), reason=reason)


def system_keyring(
    environ: Mapping[str, str] = os.environ, system: str = sys.platform
) -> Keyring | None:
    """Return the keyring of the system; ``None`` without one, or without a desktop on which it could ask."""
    if system not in ("win32", "darwin"):
        has_desktop = environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")
        if not (has_desktop and environ.get("DBUS_SESSION_BUS_ADDRESS")):
            return None
    try:
        import keyring

        found = keyring.get_keyring()
        priority = float(found.priority)
    except Exception:  # no library, or a broken backend
        return None
    return found if priority >= _MIN_PRIORITY else None
