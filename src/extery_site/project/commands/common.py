"""What the commands share: the option ``--data``, the check for libraries, and stop signals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

data_option = click.option(
    "--data",
    type=click.Path(file_okay=False),
    help="Folder for the database, packages, images and keys. Default: EXTERY_DATA, else var.",
)


def require_libraries() -> None:
    """Raise `Unavailable` if only the toolkit is installed, without the extra ``site``."""
    from importlib.util import find_spec

    from extery.core.errors import Unavailable

    if find_spec("django") is None:
        raise Unavailable.of("usage.site-missing")


def call_on_stop_signal(stop: Callable[..., Any]) -> None:
    """Call ``stop(number, frame)`` for each SIGINT and SIGTERM."""
    import signal

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
