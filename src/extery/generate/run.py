"""Make a folder of packages a repository: decide what its files hold, then write them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from extery.core.errors import InvalidInput, ProblemList, Unavailable, Where
from extery.core.files import replacing
from extery.core.listing import Entry, dump, listing
from extery.generate.config import read_config
from extery.generate.index import check_entries, entries_of
from extery.generate.page import page, read_template
from extery.generate.scan import find_archives, read_archive

LISTING = "index.json"
PAGE = "index.html"


@dataclass(frozen=True)
class Generated:
    """What was made. ``written`` are the files that changed; ``problems`` has bad archives too."""

    entries: Sequence[Entry]
    problems: ProblemList
    written: Sequence[Path]


def generate(
    folder: Path,
    *,
    html: bool = False,
    template: Path | None = None,
    config: Path | None = None,
    strict: bool = False,
) -> Generated:
    """List the packages in ``folder`` in its ``index.json``; with ``html`` also in ``index.html``.

    ``template`` is a page of one's own, ``config`` a file in place of ``blender_repo.toml``.
    Bad archives are problems of the result and left out; with ``strict`` they raise
    `InvalidInput`, as do a wrong configuration and template always, and nothing is written.
    """
    problems = ProblemList()
    paths = find_archives(folder, problems)
    settings = read_config(folder, config, problems)
    text = read_template(template, problems) if html else ""
    archives = [read_archive(path) for path in paths]
    for archive in archives:
        problems.extend(archive.problems)
    entries = entries_of(archives)
    check_entries(entries, settings, problems, folder=folder)
    if strict and problems.errors:
        raise InvalidInput(*problems)
    # The listing first: a link on the page leads nowhere before its entry is listed.
    files = {folder / LISTING: dump(listing(entries, settings.blocklist))}
    if html:
        files[folder / PAGE] = page(entries, settings.blocklist, template=text).encode("utf-8")
    return Generated(entries, problems, [path for path, data in files.items() if _put(path, data)])


def _put(path: Path, data: bytes) -> bool:
    """Write ``data`` in one step, unless it is there already: then caches may keep theirs."""
    try:
        if path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data:
            return False
        with replacing(path) as file:
            file.write(data)
    except OSError as error:
        raise Unavailable.of(
            "generate.unwritable",
            f"{path} cannot be written: {error.strerror or os.strerror(error.errno or 0)}",
            hint="check that you may write there, and that the disk has room",
            where=Where(str(path)),
        ) from error
    return True
