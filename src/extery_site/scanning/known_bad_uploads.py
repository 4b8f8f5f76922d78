"""Refuses uploads that are known as bad, or have such a file."""

from __future__ import annotations

import re
from typing import Any, BinaryIO

from extery.core.errors import Refused, Where
from extery_site.scanning.known_bad import any_listed, is_listed, known_bad_among
from extery_site.scanning.package_check import read_isolated

_SHA256 = re.compile("[0-9a-f]{64}")


def refuse_known_bad(file: BinaryIO, name: str, sha256: str) -> None:
    """Raise `Refused` for a package that is on the list of known-bad files, or has a file that is.

    The files of a package are read only if there is a list: they are unpacked once more for it.
    """
    if is_listed(sha256):
        raise Refused.of("upload.known-bad", where=Where(name))
    if not any_listed():
        return
    file.seek(0)
    files = read_isolated("file-hashes", file, name, read=_read)["files"]
    bad = known_bad_among(files)
    for digest, path in files.items():
        if digest in bad:
            raise Refused.of("upload.known-bad", variant="file", where=Where(path), file=path)


def _read(value: Any) -> dict[str, Any]:
    """Return what the isolated process returned, if it is hashes with paths."""
    files = {str(digest): str(path) for digest, path in value["files"]}
    if not all(map(_SHA256.fullmatch, files)):
        raise ValueError("not a hash")
    return {"files": files}
