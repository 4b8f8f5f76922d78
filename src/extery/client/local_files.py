"""Install packages that are files on this computer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from extery.client.fitting import check_fits
from extery.client.operations import Operation
from extery.client.package_state import PackageState
from extery.client.repositories import Repository, load_repositories
from extery.client.store import Store
from extery.client.targets import Target
from extery.client.transaction import DEFAULT_TIMEOUT, transaction
from extery.client.unusable import unusable
from extery.client.wheel_conflicts import find_conflicts
from extery.core.errors import ExteryError, NotFound, Problem, ProblemList, Refused, Where
from extery.core.files import format_size
from extery.fetch import MAX_PACKAGE_SIZE
from extery.package import open_package

#: Blender's repository for extensions that are installed from a file.
DEFAULT_REPOSITORY = "user_default"


class LocalPackage(NamedTuple):
    """A package in the store that came from a file, with the values of its manifest."""

    path: Path
    id: str
    state: PackageState
    permissions: tuple[str, ...]


def add_to_store(file: Path, target: Target, store: Store) -> LocalPackage:
    """Copy a package into the store; raises an `ExteryError` if the Blender of the target cannot use it."""
    if not file.is_file():
        raise NotFound.of("package.not-found", file=str(file), reason="No such file")
    size = file.stat().st_size
    if size > MAX_PACKAGE_SIZE:
        raise Refused.of(
            "install.too-large",
            where=Where(str(file)),
            size=format_size(size),
            limit=format_size(MAX_PACKAGE_SIZE),
        )
    try:
        path = store.add(file)
    except OSError as error:
        raise unusable(store.folder, error) from error
    with open_package(path, name=file.name) as package:
        manifest = package.manifest
        check_fits(manifest, target)
        state = PackageState(
            manifest.version, package.sha256, package.size, file.absolute().as_uri()
        )
        return LocalPackage(path, manifest.id, state, tuple(manifest.permissions))


def _named(problem: Problem, file: Path) -> Problem:
    """Return a problem with the file that it is about, unless its place has it."""
    is_named = file.name in str(problem.where) or file.name in problem.message
    return problem if is_named else problem.with_values(entry=file.name)


def repository_for(target: Target, name: str) -> Repository:
    """Return the repository ``name``, by default Blender's own for files, which need not exist yet."""
    for repository in load_repositories(target):
        if repository.name == (name or DEFAULT_REPOSITORY):
            return repository
    if name:
        from extery.client.repositories import find_repository

        return find_repository(target, name)
    return Repository(DEFAULT_REPOSITORY)


def install_files(
    target: Target,
    files: Iterable[Path],
    *,
    repository: str = "",
    store: Store,
    timeout: float = DEFAULT_TIMEOUT,
    on_wait: Callable[[str], None] = lambda _: None,
) -> tuple[Operation | None, ProblemList]:
    """Install packages as one operation; return it with the problems of those that failed, and warnings."""
    problems = ProblemList()
    with transaction(target, "install-file", timeout=timeout, on_wait=on_wait) as change:
        place = repository_for(target, repository)
        for file in files:
            try:
                package = add_to_store(file, target, store)
                change.install(place, package.id, package.state, package.path)
            except ExteryError as error:
                problems.extend(_named(problem, file) for problem in error.problems)
                change.fail(str(file), str(error))
        problems.extend([*change.warnings, *find_conflicts(target, change.wheels)])
        return change.commit(), problems
