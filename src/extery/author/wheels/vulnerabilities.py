"""Known vulnerabilities of libraries, from a dump of OSV: the zip of an ecosystem, a folder or a file of entries.

The dump is read once into an index on disk (`extery.author.wheels.osv_index`); a question reads the entries of one project.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Self

from packaging.version import Version

from extery.author.wheels.osv_entries import Advisory, parse
from extery.author.wheels.severity import LEVELS, Level, highest

#: Databases in the order in which their ids name a vulnerability that several of them have.
_PREFERRED = ("MAL-", "PYSEC-", "GHSA-", "CVE-")


class Vulnerability(NamedTuple):
    """A known vulnerability of a version of a library, or malware in it.

    ``library`` is the normalized name. ``id`` is that of one database, ``aliases`` are those of the others (``CVE-…``), sorted. ``fixed_in`` is the first later
    version without it, empty if none is known.
    """

    library: str
    version: str
    id: str
    aliases: tuple[str, ...] = ()
    summary: str = ""
    level: Level = "unknown"
    fixed_in: str = ""

    @property
    def is_malware(self) -> bool:
        return self.id.startswith("MAL-")

    @property
    def url(self) -> str:
        """The page of OSV about it."""
        from urllib.parse import quote

        return f"https://osv.dev/vulnerability/{quote(self.id, safe='')}"

    def is_at_least(self, level: str) -> bool:
        """Return whether it is as severe as ``level``; one of unknown severity counts as severe."""
        return self.level == "unknown" or LEVELS.index(self.level) >= LEVELS.index(level)

    def as_dict(self) -> dict[str, Any]:
        return {**self._asdict(), "aliases": list(self.aliases)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        known = {name: data[name] for name in cls._fields if name in data}
        return cls(**{**known, "aliases": tuple(known.get("aliases", ()))})


def find_vulnerabilities(
    advisories: Iterable[Advisory], library: str, version: str
) -> list[Vulnerability]:
    """Return the vulnerabilities of a version, each once, the most severe first.

    Databases describe the same vulnerability in entries of their own; entries that name each other are one. A version that is
    none by PEP 440 has all that are known of the library.
    """
    parsed = parse(version)
    matching = [one for one in advisories if parsed is None or one.affects(parsed)]
    found = [
        _merged(group, parsed)._replace(library=library, version=version)
        for group in _grouped(matching)
    ]
    return sorted(found, key=lambda one: (-LEVELS.index(one.level), one.id))


def _grouped(advisories: Sequence[Advisory]) -> list[list[Advisory]]:
    """Return the advisories in groups that share an id or an alias."""
    group_of: dict[str, list[Advisory]] = {}
    for advisory in sorted(advisories, key=lambda one: one.id):
        group = [advisory]
        names = {advisory.id, *advisory.aliases}
        for other in {
            id(group_of[name]): group_of[name] for name in names if name in group_of
        }.values():
            group += other
        for one in group:
            group_of |= dict.fromkeys((one.id, *one.aliases), group)
    unique = {id(group): group for group in group_of.values()}
    return list(unique.values())


def _merged(group: Sequence[Advisory], version: Version | None) -> Vulnerability:
    ordered = sorted(group, key=lambda one: (_rank(one.id), one.id))
    names = {name for one in ordered for name in (one.id, *one.aliases)}
    fixes = [fix for one in ordered if version and (fix := one.fixed_after(version)) is not None]
    return Vulnerability(
        "",
        "",
        ordered[0].id,
        tuple(sorted(names - {ordered[0].id})),
        next(
            filter(None, (*(one.summary for one in ordered), *(one.details for one in ordered))), ""
        ),
        highest(one.level for one in ordered),
        # Of databases that disagree, the later fix is the safe one.
        str(max(fixes)) if fixes else "",
    )


def _rank(id_: str) -> int:
    return next((n for n, prefix in enumerate(_PREFERRED) if id_.startswith(prefix)), 9)
