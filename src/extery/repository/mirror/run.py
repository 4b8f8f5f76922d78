"""Mirror a repository into a folder: listings first, then packages, then the new listing.

Readers of the folder see the old listing with all its packages or the new one with all of its.
A run that is killed leaves one of the two, and the next run continues it.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from extery.core.errors import Conflict, ExteryError, Problem, ProblemList, Unavailable, Where
from extery.core.files import fsync_directory, refuse_symlink
from extery.core.locks import locked
from extery.fetch import (
    MAX_CONCURRENT,
    Document,
    DownloadRequest,
    Fetcher,
    Validators,
    download,
    get_document,
    listing_url,
    run_all,
)
from extery.fetch.addresses import LISTING, REMOTE, redact_url
from extery.listing.entries import Entry, Listing, parse
from extery.repository.mirror.delta_fetch import fetch_newest
from extery.repository.mirror.filters import Filters
from extery.repository.mirror.inspection import (
    RefusedPackage,
    dump_problems,
    inspect_package,
    load_problems,
)
from extery.repository.mirror.plan import Plan, plan_mirror
from extery.repository.mirror.state import File, MirrorState
from extery.repository.write import put_listing
from extery.rules import REVISION


class Progress(NamedTuple):
    """How far the packages are."""

    packages: int
    of_packages: int
    received: int
    of_bytes: int


@dataclass(frozen=True)
class Mirrored:
    """What was, or in a dry run would be, done. ``is_complete`` is whether the listing is the new one.

    ``failed`` are packages that could not be fetched, ``refused`` those that are left out because
    Blender cannot install them, and ``flawed`` those that are listed although they have problems.
    """

    plan: Plan
    is_complete: bool
    problems: ProblemList = field(default_factory=ProblemList)
    failed: Sequence[str] = ()
    refused: Sequence[str] = ()
    flawed: Sequence[str] = ()


@dataclass(frozen=True)
class MirrorOptions:
    """How to mirror, beyond what: ``keep_old`` keeps packages that are no longer listed."""

    keep_going: bool = False
    keep_old: bool = False
    verify: bool = False
    new_source: bool = False
    at_once: int = MAX_CONCURRENT


def mirror(
    url: str,
    folder: Path,
    *,
    fetcher: Fetcher,
    filters: Filters = Filters(),
    wishes: MirrorOptions = MirrorOptions(),
    on_progress: Callable[[Progress], None] = lambda _: None,
    lock_timeout: float = 0,
) -> Mirrored:
    """Make ``folder`` a mirror of the repository ``url``, or bring it up to date.

    Raises an `ExteryError` if the listing cannot be had. Packages that fail are problems of the
    result: then nothing that readers see has changed, unless `MirrorOptions.keep_going` leaves them out.
    Packages that Blender cannot install, or that tools unpack in different ways, are left out in any
    case; those with other problems are listed.
    """
    with _writing(folder):
        _check_folder(folder, url, wishes)
        memory = MirrorState.load(folder)
        for own in (memory.place, memory.parts):
            refuse_symlink(own)
        memory.place.mkdir(parents=True, exist_ok=True)
        lock = memory.place / "lock"
        with locked(lock, area="mirror", command="extery mirror", timeout=lock_timeout):
            memory = MirrorState.load(folder)
            memory.source, memory.source_key = redact_url(url), _key(url)
            plan, problems = _decide(url, memory, fetcher, filters, wishes, is_dry=False)
            return _act(plan, memory, fetcher, wishes, problems, on_progress)


def plan(
    url: str,
    folder: Path,
    *,
    fetcher: Fetcher,
    filters: Filters = Filters(),
    wishes: MirrorOptions = MirrorOptions(),
) -> Mirrored:
    """What `mirror` would do now; fetches the listing and writes nothing."""
    _check_folder(folder, url, wishes)
    memory = MirrorState.load(folder)
    found, problems = _decide(url, memory, fetcher, filters, wishes, is_dry=True)
    found, refused = _without_refused(found, memory, problems)
    flawed = _add_flawed(found, memory, problems)
    return Mirrored(found, is_complete=False, problems=problems, refused=refused, flawed=flawed)


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable.of(
            "mirror.unwritable",
            f"the mirror in {folder} cannot be written: {error.strerror or error}",
            hint="check that you may write there, and that the disk has room",
            where=Where(str(folder)),
        ) from error


def _check_folder(folder: Path, url: str, wishes: MirrorOptions) -> None:
    memory = MirrorState.load(folder)
    is_mirror = memory.source or memory.files
    if not is_mirror and (folder / LISTING).exists():
        raise Conflict.of(
            "mirror.not-a-mirror",
            f"{folder} has a listing that no mirror has written",
            hint="give an empty folder, or one that does not exist yet",
            where=Where(str(folder)),
        )
    is_other = memory.source not in ("", redact_url(url)) or memory.source_key not in (
        "",
        _key(url),
    )
    if is_other and not wishes.new_source:
        raise Conflict.of(
            "mirror.other-source",
            f"{folder} is a mirror of {memory.source}",
            hint="give another folder, or --new-source if the repository has moved",
            where=Where(str(folder)),
        )


def _key(url: str) -> str:
    """The query of an address in a form that tells nobody what is in it."""
    return hashlib.sha256(urlsplit(url).query.encode()).hexdigest()[:16]


def _decide(
    url: str,
    memory: MirrorState,
    fetcher: Fetcher,
    filters: Filters,
    wishes: MirrorOptions,
    *,
    is_dry: bool,
) -> tuple[Plan, ProblemList]:
    address = listing_url(url)
    addresses = [_with_query(address, query) for query in filters.queries()]
    listings = _listings(dict.fromkeys(addresses), memory, fetcher, is_dry=is_dry)
    if not is_dry:
        memory.forget_listings(but=addresses)
        memory.save()
    problems = ProblemList()
    found = plan_mirror(
        address,
        listings,
        filters=filters,
        is_there=lambda name, file: memory.is_right(
            name, sha256=file.sha256, size=file.size, verify=wishes.verify
        ),
        mine=memory.files,
        faults=problems if wishes.keep_going else None,
    )
    for item in found.left_out:
        problems.add(
            "mirror.system-left-out",
            f"{item['id']} {item['version']} is left out for platforms that no package names",
            hint="mirror with --platform for each platform that you use",
        )
    if not found.entries:
        problems.add(
            "mirror.no-match",
            f"nothing of {redact_url(url)} is wanted",
            hint="check the filters",
        )
    return found, problems


def _with_query(address: str, query: dict[str, str]) -> str:
    if not query or urlsplit(address).scheme not in REMOTE:
        return address
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(query)}"


def _listings(
    addresses: Iterable[str], memory: MirrorState, fetcher: Fetcher, *, is_dry: bool
) -> list[Listing]:
    """The listings at these addresses, which together may be as large as one alone: all are in memory."""
    found = []
    left = fetcher.max_document_size
    for address in addresses:
        listing, size = _listing(address, memory, fetcher, is_dry=is_dry, limit=max(left, 1))
        found.append(listing)
        left -= size
    return found


def _listing(
    address: str, memory: MirrorState, fetcher: Fetcher, *, is_dry: bool, limit: int
) -> tuple[Listing, int]:
    """The listing at ``address``, from memory if it has not changed, and its size in bytes."""
    if urlsplit(address).scheme not in REMOTE:
        limit = 0  # the default for local files, which a server cannot choose
    kept = memory.kept(address)
    newest = fetch_newest(kept, address, fetcher=fetcher) if kept is not None else None
    if newest is not None and (not limit or len(newest) <= limit):
        listing = parse(newest, file=redact_url(address))
        if not is_dry:
            memory.keep(address, Document(newest, Validators(), {}))
        return listing, len(newest)
    known = memory.known(address)
    found = get_document(address, fetcher=fetcher, known=known, limit=limit)
    body = found.body if found is not None else memory.kept(address)
    if body is None:  # it was taken away while we asked
        found = get_document(address, fetcher=fetcher, known=Validators(), limit=limit)
        assert found is not None  # the question had no condition
        body = found.body
    listing = parse(body, file=redact_url(address))
    if found is not None and not is_dry:
        memory.keep(address, found)
    return listing, len(body)


def _act(
    plan: Plan,
    memory: MirrorState,
    fetcher: Fetcher,
    wishes: MirrorOptions,
    problems: ProblemList,
    on_progress: Callable[[Progress], None],
) -> Mirrored:
    plan, refused = _without_refused(plan, memory, problems)
    memory.sweep(plan.wanted[name].sha256 for name in plan.fetch)
    _claim(plan, memory)
    failed = _fetch(plan, memory, fetcher, wishes, on_progress)
    problems.extend(_failure(name, problem) for name, error in failed for problem in error.problems)
    for name, error in failed:
        if isinstance(error, RefusedPackage):
            refused.append(name)
            memory.refused[name] = dump_problems(error.problems)
    missing = [name for name, _ in failed if name not in memory.refused]
    if missing and not wishes.keep_going:
        flawed = _add_flawed(plan, memory, problems)
        memory.save()
        return Mirrored(plan, False, problems, missing, refused, flawed)
    done = plan.without(name for name, _ in failed)
    flawed = _add_flawed(done, memory, problems)
    if plan.fetch:  # the names of the packages are on disk before a listing that names them
        fsync_directory(memory.folder)
    # The same listing keeps its time, so that readers need not fetch it again.
    put_listing(memory.folder / LISTING, done.listing())
    old = set(refused) if wishes.keep_old else set(memory.files) - set(done.wanted)
    for name in old & memory.files.keys():
        (memory.folder / name).unlink(missing_ok=True)
        del memory.files[name]
    memory.save()
    return Mirrored(done, True, problems, missing, refused, flawed)


def _without_refused(
    plan: Plan, memory: MirrorState, problems: ProblemList
) -> tuple[Plan, list[str]]:
    """The plan without packages that earlier runs have refused, and their names."""
    memory.refused = {name: noted for name, noted in memory.refused.items() if name in plan.wanted}
    for name, noted in memory.refused.items():
        problems.extend(load_problems(name, noted))
    return plan.without(memory.refused), list(memory.refused)


def _add_flawed(plan: Plan, memory: MirrorState, problems: ProblemList) -> list[str]:
    """Report the problems of packages that the plan lists all the same; their names."""
    memory.flawed = {
        name: noted for name, noted in sorted(memory.flawed.items()) if name in plan.wanted
    }
    for name, noted in memory.flawed.items():
        problems.extend(load_problems(name, noted))
    return list(memory.flawed)


def _claim(plan: Plan, memory: MirrorState) -> None:
    """Write down which files are ours before the first of them arrives: what a killed run leaves has an owner."""
    keep = set(plan.keep)
    for name, file in plan.wanted.items():
        before = memory.files.get(name)
        is_same = before is not None and name in keep and before.sha256 == file.sha256
        rules = before.rules if before is not None and is_same else 0
        memory.files[name] = File(file.sha256, file.size, redact_url(file.url), rules=rules)
    for name in keep:
        memory.note_right(name)
    memory.save()


def _failure(name: str, problem: Problem) -> Problem:
    """The problem of a package, with the package before the place in it."""
    inside = problem.where.file
    file = f"{name}/{inside}" if inside not in ("", name) else name
    return problem._replace(where=problem.where._replace(file=file))


def _fetch(
    plan: Plan,
    memory: MirrorState,
    fetcher: Fetcher,
    wishes: MirrorOptions,
    on_progress: Callable[[Progress], None],
) -> list[tuple[str, ExteryError]]:
    counter = _Counter(plan, on_progress)
    entries: dict[str, list[Entry]] = {}
    for entry in plan.entries:
        entries.setdefault(entry["archive_url"][2:], []).append(entry)
    to_fetch = set(plan.fetch)
    one_at_a_time = threading.Lock()  # each may take as much memory as a package is allowed to

    def fetch(name: str) -> None:
        to = memory.folder / name
        if name in to_fetch:
            wanted: DownloadRequest = plan.wanted[name]
            part = memory.parts / f"{wanted.sha256}.part"
            download(wanted, to=to, part=part, fetcher=fetcher, on_progress=counter.add)
            memory.note_right(name)
            counter.finish()
        memory.flawed.pop(name, None)
        with one_at_a_time:
            found = inspect_package(to, entries[name], checkpoint=fetcher.raise_if_stopped)
            if found:
                memory.flawed[name] = dump_problems(found)
        memory.files[name].rules = REVISION

    jobs = [*plan.fetch, *(name for name in plan.keep if memory.files[name].rules != REVISION)]
    return run_all(jobs, fetch, fetcher=fetcher, at_once=wishes.at_once)


class _Counter:
    """Adds up what many threads have received."""

    def __init__(self, plan: Plan, on_progress: Callable[[Progress], None]) -> None:
        self.progress = Progress(0, len(plan.fetch), 0, plan.bytes_to_fetch)
        self.on_progress = on_progress
        self.lock = threading.Lock()

    def add(self, received: int) -> None:
        self._set(0, received)

    def finish(self) -> None:
        self._set(1, 0)

    def _set(self, packages: int, received: int) -> None:
        with self.lock:
            old = self.progress
            self.progress = old._replace(
                packages=old.packages + packages, received=old.received + received
            )
            self.on_progress(self.progress)
