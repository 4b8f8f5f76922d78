"""Make a folder of packages a repository: find out what changed, decide, then write."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from extery.core.errors import InvalidInput, ProblemList, Where
from extery.core.locks import locked
from extery.listing.entries import Entry
from extery.repository import cache, ownership, write
from extery.repository.config.document import Config, read_config
from extery.repository.scan import PackageFile, ScannedPackage, find_packages, in_folder
from extery.repository.child_process import BackgroundResult

if TYPE_CHECKING:
    from extery.repository.index import PlannedListing
    from extery.repository.legacy.listing import Legacy

LISTING = "index.json"
PAGE = "index.html"
#: So many entries make a page that takes longer than starting a process.
_MANY = 500
LEGACY = "repo.json"
#: How long a run waits for another one in the same folder, in seconds.
LOCK_TIMEOUT = 600.0


@dataclass(frozen=True)
class Generated:
    """What was made.

    ``packages`` counts the good ones, ``problems`` has the bad ones too. ``written`` are the files
    that changed, and ``listings`` are the files to subscribe to, with for whom each is.
    """

    folder: Path
    packages: int
    problems: ProblemList
    written: Sequence[Path] = ()
    listings: Sequence[tuple[str, str]] = field(default=((LISTING, "everyone"),))
    base_url: str = ""

    def url(self, address: str) -> str:
        """What to paste into Blender for one of ``listings``: on this computer, if no other place is known."""
        return (self.base_url or f"{self.folder.resolve().as_uri()}/") + address

    @cached_property
    def entries(self) -> Sequence[Entry]:
        """The entries of ``index.json``."""
        from extery.listing.entries import parse

        return parse((self.folder / LISTING).read_bytes()).data


@dataclass(frozen=True)
class _Request:
    """What is asked for."""

    folder: Path
    html: bool
    template: Path | None
    config: Path | None
    strict: bool
    legacy: bool
    base_url: str

    def options(self) -> dict[str, Any]:
        """The same in words that can be written down; see `last_options`."""
        return {
            "html": self.html,
            "template": self.template and str(self.template.absolute()),
            "config": self.config and str(self.config.absolute()),
            "legacy": self.legacy,
            "base_url": self.base_url,
        }

    def inputs(self, config: Config, found: Sequence[PackageFile]) -> str:
        """Everything that the result depends on, in one word."""
        template = b""
        if self.html and self.template and self.template.is_file():
            template = self.template.read_bytes()
        scripts: list[object] = []
        if self.legacy:
            from extery.repository.legacy.listing import fingerprint

            scripts = [self.base_url, *fingerprint(self.folder)]
        # As plain tuples, which are quicker to print.
        packages = [tuple(item) for item in found]
        asked = (
            str(self.folder),
            self.html,
            config.file,
            config.source,
            template,
            packages,
            scripts,
        )
        return hashlib.sha256(repr(asked).encode("utf-8", "backslashreplace")).hexdigest()


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
    lock_timeout: float = LOCK_TIMEOUT,
    on_wait: Callable[[str], None] = lambda _: None,
) -> Generated:
    """List the packages in ``folder`` in its ``index.json``; with ``html`` also in ``index.html``.

    ``template`` is a page of one's own, ``config`` a file in place of ``blender_repo.toml``.
    Packages that have not changed since the last run are not read, unless to ``verify`` them.
    Bad archives are problems of the result and left out; with ``strict`` they raise
    `InvalidInput`, as do a wrong configuration and template always, and nothing is written.
    With ``legacy``, add-ons from before Blender 4.2 are listed in ``repo.json``, for which the folder's
    address on the web is needed: ``base_url``, or that of the configuration.
    If another run is at work in the folder, ``on_wait`` is called with a description of its process, and after
    ``lock_timeout`` seconds `Conflict` is raised.
    """
    request = _Request(folder, html, template, config, strict, legacy, base_url)
    if not folder.is_dir():
        find_packages(folder, ProblemList())
    with locked(
        folder / cache.FOLDER / cache.LOCK,
        area="generate",
        command="extery server-generate",
        timeout=lock_timeout,
        on_wait=on_wait,
    ) as lock:
        problems = ProblemList()
        found = find_packages(folder, problems)
        settings = read_config(folder, config, problems)
        before = cache.State.load(folder)
        inputs = request.inputs(settings, found)
        outputs = write.stat_outputs(folder, before.summary.outputs)
        if lock.was_interrupted:
            _clean(folder, _folders_of(before.summary.outputs))
        if not verify and before.is_current(inputs, found, outputs):
            summary = before.summary
            return Generated(
                folder,
                summary.count,
                ProblemList(summary.problems),
                listings=summary.listings,
                base_url=settings.base_url,
            )
        archives = _archives(request, found, before, problems, verify=verify)
        return _make(request, settings, archives, problems, before, (inputs, lock.taken_at))


def last_options(folder: Path) -> dict[str, Any] | None:
    """Arguments for `generate` that repeat the last run in ``folder``; ``None`` if none is known of."""
    options = cache.State.load(folder).summary.options
    if not _are_usable(options):
        return None
    paths = {key: options[key] and Path(options[key]) for key in ("template", "config")}
    return options | paths


def _are_usable(options: dict[str, Any]) -> bool:
    """Whether they are as `_Request.options` writes them: the folder may come from elsewhere."""
    kinds = {"html": bool, "legacy": bool, "base_url": str, "template": str, "config": str}
    return options.keys() == kinds.keys() and all(
        isinstance(options[key], kind) or (options[key] is None and key in ("template", "config"))
        for key, kind in kinds.items()
    )


def _archives(
    request: _Request,
    found: Sequence[PackageFile],
    before: cache.State,
    problems: ProblemList,
    *,
    verify: bool,
) -> list[tuple[PackageFile, ScannedPackage]]:
    """Every archive, read only where it is not known."""
    folder = request.folder
    known = before.archives()
    if request.html:
        known = {item: archive for item, archive in known.items() if archive.facts is not None}
    unknown = [item for item in found if verify or item not in known]
    read = {}
    if unknown:
        from extery.repository.parallel_scan import scan_packages

        read = {
            archive.name: archive
            for archive in scan_packages(folder, unknown, with_metadata=request.html)
        }
    if verify:
        for item in found:
            before_hash, hash_now = (
                known[item].sha256 if item in known else "",
                read[item.name].sha256,
            )
            # One that is refused now has no hash, and a problem that says why.
            if before_hash and hash_now and before_hash != hash_now:
                problems.add(
                    "generate.content-changed",
                    f"{item.name} has other bytes, but the same size and time as before",
                    hint="find out who changed it: a damaged disk or copy shows like this",
                    where=Where(str(folder / item.name)),
                )
    return [(item, read.get(item.name) or known[item]) for item in found]


def _make(
    request: _Request,
    config: Config,
    archives: Sequence[tuple[PackageFile, ScannedPackage]],
    problems: ProblemList,
    before: cache.State,
    moment: tuple[str, int],
) -> Generated:
    """Decide what is to be there, write what is not, and remember it."""
    from extery.repository.index import sorted_entries, plan_listings

    folder = request.folder
    legacy = _legacy(request, config, problems)
    for _, archive in archives:
        # An add-on of old is no bad package where it has a listing of its own.
        if not (legacy and archive.name in legacy.taken and _is_legacy(archive)):
            problems.extend(in_folder(problem, folder) for problem in archive.problems)
    listed = sorted_entries(archive for _, archive in archives)
    inputs, now = moment
    summary = cache.Summary(
        count=len(listed), outputs=before.summary.outputs, options=request.options()
    )
    prepared = cache.Prepared(archives)
    plans = plan_listings(listed, config, problems, folder=folder)
    if request.strict and problems.errors:
        cache.save(folder, summary, now, prepared)  # what was read need not be read again
        raise InvalidInput(*problems)
    make_page = _page(request, plans[0], archives, config, problems)
    known = before.summary.outputs
    if config.changes or any(plan.folder for plan in plans):
        ids = {item.id for item in listed}
        new = ownership.claim_names(folder, plans, known, ids, with_changes=config.changes)
        outputs = ownership.planned_outputs(folder, plans, known, new)
        if outputs != known:
            summary.outputs = outputs
            cache.save(folder, summary, now, prepared)
    _clean(folder, {plan.folder for plan in plans} | _folders_of(known))
    page = BackgroundResult(make_page, pays=request.html and len(plans[0].items) > _MANY)
    try:
        names, written = _write(
            request, config, plans, page.result, legacy, meanwhile=lambda: prepared.sizes_and_crc
        )
    finally:
        page.stop()
    ownership.remove_outdated(folder, known, names)
    summary.inputs, summary.outputs = inputs, write.stat_outputs(folder, names)
    summary.problems = list(problems)
    summary.listings = [(plan.address, plan.audience) for plan in plans]
    cache.save(folder, summary, now, prepared)
    return Generated(folder, len(listed), problems, written, summary.listings, config.base_url)


def _write(
    request: _Request,
    config: Config,
    plans: Sequence[PlannedListing],
    page: Callable[[], bytes],
    legacy: Legacy | None,
    *,
    meanwhile: Callable[[], object],
) -> tuple[list[str], list[Path]]:
    """Write it all; the names of what is there now, and what of that is new."""
    from extery.listing.delta import HEAD
    from extery.listing.entries import dump_serialized

    folder = request.folder
    outputs: list[str] = []
    written: list[Path] = []
    for plan in plans:
        target = folder / plan.folder
        write.make_folder(target, root=folder)
        written += write.link_packages(target, plan.packages, source=folder)
        texts = (item.text for item in plan.items)
        data = dump_serialized(texts, config.blocklist, head=HEAD if config.changes else None)
        names = [*plan.packages, *write.LISTING_FILES]
        if config.changes:
            # Before the listing: a run that is killed between the two still has both to compare.
            written += write.write_changes(target / LISTING, data)
            names.append(write.CHANGES)
        written += write.write_listing(target / LISTING, data, meanwhile=meanwhile)
        del data  # a large one need not be there while the next one is made
        if not config.changes:
            ownership.remove_changes(target)
        outputs += [plan.place(name) for name in names]
    if request.html:
        written += [folder / PAGE] if write.put(folder / PAGE, page()) else []
        outputs.append(PAGE)
    if legacy:
        written += [folder / LEGACY] if write.put(folder / LEGACY, legacy.data) else []
        outputs.append(LEGACY)
    return outputs, written


def _is_legacy(archive: ScannedPackage) -> bool:
    return [problem.code for problem in archive.problems] == ["package.legacy"]


def _legacy(request: _Request, config: Config, problems: ProblemList) -> Legacy | None:
    """The listing of add-ons from before Blender 4.2, if one is wanted."""
    if not request.legacy:
        return None
    from extery.repository.legacy.listing import legacy_listing

    base_url = request.base_url or config.base_url
    if not base_url:
        raise InvalidInput.of(
            "generate.legacy-base-url-missing",
            "repo.json needs the address of the folder on the web",
            hint="give --baseurl, or write base_url in blender_repo.toml",
        )
    return legacy_listing(request.folder, base_url=base_url, name=config.title, problems=problems)


def _page(
    request: _Request,
    plan: PlannedListing,
    archives: Sequence[tuple[PackageFile, ScannedPackage]],
    config: Config,
    problems: ProblemList,
) -> Callable[[], bytes]:
    """What makes the page, if one is wanted; a bad template is an error before anything is written."""
    if not request.html:
        return bytes
    from extery.repository.page.html import page, read_template
    from extery.repository.page.cached_metadata import CachedMetadata

    text = read_template(request.template, problems)
    address = config.base_url and config.base_url + LISTING

    def make() -> bytes:
        filled = page(
            plan.items,
            config.blocklist,
            template=text,
            facts=CachedMetadata(plan.items, (archive for _, archive in archives)),
            title=config.title,
            repository=address,
        )
        return filled.encode("utf-8")

    return make


def _folders_of(outputs: Iterable[str]) -> set[str]:
    """The folders of listings, as names below the folder of packages; that folder itself is ``""``."""
    steps = (PurePosixPath(name) for name in outputs)
    own = {str(path.parent) for path in steps if not path.is_absolute() and ".." not in path.parts}
    return {"" if name == "." else name for name in own} | {""}


def _clean(folder: Path, listings: Iterable[str]) -> None:
    """Remove the temporary files of a killed run from the folders of listings and from our own."""
    write.remove_temporary_files(folder / cache.FOLDER, has_links=False)
    for name in listings:
        write.remove_temporary_files(folder / name, has_links=bool(name))
