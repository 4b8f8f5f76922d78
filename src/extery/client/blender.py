"""Run an action inside a Blender, for what only Blender can read or write: its preferences.

A Blender is the program, or a Python that has the module ``bpy``. It is given, or found. The answer is a file; the
exit status does not matter, since Blender can crash after its work.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from extery.blenders.programs import command_of, find_programs, given_programs, sorted_for
from extery.client.targets import Target, extensions_folder
from extery.core.errors import ExteryError, Incompatible, NotFound, Unavailable, Where
from extery.core.files import read_regular
from extery.core.text import os_error_text
from extery.core.versions import BlenderSeries, format_series
from extery.fetch.addresses import sanitize_text

#: Seconds for an action with the start of Blender, which enables all add-ons.
TIME_LIMIT = 180.0
_GRACE = 5.0
#: Blenders of unknown version that are started to find the right one.
_MAX_STARTS = 4
_MAX_ANSWER = 8_000_000
_MAX_LOG = 2_000
_SCRIPT = Path(__file__).with_name("inside_blender") / "script.py"


def run_in_blender(
    target: Target,
    action: str,
    *,
    program: Path | None = None,
    time_limit: float = TIME_LIMIT,
    environ: Mapping[str, str] = os.environ,
    **arguments: Any,
) -> Any:
    """Return the result of an action of ``inside_blender/script.py`` in the Blender of a target.

    ``program`` is a Blender or a Python with ``bpy``; without it one of the target's series is found. Raises
    `NotFound` or `Incompatible` without a suitable Blender, and `Unavailable` if it fails or takes too long.
    """
    mismatch: ExteryError | None = None
    for candidate in _programs_for(target.series, program, environ):
        try:
            return _run(candidate, target, action, arguments, time_limit, environ)
        except Incompatible as error:
            if error.code != "blender.version":
                raise
            mismatch = mismatch or error
    if mismatch:
        raise mismatch
    raise NotFound.of("blender.not-found", version=format_series(target.series))


def _programs_for(
    series: BlenderSeries, program: Path | None, environ: Mapping[str, str]
) -> list[Path]:
    """Return the Blenders to start: ``program``, else all that the variable names, else some of those that are found."""
    if program:
        return [program]
    if given := given_programs(environ):
        # One of another series is started only for the error that names its version.
        return sorted_for(series, given) or given[:1]
    return sorted_for(series, find_programs(environ))[:_MAX_STARTS]


def _run(
    program: Path,
    target: Target,
    action: str,
    arguments: Mapping[str, Any],
    time_limit: float,
    environ: Mapping[str, str],
) -> Any:
    with TemporaryDirectory(prefix="extery-blender-") as name:
        folder = Path(name)
        job, answer, log = folder / "job.json", folder / "answer.json", folder / "log.txt"
        content = {
            "action": action,
            "arguments": dict(arguments),
            "series": list(target.series),
            "answer": str(answer),
        }
        job.write_text(json.dumps(content), "utf-8")
        status = _start(program, job, log, _environment(target, environ), time_limit)
        try:
            value = json.loads(read_regular(answer, limit=_MAX_ANSWER))
        except (OSError, ValueError, RecursionError) as error:
            raise _failed(program, status, log) from error
    return _result(program, target, value)


def _start(
    program: Path, job: Path, log: Path, environ: Mapping[str, str], time_limit: float
) -> int:
    """Run a Blender until its end, and return its exit status."""
    with log.open("wb") as output:
        try:
            process = subprocess.Popen(  # noqa: S603  the program that the user has chosen
                command_of(program, _SCRIPT, str(job)),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(environ),
                start_new_session=True,  # so that its sub-processes can be ended with it
            )
        except OSError as error:
            reason = os_error_text(error)
            raise NotFound.of("blender.not-started", path=str(program), reason=reason) from error
        try:
            return process.wait(time_limit)
        except subprocess.TimeoutExpired as error:
            raise Unavailable.of(
                "blender.time-out", path=str(program), seconds=round(time_limit)
            ) from error
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process that still runs, with those that it has started."""
    if process.poll() is None:
        if os.name == "nt":
            process.kill()
        else:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        process.wait(_GRACE)


def _environment(target: Target, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment in which Blender uses the target's folder, with the preferences beside it."""
    own = {name: value for name, value in environ.items() if not name.startswith("PYTHON")}
    if target.folder == extensions_folder(environ):
        return own
    if target.folder.name == "extensions":
        own.pop("BLENDER_USER_EXTENSIONS", None)
        own["BLENDER_USER_RESOURCES"] = str(target.folder.parent)
    else:
        own["BLENDER_USER_EXTENSIONS"] = str(target.folder)
    return own


def _result(program: Path, target: Target, value: Any) -> Any:
    answer = value if isinstance(value, dict) else {}
    version, wanted = str(answer.get("version", "")), format_series(target.series)
    if answer.get("refusal") == "version":
        raise Incompatible.of("blender.version", path=str(program), found=version, wanted=wanted)
    if answer.get("refusal") == "preferences":
        raise Incompatible.of("blender.preferences", path=str(program), version=version)
    if "result" not in answer:
        text = sanitize_text(str(answer.get("error", "")).strip().rpartition("\n")[2])
        raise Unavailable.of("blender.failed", path=str(program), reason=text)
    return answer["result"]


def _failed(program: Path, status: int, log: Path) -> Unavailable:
    name = f"exit status {status}"
    if status < 0:
        with suppress(ValueError):
            name = signal.Signals(-status).name
    lines = []
    with suppress(OSError):
        lines = log.read_bytes()[-_MAX_LOG:].decode("utf-8", "replace").split("\n")
    last = next((line for line in reversed(lines) if line.strip()), "")
    reason = f"it ended without an answer ({name}) {sanitize_text(last)}".strip()
    return Unavailable.of(
        "blender.failed", where=Where(str(program)), path=str(program), reason=reason
    )
