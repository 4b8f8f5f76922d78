"""The result of our reader for a zip, in the format of the oracles. Imported by ``worker.py``."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import IO, Any

from extery.core.errors import InvalidInput
from extery.package import Archive, open_archive, open_package
from extery.rules.engine import check_package


def read_package(path: Path) -> dict[str, Any]:
    """``tree`` as ``worker.tree_of`` would find it after unpacking, ``root``, ``id``, ``version``, ``codes`` and ``error``.

    ``error`` is not empty if the package is refused: it cannot be opened, a member cannot be read, or a check
    finds an error.
    """
    report = check_package(path)
    answer: dict[str, Any] = {
        "codes": [problem.code for problem in report.problems],
        "tree": {},
        "error": "",
        "reader_error": "",
    }
    try:
        with open_package(path) as package:
            answer |= {
                "tree": list_tree(package),
                "root": package.root,
                "id": package.manifest.id,
                "version": package.manifest.version,
            }
    except InvalidInput as error:
        answer["error"] = answer["reader_error"] = error.problems[0].code
    if report.problems.errors:
        answer["error"] = report.problems.errors[0].code
    return answer


def read_wheel(wheel: Path, package: Path) -> dict[str, Any]:
    """Read a wheel and check the package that contains it, which decides whether it is refused."""
    report = check_package(package)
    answer: dict[str, Any] = {
        "codes": [problem.code for problem in report.problems],
        "tree": {},
        "error": report.problems.errors[0].code if report.problems.errors else "",
    }
    if not answer["error"]:
        with open_archive(wheel) as archive:
            answer["tree"] = list_tree(archive)
    return answer


def list_tree(package: Archive) -> dict[str, str]:
    """List all members and their folders."""
    tree: dict[str, str] = {}
    for member in package.members:
        steps = member.name.rstrip("/").split("/")
        for depth in range(1, len(steps)):
            tree.setdefault("/".join(steps[:depth]), "dir")
        with package.open(member) as stream:
            digest = sha256_of(stream)
        tree["/".join(steps)] = "dir" if member.is_folder else digest
    return tree


def sha256_of(stream: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := stream.read(1 << 16):
        digest.update(block)
    return digest.hexdigest()
