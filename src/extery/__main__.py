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
    if sys.argv[1:] in (["--version"], ["-V"]):
        from extery import __version__

        sys.stdout.write(f"extery {__version__}\n")
        return
    # Imports make many objects and hardly any garbage: to look for it after every 700, Python's default,
    # takes a twentieth of a start.
    gc.set_threshold(20_000)
    from extery.cli.app import run

    try:
        run()
    except SystemExit as ended:
        # A server has threads and files to close.
        if "extery_site" in sys.modules:
            raise
        _leave(0 if ended.code is None else ended.code if isinstance(ended.code, int) else 1)


def _leave(status: int) -> NoReturn:
    """Exit without the tear-down of modules, which takes a fifth of a short command."""
    for stream in (sys.stdout, sys.stderr):
        try:
            # It is None if the caller has closed it.
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):  # full, or its reader is gone
            status = status or 1
    os._exit(status)


if __name__ == "__main__":
    main()
