"""Start of the ``extery`` command."""

from __future__ import annotations

import gc
import sys


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

    run()


if __name__ == "__main__":
    main()
