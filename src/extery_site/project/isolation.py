"""The isolated functions of the site: those that open uploaded bytes, each call in a process of its own.

``ISOLATED_FUNCTIONS`` of the settings is the closed list of them. They import no Django, and get what they need of the settings as
arguments. A process of the site has one template, from which the processes of the calls are forked.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings

from extery.core.errors import Unavailable
from extery.isolation.client import Isolation
from extery.isolation.limits import NO_FILES, IsolationError, Limits, ProcessEnded, Reply

logger = logging.getLogger(__name__)


@cache
def isolation() -> Isolation:
    """Return that of this process."""
    return Isolation(settings.ISOLATED_FUNCTIONS, hidden=private_folders())


def private_folders() -> list[Path]:
    """Return the folders that uploaded code and what reads it must not see: keys and the database, and the YARA rules."""
    rules: Path | None = settings.EXTERY_YARA_RULES
    return [settings.EXTERY_DATA, *([rules] if rules is not None and rules.is_dir() else [])]


def call_isolated(
    name: str,
    file: BinaryIO,
    arguments: Mapping[str, Any],
    limits: Limits,
    *,
    files: Mapping[str, BinaryIO] = NO_FILES,
) -> Reply:
    """Call a function of the list with a file; ``file`` is at its start afterwards. ``files`` are arguments that are files.

    Raises the `ExteryError` of the function, `ProcessEnded` if the file was too much for it, and `Unavailable` if
    the call failed for another reason.
    """
    with _translated(name, file):
        return isolation().call(name, file, arguments, limits, files=files)


@contextmanager
def stream_isolated(
    name: str, file: BinaryIO, arguments: Mapping[str, Any], limits: Limits
) -> Iterator[Iterator[Any]]:
    """Call a function of the list that yields; see `Isolation.stream`. The errors are those of `call_isolated`.

    They come from the iterator, at the latest at its end.
    """
    with _translated(name, file), isolation().stream(name, file, arguments, limits) as frames:
        yield frames


@contextmanager
def _translated(name: str, file: BinaryIO) -> Iterator[None]:
    """Raise `Unavailable` for a call that has failed without a fault of the file, and log both."""
    try:
        yield
    except ProcessEnded as ended:
        logger.warning("the isolated function %s ended: %s", name, ended)
        if (
            ended.reason == "signal"
        ):  # not by a limit of the call: perhaps by the system, without memory
            raise Unavailable.of("request.process-ended") from ended
        raise
    except IsolationError as error:
        logger.exception("the isolated function %s cannot be called", name)
        raise Unavailable.of("request.process-ended") from error
    finally:
        file.seek(0)
