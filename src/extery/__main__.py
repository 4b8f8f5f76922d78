"""Start of the ``extery`` command."""

from __future__ import annotations

import gc
import os
import sys

# As in typing, whose import takes longer than the whole of `--version`.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def main() -> None:
    """Run the command line; `--version` imports nothing else."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from extery import __version__

        sys.stdout.write(f"extery {__version__}\n")
        return
    # Imports create many objects and hardly any garbage: collecting after every 700 objects, Python's default,
    # takes a twentieth of a short command.
    gc.set_threshold(100_000)
    from extery.cli.lazy_modules import defer_modules

    defer_modules()
    from extery.cli.app import run

    try:
        run()
    except SystemExit as error:
        # A server has threads and files to close.
        if "django" in sys.modules:
            raise
        _exit(0 if error.code is None else error.code if isinstance(error.code, int) else 1)


def _exit(status: int) -> NoReturn:
    """Flush the output and exit without unloading modules, which takes a fifth of a short command."""
    for stream in (sys.stdout, sys.stderr):
        try:
            # A stream that the caller has closed is None.
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):  # a full disk, or a closed pipe
            status = status or 1
    os._exit(status)


if __name__ == "__main__":
    main()
