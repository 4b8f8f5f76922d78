"""Start of the ``extery`` command."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; `--version` alone answers without loading anything else."""
    if sys.argv[1:] == ["--version"]:
        from extery import __version__

        sys.stdout.write(f"extery {__version__}\n")
        return
    from extery.cli import run

    run()


if __name__ == "__main__":
    main()
