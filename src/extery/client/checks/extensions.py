"""Checks of repositories and of installed extensions."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from extery.client.checks.context import Context, removal, renaming
from extery.client.fitting import has_other_python, reason_unfit
from extery.client.repositories import Repository
from extery.client.repository_changes import plain_http_problem
from extery.core.errors import ExteryError, Problem, Where
from extery.fetch import listing_url
from extery.manifest.document import MANIFEST_FILENAME, Manifest, read_manifest_bytes


def find_twin_repositories(context: Context) -> Iterator[Problem]:
    """Yield enabled repositories that have the URL of another one."""
    first: dict[str, Repository] = {}
    for repository in context.repositories:
        if not repository.is_remote or not repository.enabled:
            continue
        other = first.setdefault(_address(repository.url), repository)
        if other is not repository:
            yield Problem.of(
                "doctor.twin-repositories",
                name=repository.name,
                other=other.name,
                url=repository.url,
                options=context.options,
            )


def find_plain_repositories(context: Context) -> Iterator[Problem]:
    """Yield enabled repositories that are requested without encryption."""
    for repository in context.repositories:
        problem = plain_http_problem(repository) if repository.enabled else None
        if problem:
            yield problem


def _address(url: str) -> str:
    try:
        text = listing_url(url)
    except ExteryError:
        return url
    scheme, mark, rest = text.removesuffix("index.json").rstrip("/").partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme.lower()}{mark}{host.lower()}{slash}{path}"


def find_twin_extensions(context: Context) -> Iterator[Problem]:
    """Yield ids that are installed from several repositories."""
    by_id: dict[str, list[str]] = defaultdict(list)
    for item in context.installed:
        by_id[item.manifest.id].append(item.name)
    for identifier, names in sorted(by_id.items()):
        if len(names) > 1:
            yield Problem.of(
                "doctor.twin-extensions",
                id=identifier,
                names=" and ".join(names),
                last=names[-1],
                options=context.options,
            )


def find_ignored_folders(context: Context) -> Iterator[Problem]:
    """Yield folders in repositories that Blender ignores: renamed ones, and those with a broken manifest."""
    for repository in context.repositories:
        for folder in _folders(repository.folder_in(context.target)):
            yield from _folder_problems(context, repository, folder)


def _folders(folder: Path) -> list[Path]:
    """Return the folders that may be extensions: others belong to Blender, or are hidden."""
    try:
        with os.scandir(folder) as items:
            names = [
                item.name
                for item in items
                if not item.name.startswith((".", "_"))
                and not item.name.endswith("@")
                and item.is_dir()
            ]
    except OSError:
        return []
    return [folder / name for name in sorted(names)]


def _folder_problems(context: Context, repository: Repository, folder: Path) -> Iterator[Problem]:
    where = Where(str(folder / MANIFEST_FILENAME))
    try:
        data = read_manifest_bytes(folder / MANIFEST_FILENAME)
        manifest = Manifest.parse(data, strict=False, packaged=True)
    except ExteryError as error:
        cause = next(item for item in error.problems if item.is_error)
        yield Problem.of(
            "doctor.manifest",
            variant="" if repository.is_remote else "local",
            where=where,
            name=f"{repository.name}.{folder.name}",
            id=folder.name,
            problem=cause.message,
            path=str(folder),
            options=context.options,
        )
        return
    is_name = folder.name.isidentifier()
    if is_name and (not repository.is_remote or manifest.id == folder.name):
        return
    place = folder.with_name(manifest.id)
    yield Problem.of(
        "doctor.renamed",
        variant="taken" if os.path.lexists(place) else "",
        where=where,
        folder=folder.name,
        id=manifest.id,
        repository=repository.name,
        cure=removal(folder) if os.path.lexists(place) else renaming(folder, place),
    )


def find_unfit_extensions(context: Context) -> Iterator[Problem]:
    """Yield installed extensions that Blender does not load, apart from those with other wheels."""
    for item in context.installed:
        reason = reason_unfit(item.manifest, context.target.system)
        if reason and not has_other_python(item.manifest, context.target.system):
            yield Problem.of(
                "doctor.unfit",
                name=item.name,
                version=item.state.version,
                target=str(context.target),
                reason=reason,
                options=context.options,
            )


def find_other_wheels(context: Context) -> Iterator[Problem]:
    """Yield installed extensions whose wheels are for another Python than that of the target."""
    for item in context.installed:
        if has_other_python(item.manifest, context.target.system):
            yield Problem.of(
                "doctor.wheel-python",
                name=item.name,
                version=item.state.version,
                target=str(context.target),
                pythons=", ".join(item.manifest.python_versions),
                python=context.target.system.python or "",
                options=context.options,
            )


def find_missing_packages(context: Context) -> Iterator[Problem]:
    """Yield installed extensions whose package is not in the store, or is damaged there."""
    for item in context.installed:
        state = item.state
        if not state.sha256 or context.store.has(state.sha256, state.size):
            continue
        path = context.store.path(state.sha256)
        yield Problem.of(
            "doctor.package-missing",
            variant="damaged" if path.exists() else "",
            where=Where(str(path)),
            name=item.name,
            version=state.version,
            cure=removal(path),
            options=context.options,
        )
