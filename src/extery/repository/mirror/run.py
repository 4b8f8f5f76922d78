"""Mirror a repository into a folder: fetch listings, fetch packages, then replace the listing.

Readers of the folder see the old listing with all of its packages, or the new one with all of its. A run that
is killed leaves one of the two, and the next run continues.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from extery.core.errors import Conflict, ExteryError, ProblemList, Unavailable, Where
from extery.core.files import fsync_directory, refuse_symlink
from extery.core.locks import locked
from extery.core.text import os_error_text, quote_value
from extery.fetch import MAX_CONCURRENT, Fetcher, listing_url
from extery.fetch.addresses import redact_url
from extery.listing import LISTING_FILENAME
from extery.listing.complete import COMPLETE_LISTING, audiences
from extery.listing.entries import Entry
from extery.manifest.schemas.v1_0_0 import ValidTags
from extery.manifest.tags import tags_digest
from extery.repository.mirror.complete_folder import (
    check_folder,
    remove_outdated,
    replace_listing,
)
from extery.repository.mirror.filters import Filters
from extery.repository.mirror.inspection import RefusedPackage, at_package
from extery.repository.mirror.packages import MirrorProgress, fetch_packages, record_ownership
from extery.repository.mirror.plan import Plan, plan_mirror
from extery.repository.mirror.source_listings import fetch_listings
from extery.repository.mirror.state import MirrorState
from extery.repository.mirror.stored_problems import PackageProblems
from extery.repository.write import write_listing
from extery.rules.blender_verdicts import Refusal

__all__ = ["MirrorOptions", "MirrorProgress", "MirrorResult", "mirror", "plan_only"]


@dataclass(frozen=True)
class MirrorOptions:
    """Options of a run.

    ``keep_going`` leaves out packages that fail, ``keep_old`` keeps packages that are no longer listed, ``verify``
    computes all hashes again, ``new_source`` allows a folder that mirrors another repository.
    """

    keep_going: bool = False
    keep_old: bool = False
    verify: bool = False
    new_source: bool = False
    max_concurrent: int = MAX_CONCURRENT
    #: Type -> valid tags; ``None`` means Blender's own, ``{}`` disables the check.
    valid_tags: ValidTags | None = None


@dataclass(frozen=True)
class MirrorResult:
    """The result of a run, or of a dry run; ``is_complete`` if the listing is the new one.

    Names of packages: ``failed`` could not be fetched, ``refused`` are left out because Blender
    cannot install them, ``flawed`` are listed although they have problems.
    """

    plan: Plan
    is_complete: bool
    problems: ProblemList = field(default_factory=ProblemList)
    failed: Sequence[str] = ()
    refused: Sequence[str] = ()
    flawed: Sequence[str] = ()
    #: The Blenders that refuse a package, by its name.
    refusals: Mapping[str, tuple[Refusal, ...]] = field(default_factory=dict)

    @property
    def listings(self) -> list[tuple[str, str]]:
        """The listings of the mirror, relative to its folder, each with its audience."""
        if not self.plan.complete:
            return [(LISTING_FILENAME, "everyone")]
        return [*zip((LISTING_FILENAME, COMPLETE_LISTING), audiences(), strict=True)]


def mirror(
    url: str,
    folder: Path,
    *,
    fetcher: Fetcher,
    filters: Filters = Filters(),
    options: MirrorOptions = MirrorOptions(),
    on_progress: Callable[[MirrorProgress], None] = lambda _: None,
    lock_timeout: float = 0,
) -> MirrorResult:
    """Create a mirror of the repository ``url`` in ``folder``, or update it.

    Raises an `ExteryError` if the listing cannot be fetched. Packages that fail are problems of the
    result; the old listing and its packages then stay, unless `MirrorOptions.keep_going` leaves them out.
    Packages that Blender cannot install, or that tools unpack in different ways, are always left out;
    those with other problems are listed.
    """
    with _translate_os_errors(folder):
        _check_folder(folder, url, options)
        state = MirrorState.load(folder)
        for path in (state.state_folder, state.parts_folder):
            refuse_symlink(path)
        state.state_folder.mkdir(parents=True, exist_ok=True)
        lock = state.state_folder / "lock"
        with locked(lock, area="mirror", command="extery mirror", timeout=lock_timeout):
            state = MirrorState.load(folder, tags=tags_digest(options.valid_tags))
            state.source, state.source_digest = redact_url(url), _query_digest(url)
            planned, problems = _make_plan(url, state, fetcher, filters, options, is_dry=False)
            return _execute(planned, state, fetcher, options, problems, on_progress)


def plan_only(
    url: str,
    folder: Path,
    *,
    fetcher: Fetcher,
    filters: Filters = Filters(),
    options: MirrorOptions = MirrorOptions(),
) -> MirrorResult:
    """Return the result that `mirror` would have now; fetches the listing and writes nothing."""
    _check_folder(folder, url, options)
    state = MirrorState.load(folder, tags=tags_digest(options.valid_tags))
    planned, problems = _make_plan(url, state, fetcher, filters, options, is_dry=True)
    planned, refused = _without_refused(planned, state, problems)
    flawed = _report_flawed(planned, state, problems)
    refusals = _refusals(planned, refused, state)
    return MirrorResult(planned, False, problems, (), refused, flawed, refusals)


@contextmanager
def _translate_os_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable.of(
            "mirror.unwritable",
            where=Where(str(folder)),
            path=str(folder),
            reason=os_error_text(error),
        ) from error


def _check_folder(folder: Path, url: str, options: MirrorOptions) -> None:
    """Raise `Conflict` if ``folder`` is another repository, or a mirror of another one."""
    state, where = MirrorState.load(folder), Where(str(folder))
    is_mirror = state.source or state.files
    if not is_mirror and (folder / LISTING_FILENAME).exists():
        raise Conflict.of("mirror.not-a-mirror", where=where, folder=str(folder))
    is_same_url = state.source in ("", redact_url(url))
    is_same_query = state.source_digest in ("", _query_digest(url))
    if not (is_same_url and is_same_query) and not options.new_source:
        raise Conflict.of(
            "mirror.other-source", where=where, folder=str(folder), source=state.source
        )


def _query_digest(url: str) -> str:
    """Return a digest of the query of a URL, to compare it without storing it."""
    return hashlib.sha256(urlsplit(url).query.encode()).hexdigest()[:16]


def _make_plan(
    url: str,
    state: MirrorState,
    fetcher: Fetcher,
    filters: Filters,
    options: MirrorOptions,
    *,
    is_dry: bool,
) -> tuple[Plan, ProblemList]:
    address = listing_url(url)
    listings = fetch_listings(address, filters.queries(), state, fetcher, is_dry=is_dry)
    problems = ProblemList()
    planned = plan_mirror(
        address,
        listings,
        filters=filters,
        is_present=lambda name, request: state.has_package(
            name, sha256=request.sha256, size=request.size, verify=options.verify
        ),
        owned=state.files,
        problems=problems if options.keep_going else None,
    )
    check_folder(planned, state)
    _report_ignored(planned.ignored, problems)
    for entry in planned.left_out:
        problems.add("mirror.system-left-out", id=entry["id"], version=entry["version"])
    if not planned.all_entries:
        problems.add("mirror.no-match", url=redact_url(url))
    return planned, problems


def _report_ignored(entries: Sequence[Entry], problems: ProblemList) -> None:
    """Add a problem for each unknown type, with an example of its entries."""
    by_type: dict[str, list[Entry]] = {}
    for item in entries:
        by_type.setdefault(quote_value(item.get("type")), []).append(item)
    for type_, group in by_type.items():
        problems.add(
            "mirror.type-left-out",
            variant="several" if len(group) > 1 else "",
            id=quote_value(group[0].get("id")),
            type=type_,
            more=len(group) - 1,
        )


def _execute(
    plan: Plan,
    state: MirrorState,
    fetcher: Fetcher,
    options: MirrorOptions,
    problems: ProblemList,
    on_progress: Callable[[MirrorProgress], None],
) -> MirrorResult:
    plan, refused = _without_refused(plan, state, problems)
    state.remove_temporary_files(plan.packages[name].sha256 for name in plan.fetch)
    record_ownership(plan, state)
    errors = fetch_packages(
        plan,
        state,
        fetcher,
        max_concurrent=options.max_concurrent,
        on_progress=on_progress,
        valid_tags=options.valid_tags,
    )
    newly_refused = _report_errors(errors, state, problems)
    refused += newly_refused
    failed = [name for name, _ in errors if name not in newly_refused]
    if failed and not options.keep_going:
        flawed = _report_flawed(plan, state, problems)
        state.save()
        refusals = _refusals(plan, refused, state)
        return MirrorResult(plan, False, problems, failed, refused, flawed, refusals)
    done = plan.without(name for name, _ in errors)
    flawed = _report_flawed(done, state, problems)
    _replace_listing(done, state, has_new_packages=bool(plan.fetch))
    remove_outdated(done, state)
    removed = set(refused) if options.keep_old else set(state.files) - set(done.packages)
    _remove_packages(removed, state)
    refusals = _refusals(done, refused, state)
    return MirrorResult(done, True, problems, failed, refused, flawed, refusals)


def _replace_listing(plan: Plan, state: MirrorState, *, has_new_packages: bool) -> None:
    if has_new_packages:  # their names must be on disk before a listing refers to them
        fsync_directory(state.folder)
    replace_listing(plan, state)
    # An unchanged listing keeps its modification time, so that clients need not fetch it again.
    write_listing(state.folder / LISTING_FILENAME, plan.listing())


def _remove_packages(names: set[str], state: MirrorState) -> None:
    for name in names & state.files.keys():
        (state.folder / name).unlink(missing_ok=True)
        del state.files[name]
    state.save()


def _report_errors(
    errors: Sequence[tuple[str, ExteryError]], state: MirrorState, problems: ProblemList
) -> list[str]:
    """Add the problems of failed packages; return those that are refused, and store their problems."""
    refused = []
    for name, error in errors:
        located = [at_package(name, problem) for problem in error.problems]
        problems.extend(located)
        if isinstance(error, RefusedPackage):
            refused.append(name)
            state.refused[name] = located
            if error.refusals:
                state.refusals[name] = tuple(error.refusals)
    return refused


def _without_refused(
    plan: Plan, state: MirrorState, problems: ProblemList
) -> tuple[Plan, list[str]]:
    """Return the plan without packages that earlier runs refused, and their names; report their problems."""
    state.refused = _of_plan(plan, state.refused)
    state.refusals = {n: own for n, own in state.refusals.items() if n in plan.packages}
    for stored in state.refused.values():
        problems.extend(stored)
    return plan.without(state.refused), list(state.refused)


def _report_flawed(plan: Plan, state: MirrorState, problems: ProblemList) -> list[str]:
    """Add the problems of packages that are listed nevertheless; return the names of those with errors."""
    state.flawed = _of_plan(plan, state.flawed)
    for stored in state.flawed.values():
        problems.extend(stored)
    return [name for name, stored in state.flawed.items() if any(p.is_error for p in stored)]


def _refusals(
    plan: Plan, refused: Sequence[str], state: MirrorState
) -> dict[str, tuple[Refusal, ...]]:
    """Return the Blenders that refuse a package of the plan or one that is left out, by its name."""
    names = {*plan.packages, *refused}
    return {name: state.refusals[name] for name in sorted(state.refusals) if name in names}


def _of_plan(plan: Plan, stored: PackageProblems) -> PackageProblems:
    return {name: stored[name] for name in sorted(stored) if name in plan.packages}
