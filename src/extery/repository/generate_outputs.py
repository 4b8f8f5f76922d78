"""The outputs of `generate`: plan the listings, write them with page and legacy listing, save the state."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from extery.core.errors import InvalidInput, ProblemList, Where
from extery.listing import LISTING_FILENAME, all_versions
from extery.listing.complete import COMPLETE_FOLDER
from extery.listing.delta import CHANGES_FILENAME, LISTING_FIELDS
from extery.listing.entries import dump_serialized
from extery.listing.serialized import SerializedEntry
from extery.repository import cache, ownership, write
from extery.repository.archive_urls import archive_url_of, with_archive_urls
from extery.repository.child_process import BackgroundResult
from extery.repository.companions import stale_companions
from extery.repository.config.repository_config import RepositoryConfig
from extery.repository.generate_options import GenerateOptions
from extery.repository.generate_result import GenerateResult
from extery.repository.index import PlannedListing, file_of, plan_listings, sorted_entries
from extery.repository.listing_changes import (
    ListingChanges,
    PackageCounts,
    compare_listing,
    count_packages,
)
from extery.repository.scan import ScannedPackage, in_folder
from extery.repository.temporary_files import listing_folders, remove_interrupted_writes
from extery.repository.write import LEGACY_LISTING, PAGE_FILENAME

if TYPE_CHECKING:
    from extery.repository.legacy.repo_json import LegacyListing

#: A page of fewer entries takes less time than starting a process.
_MIN_BACKGROUND_ENTRIES = 500


class OutputWriter:
    """Writes the files of a repository from its packages."""

    def __init__(
        self,
        options: GenerateOptions,
        config: RepositoryConfig,
        packages: cache.Packages,
        problems: ProblemList,
        *,
        tags: str = "",
        was_interrupted: bool = False,
    ) -> None:
        self.options = options
        self.folder = options.folder
        self.config = config
        self.packages = packages
        self.problems = problems
        self.tags = tags
        #: Whether the last run was killed, perhaps between a listing and its companions.
        self.was_interrupted = was_interrupted

    def run(self, last: cache.Summary, *, inputs: str, started_at: int) -> GenerateResult:
        """Write the files that differ from those of the ``last`` run, then the state."""
        folder, config, problems = self.folder, self.config, self.problems
        legacy = self._legacy_listing()
        for _, package in self.packages:
            # An add-on in the legacy listing is not an invalid package.
            if not (legacy and package.name in legacy.files and _is_legacy(package)):
                problems.extend(in_folder(problem, folder) for problem in package.problems)
        entries = sorted_entries(package for _, package in self.packages)
        summary = cache.Summary(
            count=len(entries),
            outputs=last.outputs,
            options=self.options.as_dict(),
            tags=self.tags,
        )
        summary.refusals = {p.name: p.refusals for _, p in self.packages if p.refusals}
        blocks = cache.PackageBlocks(self.packages)
        plans = plan_listings(entries, config, problems, folder=folder)
        summary.counts = _counts(plans, entries)
        if config.archive_url:
            plans = [with_archive_urls(plan, config.archive_url) for plan in plans]
        if self.options.strict and problems.errors:
            # Saved, so that the next run need not read the packages.
            cache.save(folder, summary, started_at, blocks)
            raise InvalidInput(*problems)
        ownership.check_page(folder, is_requested=self.options.html, force=self.options.force)
        if legacy:
            ownership.check_legacy_listing(folder, force=self.options.force)
        render_page = self._page_renderer(plans)
        if config.changes or any(plan.folder for plan in plans):
            outputs = self._claim_outputs(plans, entries, last)
            if outputs != last.outputs:
                summary.outputs = outputs
                cache.save(folder, summary, started_at, blocks)
        remove_interrupted_writes(
            folder, {plan.folder for plan in plans} | listing_folders(last.outputs)
        )
        names, written, changes = self._write_and_compare(
            plans, entries, blocks, render_page, legacy
        )
        ownership.remove_outdated(folder, last.outputs, names)
        summary.inputs, summary.outputs = inputs, write.stat_outputs(folder, names)
        summary.problems = [problem for problem in problems if problem.code not in _NEWS]
        summary.listings = [(plan.address, plan.audience) for plan in plans if not plan.has_older]
        cache.save(folder, summary, started_at, blocks)
        return GenerateResult(
            folder,
            len(entries),
            problems,
            written,
            summary.listings,
            config.base_url,
            PackageCounts(*summary.counts),
            changes,
            summary.refusals,
        )

    def _write_and_compare(
        self,
        plans: Sequence[PlannedListing],
        entries: Sequence[SerializedEntry],
        blocks: cache.PackageBlocks,
        render_page: Callable[[], bytes],
        legacy: LegacyListing | None,
    ) -> tuple[list[str], list[Path], dict[str, ListingChanges]]:
        """Write all files; return what `_write` does, and the changes of each listing by its address."""
        is_large = self.options.html and len(plans[0].items) > _MIN_BACKGROUND_ENTRIES
        page = BackgroundResult(render_page, pays=is_large)
        old = self._read_listings(plans)  # before they are replaced
        changes: dict[str, ListingChanges] = {}

        def compare_and_pack() -> None:
            """Do, while the first listing is compressed, what does not need it."""
            if not changes:
                changes.update(self._changes(plans, entries, old))
                _ = blocks.sizes_and_crc  # computed here, used by the state

        try:
            names, written = self._write(plans, page.result, legacy, meanwhile=compare_and_pack)
        finally:
            page.stop()
        return names, written, changes

    def _claim_outputs(
        self,
        plans: Sequence[PlannedListing],
        entries: Sequence[SerializedEntry],
        last: cache.Summary,
    ) -> Mapping[str, Sequence[int]]:
        """Return the outputs that this run will own, with those of the last run."""
        ids = {item.id for item in entries}
        new = ownership.claim_names(
            self.folder, plans, last.outputs, ids, with_changes=self.config.changes
        )
        return ownership.planned_outputs(self.folder, plans, last.outputs, new)

    def _read_listings(self, plans: Sequence[PlannedListing]) -> dict[str, bytes]:
        """Return the present listings by their addresses, and warn of those that another program edited."""
        listings = {p.address: write.read_or_empty(self.folder / p.address) for p in plans}
        for plan in plans if not self.was_interrupted else ():
            self._check_companions(self.folder / plan.address, listings[plan.address])
        return listings

    def _changes(
        self,
        plans: Sequence[PlannedListing],
        entries: Sequence[SerializedEntry],
        listings: Mapping[str, bytes],
    ) -> dict[str, ListingChanges]:
        """Return the changes of each listing by its address, and warn of versions with other bytes.

        ``listings`` are those before this run, by address.
        """
        available = {item.id for item in entries}
        refused = {package.name for _, package in self.packages if package.serialized is None}
        changes = {
            plan.address: compare_listing(
                listings[plan.address],
                plan.items,
                available=available,
                refused=refused,
            )
            for plan in plans
            if not plan.has_older
        }
        replaced = {package for listing in changes.values() for package in listing.replaced}
        for package in sorted(replaced):
            self.problems.add(
                "generate.package-replaced",
                where=Where(str(self.folder / LISTING_FILENAME)),
                **package._asdict(),
            )
        return changes

    def _check_companions(self, path: Path, listing: bytes) -> None:
        """Warn if another program has edited the listing at ``path``, which is about to be replaced."""
        if listing and (names := stale_companions(path.parent, listing)):
            self.problems.add(
                "generate.listing-edited", where=Where(str(path)), names=", ".join(names)
            )

    def _write(
        self,
        plans: Sequence[PlannedListing],
        page: Callable[[], bytes],
        legacy: LegacyListing | None,
        *,
        meanwhile: Callable[[], object],
    ) -> tuple[list[str], list[Path]]:
        """Write all files; return the names of all outputs, and the paths of those that changed."""
        outputs: list[str] = []
        written: list[Path] = []
        for plan in plans:
            written += self._write_listing(plan, meanwhile=meanwhile)
            names = [*plan.packages, *write.LISTING_FILES]
            names += [CHANGES_FILENAME] if self.config.changes else []
            outputs += [plan.path_of(name) for name in names]
        if self.options.html:
            written += self._write_file(PAGE_FILENAME, page())
            outputs.append(PAGE_FILENAME)
        if legacy:
            written += self._write_file(LEGACY_LISTING, legacy.data)
            outputs.append(LEGACY_LISTING)
        return outputs, written

    def _write_file(self, name: str, data: bytes) -> list[Path]:
        path = self.folder / name
        return [path] if write.write_if_changed(path, data) else []

    def _write_listing(
        self, plan: PlannedListing, *, meanwhile: Callable[[], object]
    ) -> list[Path]:
        """Write the files of a listing; return those that changed."""
        has_changes = self.config.changes
        target = self.folder / plan.folder
        write.make_folder(target, root=self.folder)
        written = write.link_packages(target, plan.packages, source=self.folder)
        head = LISTING_FIELDS if has_changes else {}
        if plan.all_versions:
            head = {**head, all_versions.FIELD: plan.all_versions}
        data = dump_serialized(
            (item.text for item in plan.items),
            self.config.blocklist,
            head=head,
            assetlib_auth_method=self.options.assetlib_auth_method
            or self.config.assetlib_auth_method,
        )
        if has_changes:
            # Before the listing: a run that is killed between the two still has both to compare.
            written += write.write_changes(target / LISTING_FILENAME, data)
        written += write.write_listing(target / LISTING_FILENAME, data, meanwhile=meanwhile)
        if not has_changes:
            ownership.remove_changes(target)
        return written

    def _legacy_listing(self) -> LegacyListing | None:
        """Return the listing of add-ons from before Blender 4.2, if it was requested."""
        if not self.options.legacy:
            return None
        from extery.repository.legacy.repo_json import legacy_listing

        base_url = self.options.base_url or self.config.base_url
        if not base_url:
            raise InvalidInput.of("generate.legacy-base-url-missing")
        return legacy_listing(
            self.folder, base_url=base_url, name=self.config.title, problems=self.problems
        )

    def _url_of(self, item: SerializedEntry) -> str:
        """Return the archive URL of a package in the listing."""
        template = self.config.archive_url
        return archive_url_of(item, template) if template else item.url

    def _page_renderer(self, plans: Sequence[PlannedListing]) -> Callable[[], bytes]:
        """Return a function that renders the page; raises `InvalidInput` for an invalid template."""
        if not self.options.html:
            return bytes
        from extery.repository.page.cached_metadata import CachedMetadata
        from extery.repository.page.complete_section import CompleteListing
        from extery.repository.page.html import read_template, render_page

        template = read_template(self.options.template, self.problems)
        base_url = self.config.base_url
        if self.config.archive_url and not base_url:
            where = Where(self.config.file, ("archive_url",))
            self.problems.add("generate.page-without-repository", where=where)
        url = base_url and base_url + LISTING_FILENAME
        complete = [item for plan in plans if plan.folder == COMPLETE_FOLDER for item in plan.items]
        items = plans[0].items

        def render() -> bytes:
            text = render_page(
                items,
                self.config.blocklist,
                template=template,
                metadata=CachedMetadata(
                    items, (package for _, package in self.packages), url_of=self._url_of
                ),
                title=self.config.title,
                repository=url,
                complete=CompleteListing(complete, base_url),
            )
            return ownership.with_generator(text.encode("utf-8"))

        return render


#: Problems that are news of one run only.
_NEWS = ("generate.package-replaced", "generate.listing-edited")


def _counts(
    plans: Sequence[PlannedListing], entries: Sequence[SerializedEntry]
) -> tuple[int, int, int]:
    """Return the numbers of `PackageCounts`."""
    if plans[0].items == entries:
        return len(entries), 0, 0
    listed = {
        file_of(item).rpartition("/")[2]
        for plan in plans
        if not plan.has_older
        for item in plan.items
    }
    counts = count_packages(entries, listed)
    return counts.listed, counts.older, counts.hidden


def _is_legacy(package: ScannedPackage) -> bool:
    return [problem.code for problem in package.problems] == ["package.legacy"]
