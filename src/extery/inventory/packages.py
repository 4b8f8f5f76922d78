"""Read the inventory of an open package with a manifest, such as one that a site has stored."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import BinaryIO

from extery.analysis.pool import UPLOAD_LIMITS, Limits
from extery.core.errors import InvalidPackage, ProblemList, Where
from extery.inventory.model import Inventory
from extery.inventory.read import read_inventory
from extery.manifest.build_table import with_generated
from extery.manifest.document import parse_table
from extery.package import Package, open_package
from extery.package.size_limits import check_sizes
from extery.rules.context import OpenFile, RuleContext


def read_package_inventory(
    file: BinaryIO, *, name: str, limits: Limits = UPLOAD_LIMITS
) -> Inventory:
    """Return the inventory of a seekable package file.

    Raises `InvalidPackage` for one that cannot be opened, is too large or a bomb, or has no readable manifest.
    """
    problems = ProblemList()
    with open_package(file, name=name, problems=problems) as package:
        return read_inventory(package_context(package, name=name), limits=limits)


def package_context(package: Package, *, name: str) -> RuleContext:
    """Return what is known about an open package; raises `InvalidPackage` as `read_package_inventory`."""
    problems = ProblemList()
    check_sizes(package.members, package.size, problems, Where(name))
    if problems:  # reading it would take minutes, or gigabytes
        raise InvalidPackage(*problems)
    table = parse_table(package.manifest_bytes, problems, name)
    if table is None:
        raise InvalidPackage(*problems)
    context = RuleContext(
        name,
        names=package.names,
        members=package.members,
        size=package.size,
        package=package,
        open_file=_opener(package),
        table=with_generated(table),
    )
    context.root = package.root
    return context


def _opener(package: Package) -> OpenFile:
    def open_file(name: str) -> AbstractContextManager[BinaryIO]:
        return package.open_seekable(package.by_name[package.root + name])

    return open_file
