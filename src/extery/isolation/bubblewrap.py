"""The command of bubblewrap, which systems may allow to make namespaces that other programs cannot make."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence


def bubblewrap(
    folders: Mapping[str, int], options: Sequence[str] = (), *, writable: Iterable[str] = ()
) -> list[str]:
    """Return the words before a command: all files are read-only to it, without a network unless ``options`` share it.

    ``folders`` are covered by empty ones in memory, of so many bytes; the files ``writable`` can be written.
    """
    binds = [word for path in writable for word in ("--bind", path, path)]
    sizes = folders.items()
    return [
        *(shutil.which("bwrap") or "bwrap", "--unshare-all", *options),
        *("--cap-drop", "ALL", "--ro-bind", "/", "/", "--proc", "/proc"),
        *("--dev", "/dev", "--remount-ro", "/dev", *binds),
        *(word for path, size in sizes for word in ("--size", str(size), "--tmpfs", path)),
        "--",
    ]
