"""Start of the ``extery`` command."""

from __future__ import annotations

import gc
import os
import sys

# As in typing, whose import would take longer than `--version` as a whole.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def main() -> None:
    """Run the command line; `--version` alone answers without loading anything else."""
    if sys.argv[1:] == ["--version"]:
        from extery import __version__

        sys.stdout.write(f"extery {__version__}\n")
        return
    # Imports make many objects and hardly any garbage: to look for it after every 700, as Python
    # does by itself, takes a twentieth of a start.
    gc.set_threshold(20_000)
    from extery.cli import run

    try:
        run()
    except SystemExit as ended:
        # A server ends in its own way: it has threads and files to look after.
        if "extery_site" in sys.modules:
            raise
        _leave(0 if ended.code is None else ended.code if isinstance(ended.code, int) else 1)


def _leave(status: int) -> NoReturn:
    """End at once: to take all that was imported apart, piece by piece, takes a fifth of a short command."""
    for stream in (sys.stdout, sys.stderr):
        try:
            # Whoever starts us may have closed it, and then there is none.
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):  # full, or its reader has seen enough
            status = status or 1
    os._exit(status)


if __name__ == "__main__":
    main()
