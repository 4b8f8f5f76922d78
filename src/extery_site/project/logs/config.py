"""The settings of the logs as a configuration of `logging`. Does not import Django."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from extery.core.errors import Unavailable
from extery.core.text import os_error_text
from extery_site.project.logs.access import LOGGER

_FORMATS = "extery_site.project.logs.formats"


def logging_config(*, format_name: str, level: str, file: Path | None) -> dict[str, Any]:
    """Return the dictionary for `logging.config.dictConfig`.

    Logs go to ``file``, which programs such as logrotate may rename, or to stderr.
    """
    output: dict[str, Any] = {"class": "logging.StreamHandler"}
    if file is not None:
        output = {
            "class": "logging.handlers.WatchedFileHandler",
            "filename": str(file),
            "encoding": "utf-8",
            "delay": True,
        }
    formatter = "JsonFormatter" if format_name == "json" else "TextFormatter"
    # Libraries log warnings and errors only.
    root_level = "WARNING" if level in {"DEBUG", "INFO"} else level
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"()": f"{_FORMATS}.{formatter}"},
            "complete": {"format": "{message}", "style": "{"},
        },
        "handlers": {
            "log": {**output, "formatter": "line"},
            "access": {**output, "formatter": "complete"},
        },
        "root": {"handlers": ["log"], "level": root_level},
        "loggers": {
            "extery_site": {"level": level},
            LOGGER: {"handlers": ["access"], "level": "INFO", "propagate": False},
            "django.request": {"level": "ERROR"},
            # Would log a line for each request that waits for a thread.
            "waitress.queue": {"level": "ERROR"},
            # The worker logs each task itself.
            "django_tasks": {"level": "CRITICAL"},
        },
    }


def require_writable(file: Path | None) -> None:
    """Raise `Unavailable` if the log file cannot be written; it is created if it is missing."""
    if file is None:
        return
    try:
        with file.open("ab"):
            pass
    except OSError as error:
        raise Unavailable.of(
            "setting.log-file", file=str(file), os_error=os_error_text(error)
        ) from error
