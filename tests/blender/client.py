"""A real Blender for tests: ``with Blender("4.2", home=tmp_path) as blender: blender.sync()``.

One process per ``with``, a copy of one that has loaded Blender. Repositories and enabled add-ons are restored when another session is
opened on the same home. Nothing outside the home is written, and only the given servers are requested.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import re
import signal
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from tests.blender.processes import run_tool, start_session
from tests.parts import require_part

TIME_LIMIT = 300.0
"""Seconds for one request. Blender gives up on a silent server after 10."""
START_TIME_LIMIT = 300.0
"""Seconds for starting Blender, which takes much longer than a request on a busy machine."""

# The driver ends itself with a traceback after the time limit; it is killed only if that fails.
_GRACE = 5.0

COMPLAINTS = ("WARN", "ERROR", "FATAL_ERROR")
"""Types of messages of sub-processes that report a problem."""
_COMPLAINT = re.compile(
    r"(?i)\b(error|warn\w*|not found|traceback|fail\w*|invalid|unable|could not)\b"
)


@dataclass(frozen=True)
class Message:
    """A message of a sub-process in which Blender syncs, downloads, installs or removes."""

    type: str
    text: str


@dataclass(frozen=True)
class Extension:
    """An extension in Blender's list."""

    repository: str
    id: str
    type: str
    name: str
    tagline: str
    listed: str | None
    installed: str | None
    outdated: bool
    blocked: str | None
    enabled: bool
    archive_url: str | None
    archive_size: int | None


@dataclass(frozen=True)
class Dropped:
    """Result of dropping a link on Blender's window, before the question whether to install."""

    url: str
    parameters: dict[str, str]
    known_repository: str | None
    incompatible: str | None
    extension: Extension | None


@dataclass(frozen=True)
class AssetLibrary:
    """An entry in Blender's preferences that belongs to an extension."""

    extension_id: str
    """The module of the repository, a dot, and the id."""
    name: str
    remote_url: str
    enabled: bool


class BlenderError(Exception):
    """A request to Blender failed. Text and messages are Blender's."""

    def __init__(self, text: str, messages: tuple[Message, ...] = ()) -> None:
        super().__init__(text)
        self.messages = messages


class Blender:
    """A session of Blender without a window."""

    def __init__(self, version: str, *, home: Path, time_limit: float = TIME_LIMIT) -> None:
        require_part(f"blender-{version}")
        self.version = version
        self.home = home
        self.time_limit = time_limit
        self.messages: list[Message] = []
        """All messages of sub-processes in this session."""
        self.printed = ""
        """Output of Blender's Python code in this session."""
        self.release = ""
        self._log_path = home / "driver.log"
        self._answers: queue.Queue[str] = queue.Queue()

    def __enter__(self) -> Self:
        for folder in (self.home, self.home / "temp"):
            folder.mkdir(parents=True, exist_ok=True)
        self._log: IO[bytes] = self._log_path.open("ab")
        self._process = start_session(self.version, self._environment(), self._log)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        try:
            started = self._receive("start", START_TIME_LIMIT)
        except BaseException:
            self._close()
            raise
        self.release, self.pid = started["release"], started["pid"]
        self.extensions_folder = Path(started["extensions"])
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    def add_repository(self, name: str, url: str, *, token: str = "") -> str:
        """Return the name of the repository, which the other methods take."""
        module: str = self._ask("add_repository", name=name, url=url, token=token)
        return module

    def remove_repository(self, repository: str) -> None:
        """Remove a repository; installed extensions stay on disk."""
        self._ask("remove_repository", module=repository)

    def sync(self, repository: str | None = None) -> None:
        """Fetch the listing of one repository, or of all."""
        self._ask("sync", repository=repository)

    def extensions(self) -> list[Extension]:
        """Return everything that is listed or installed, by repository and id."""
        return [Extension(**item) for item in self._ask("listing")]

    def find(self, extension_id: str) -> Extension:
        """Return the only extension with this id."""
        found = [extension for extension in self.extensions() if extension.id == extension_id]
        if len(found) != 1:
            raise BlenderError(f"{len(found)} extensions {extension_id!r} in Blender's list")
        return found[0]

    def install(
        self, extension_id: str, *, repository: str | None = None, enable: bool = True
    ) -> None:
        """Download and install an extension, as the Install button does."""
        self._ask("install", extension_id=extension_id, repository=repository, enable=enable)

    def install_file(
        self, path: Path, *, repository: str = "user_default", enable: bool = True
    ) -> None:
        """Install a package from disk into a repository; the default one is local."""
        self._ask("install_file", path=str(path.resolve()), repository=repository, enable=enable)

    def update_all(self) -> list[tuple[str, str, str | None]]:
        """Update outdated extensions; return id, old and new version of each."""
        return [(changed, old, new) for changed, old, new in self._ask("update_all")]

    def remove(self, extension_id: str) -> None:
        """Uninstall an extension with its user data."""
        self._ask("remove", extension_id=extension_id)

    def enable(self, extension_id: str) -> None:
        """Enable an installed add-on."""
        self._ask("enable", extension_id=extension_id)

    def disable(self, extension_id: str) -> None:
        """Disable an add-on."""
        self._ask("disable", extension_id=extension_id)

    def is_loaded(self, extension_id: str) -> bool:
        """Return whether the module of the add-on is imported and registered."""
        loaded: bool = self._ask("is_loaded", extension_id=extension_id)
        return loaded

    def attribute(self, extension_id: str, name: str) -> Any:
        """Return a value of the module of a loaded add-on."""
        return self._ask("attribute", extension_id=extension_id, name=name)

    def asset_libraries(self) -> list[AssetLibrary]:
        """Return the asset libraries of installed extensions."""
        return [AssetLibrary(**item) for item in self._ask("asset_libraries")]

    def uses_token_for_asset_libraries(self, repository: str) -> bool:
        """Return whether asset libraries get the token of the repository."""
        answer: bool = self._ask("uses_token_for_asset_libraries", repository=repository)
        return answer

    def complaints(self) -> list[str]:
        """Return all errors and warnings of this session, of Blender's Python, C code and sub-processes."""
        lines = [f"{item.type}: {item.text}" for item in self.messages if item.type in COMPLAINTS]
        output = self.printed + self._log_path.read_text("utf-8", "replace")
        return lines + [line for line in output.splitlines() if _COMPLAINT.search(line)]

    def resolve_dropped_url(self, url: str) -> Dropped:
        """Drop a link on the window: Blender reads its parameters, syncs, and looks for the entry."""
        answer = self._ask("resolve_dropped_url", url=url)
        extension = answer.pop("extension")
        return Dropped(extension=Extension(**extension) if extension else None, **answer)

    def _ask(self, request: str, **arguments: Any) -> Any:
        assert self._process.stdin is not None
        try:
            line = json.dumps({"do": request, "with": arguments, "seconds": self.time_limit})
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        except OSError:
            pass  # the process has ended; the error below says why
        answer = self._receive(request, self.time_limit + _GRACE)
        messages = tuple(Message(*message) for message in answer["messages"])
        self.messages += messages
        self.printed += answer["printed"]
        if answer["error"] is not None:
            raise BlenderError(answer["error"], messages)
        return answer["result"]

    def _receive(self, request: str, seconds: float) -> Any:
        try:
            line = self._answers.get(timeout=seconds)
        except queue.Empty:
            raise BlenderError(
                f"no answer to {request!r} within {seconds:.0f} s{self._log_tail()}"
            ) from None
        if line:
            return json.loads(line)
        status = self._process.wait()
        name = signal.Signals(-status).name if status < 0 else f"exit status {status}"
        raise BlenderError(f"Blender ended ({name}) during {request!r}{self._log_tail()}")

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._answers.put(line)
        self._answers.put("")

    def _log_tail(self) -> str:
        lines = self._log_path.read_text("utf-8", "replace").splitlines()
        return "".join(f"\n  {line}" for line in lines[-30:])

    def _environment(self) -> dict[str, str]:
        mine = ("BLENDER_", "PYTHON", "CYCLES_")
        inherited = {
            key: value for key, value in os.environ.items() if not key.upper().startswith(mine)
        }
        temp = str(self.home / "temp")
        return inherited | {
            "BLENDER_USER_RESOURCES": str(self.home),
            "HOME": str(self.home),
            "TMPDIR": temp,
            "TEMP": temp,
            "TMP": temp,
            "NO_PROXY": "127.0.0.1,localhost",
            "no_proxy": "127.0.0.1,localhost",
        }

    def _close(self) -> None:
        """End the process: close its stdin, and kill it if that is not enough."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.close()
            process.wait(_GRACE)
        except (OSError, subprocess.TimeoutExpired):
            pass
        finally:
            self._kill()
            process.wait()
            self._reader.join()
            process.stdout.close()
            self._log.close()

    def _kill(self) -> None:
        if os.name == "nt":
            self._process.kill()
            return
        with contextlib.suppress(ProcessLookupError):  # no process of the group is left
            os.killpg(self._process.pid, signal.SIGKILL)


def blender_cli(
    version: str, *arguments: str | Path, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the stand-alone tool of that Blender (``validate``, ``build``, ``server-generate``, ...) as a peer to compare with."""
    require_part(f"blender-{version}")
    return run_tool(version, [str(word) for word in arguments], cwd or Path.cwd(), START_TIME_LIMIT)
