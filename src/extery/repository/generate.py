"""Generate a repository from a folder of packages: detect changes, decide, then write."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from extery.core.errors import ProblemList, Where
from extery.core.locks import Lock, locked
from extery.repository import cache, write
from extery.repository.config.repository_config import read_repository_config
from extery.repository.generate_options import GenerateOptions
from extery.repository.generate_result import GenerateResult
from extery.repository.listing_changes import PackageCounts
from extery.repository.scan import PackageFile, ScannedPackage, find_packages
from extery.repository.temporary_files import listing_folders, remove_interrupted_writes

if TYPE_CHECKING:
    from extery.manifest.schemas.v1_0_0 import ValidTags

#: Seconds to wait for another run in the same folder.
LOCK_TIMEOUT = 600.0


def generate(
    folder: Path,
    *,
    html: bool = False,
    template: Path | None = None,
    config: Path | None = None,
    strict: bool = False,
    verify: bool = False,
    legacy: bool = False,
    base_url: str = "",
    valid_tags: str | None = None,
    assetlib_auth_method: str = "",
    force: bool = False,
    with_harmful: bool = False,
    lock_timeout: float = LOCK_TIMEOUT,
    on_wait: Callable[[str], None] = lambda _: None,
) -> GenerateResult:
    """List the packages in ``folder`` in its ``index.json``; with ``html`` also in ``index.html``.

    ``template`` replaces the template of the page, ``config`` the file ``blender_repo.toml``. Packages that
    have not changed since the last run are read only if ``verify`` is set. With ``legacy``, add-ons from before
    Blender 4.2 are listed in ``repo.json``, which needs the URL of the folder: ``base_url``, or that of the
    configuration. ``valid_tags`` is a file for `extery.manifest.tags.load_valid_tags`; it replaces that of
    the configuration, as ``assetlib_auth_method`` does, one of `extery.listing.ASSETLIB_AUTH_METHODS`.
    An ``index.html`` of another origin is replaced only with ``force``. ``with_harmful`` lists packages too that
    Blender installs to the harm of others, as its own tool does.

    Packages that Blender cannot install are left out and have problems in the result. With ``strict`` they raise
    `InvalidInput`, and nothing is written; an invalid configuration or template always does. If another run has
    locked the folder, ``on_wait`` is called with a description of its process, and after ``lock_timeout`` seconds
    `Conflict` is raised.
    """
    options = GenerateOptions(
        *(folder, html, template, config, strict, legacy, base_url),
        *(valid_tags, assetlib_auth_method, force),
    )
    if not folder.is_dir():
        find_packages(folder, ProblemList())
    with locked(
        folder / cache.FOLDER / cache.LOCK,
        area="generate",
        command="extery server-generate",
        timeout=lock_timeout,
        on_wait=on_wait,
    ) as lock:
        return _generate(options, lock, verify=verify, with_harmful=with_harmful)


def _generate(
    options: GenerateOptions, lock: Lock, *, verify: bool, with_harmful: bool
) -> GenerateResult:
    """Generate a repository whose folder is locked."""
    folder, problems = options.folder, ProblemList()
    files = find_packages(folder, problems)
    settings = read_repository_config(folder, options.config, problems)
    state = cache.State.load(folder)
    chosen = options.valid_tags
    checks = _load_checks(settings.valid_tags if chosen is None else chosen)
    if with_harmful:  # results of the other kind are not used again
        checks = checks._replace(digest=f"{checks.digest} with harmful", with_harmful=True)
    inputs = options.fingerprint(settings, files, checks.digest)
    outputs = write.stat_outputs(folder, state.summary.outputs)
    if lock.was_interrupted:
        remove_interrupted_writes(folder, listing_folders(state.summary.outputs))
    if not verify and state.is_current(inputs, files, outputs):
        summary = state.summary
        return GenerateResult(
            folder,
            summary.count,
            ProblemList(summary.problems),
            listings=summary.listings,
            base_url=settings.base_url,
            counts=PackageCounts(*summary.counts),
            refused_by=summary.refusals,
        )
    packages = _scan(options, files, state, problems, checks=checks, verify=verify)
    # Imported here: not needed by a run without changes, and after the scan, which forks early then.
    from extery.repository.generate_outputs import OutputWriter

    writer = OutputWriter(
        options,
        settings,
        packages,
        problems,
        tags=checks.digest,
        was_interrupted=lock.was_interrupted,
    )
    return writer.run(state.summary, inputs=inputs, started_at=lock.taken_at)


class _Checks(NamedTuple):
    """How packages are checked: by valid tags of each type, ``None`` for Blender's own; ``digest`` identifies it."""

    valid: ValidTags | None = None
    digest: str = ""
    with_harmful: bool = False


def _load_checks(file: str | None) -> _Checks:
    if file is None:
        return _Checks()
    from extery.manifest.tags import load_valid_tags, tags_digest

    tags = load_valid_tags(file)
    return _Checks(tags, tags_digest(tags))


def _scan(
    options: GenerateOptions,
    files: Sequence[PackageFile],
    state: cache.State,
    problems: ProblemList,
    *,
    checks: _Checks,
    verify: bool,
) -> list[tuple[PackageFile, ScannedPackage]]:
    """Return all packages; read those that are not cached, or all to ``verify`` them."""
    folder = options.folder
    cached = state.packages(tags=checks.digest)
    if refused := state.summary.refusals:
        from extery.rules.blender_verdicts import Refusal

        cached = {
            file: p._replace(refusals=tuple(Refusal(*own) for own in refused.get(file.name, ())))
            for file, p in cached.items()
        }
    if options.html:
        cached = {file: p for file, p in cached.items() if p.metadata is not None}
    to_read = [file for file in files if verify or file not in cached]
    scanned = {}
    if to_read:
        from extery.repository.parallel_scan import scan_packages

        packages = scan_packages(
            folder,
            to_read,
            with_metadata=options.html,
            valid_tags=checks.valid,
            with_harmful=checks.with_harmful,
        )
        scanned = {package.name: package for package in packages}
    for file in files if verify else ():
        old_hash = cached[file].sha256 if file in cached else ""
        new_hash = scanned[file.name].sha256
        # A refused package has no hash, and a problem of its own.
        if old_hash and new_hash and old_hash != new_hash:
            problems.add(
                "generate.content-changed", where=Where(str(folder / file.name)), name=file.name
            )
    return [(file, scanned.get(file.name) or cached[file]) for file in files]
