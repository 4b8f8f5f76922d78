"""What is known about all wheels of a package: contents, the verdicts of an index, and known vulnerabilities.

`check_wheels` is what ``extery wheels verify`` runs. Everything that it returns is data. It has two halves: `read_wheels` opens
untrusted files and uses no network, `look_up` uses the network and opens none. For servers that open files in a process of
their own, the first half has parts: those of
`extery.author.wheels.reading` open them, `report_of` puts together what they return.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Self

from extery.author.wheels.checked_wheel import CheckedWheel, Known, WheelRecord
from extery.author.wheels.contents import BundledFile, Reader, WheelFacts, wheels_in
from extery.author.wheels.findings import find_problems
from extery.author.wheels.index import MAX_PROJECTS, PackageIndex
from extery.author.wheels.osv_index import DumpVersion, VulnerabilityDatabase, open_database
from extery.author.wheels.reading import HashedWheel, hashed_files
from extery.author.wheels.verification import (
    IndexUnavailable,
    project_of_wheel,
    verify_wheels,
)
from extery.core.cache_folder import cache_folder
from extery.core.errors import ExteryError, InvalidPackage, Problem, ProblemList, Where
from extery.fetch.addresses import redact_url
from extery.package import open_package

#: Incremented when the same wheels, index and dump give another report.
REVISION = 1


class WheelsReport(NamedTuple):
    """All wheels of a package, in the order of their paths.

    ``index_url`` is that of the index that was asked, without credentials, empty if none was; ``dump`` the version of the dump
    of vulnerabilities, ``None`` without one. ``unavailable`` says why verdicts or vulnerabilities are missing: the check has to
    be repeated, and what it has found so far is in the report.
    """

    package: str
    wheels: tuple[CheckedWheel, ...] = ()
    index_url: str = ""
    dump: DumpVersion | None = None
    unavailable: tuple[Problem, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether every question was answered; if not, a wheel without a finding is not known to be good."""
        return not self.unavailable

    @property
    def new_records(self) -> list[WheelRecord]:
        """What was found out now and is to be remembered, each wheel once."""
        return list({one.sha256: one.record for one in self.wheels if one.is_new}.values())

    @property
    def problems(self) -> ProblemList:
        """The findings. That a wheel cannot be read is a finding of the rules (``wheel.unreadable``), and not among these."""
        return find_problems(self.package, self.wheels)

    def without(self, ids: Collection[str]) -> Self:
        """Return the report without the vulnerabilities of these ids, each that of any database."""

        def rest(wheel: CheckedWheel) -> CheckedWheel:
            kept = [one for one in wheel.vulnerabilities if not {one.id, *one.aliases} & set(ids)]
            return wheel._replace(vulnerabilities=tuple(kept))

        return self._replace(wheels=tuple(map(rest, self.wheels)))

    def as_dict(self) -> dict[str, Any]:
        return {
            "package": self.package,
            "wheels": [wheel.as_dict() for wheel in self.wheels],
            "index_url": self.index_url,
            "dump": self.dump.as_dict() if self.dump else None,
            "unavailable": [problem.as_dict() for problem in self.unavailable],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            data["package"],
            tuple(map(CheckedWheel.from_dict, data["wheels"])),
            data["index_url"],
            DumpVersion(**data["dump"]) if data["dump"] else None,
            tuple(map(Problem.from_dict, data["unavailable"])),
        )


def check_wheels(
    package_file: BinaryIO,
    *,
    index: PackageIndex | None,
    osv: Path | None = None,
    known: Known = lambda _sha256: None,
    name: str = "",
    cache: Path | None = None,
    checkpoint: Callable[[], None] = lambda: None,
) -> WheelsReport:
    """Read all wheels of a package, compare them with ``index`` and look up their vulnerabilities in the dump ``osv``.

    Does what `read_wheels` and `look_up` do, and has their arguments and errors. A report that is not complete says so.
    """
    report = read_wheels(package_file, known=known, name=name, checkpoint=checkpoint)
    return look_up(report, index=index, osv=osv, cache=cache)


def read_wheels(
    package_file: BinaryIO,
    *,
    known: Known = lambda _sha256: None,
    name: str = "",
    checkpoint: Callable[[], None] = lambda: None,
) -> WheelsReport:
    """Read all wheels of a package. Uses no network, so it can run in a process that has none.

    Of a wheel that is ``known`` only the hash is computed. ``name`` is that of the package for messages. ``checkpoint`` is called
    for each megabyte, and may raise to stop. Raises `InvalidPackage` if the package cannot be opened, or has too many wheels.
    """
    with open_package(package_file, name=name) as package:
        return read_files(package.name, wheels_in(package, checkpoint=checkpoint), known=known)


def read_files(
    name: str, files: Iterable[BundledFile], *, known: Known = lambda _sha256: None
) -> WheelsReport:
    """Do what `read_wheels` does, for the wheels of an open package or a folder."""
    hashed, records = [], {}
    facts: dict[str, WheelFacts] = {}
    reader = Reader()
    for file, wheel in hashed_files(name, files):
        hashed.append(wheel)
        if wheel.sha256 not in records:
            record = records[wheel.sha256] = known(wheel.sha256)
            if record is None or record.facts is None:
                facts[wheel.sha256] = reader.read(file)
    return report_of(name, hashed, records, facts)


def report_of(
    name: str,
    hashed: Iterable[HashedWheel],
    records: Mapping[str, WheelRecord | None],
    facts: Mapping[str, WheelFacts],
) -> WheelsReport:
    """Return the report of wheels whose facts are remembered in ``records`` or were read now, both by SHA-256."""
    wheels = []
    for path, size, sha256 in hashed:
        record = records.get(sha256) or WheelRecord(sha256, None, None)
        is_new = record.facts is None
        wheel = CheckedWheel(path, size, sha256, record.facts or facts[sha256], is_new=is_new)
        verdict = record.verdict
        if verdict and (verdict.filename, verdict.sha256) != (wheel.filename, sha256):
            verdict = None  # the same bytes under another name have another verdict
        wheels.append(wheel._replace(verdict=verdict))
    return WheelsReport(name, tuple(wheels))


def look_up(
    report: WheelsReport,
    *,
    index: PackageIndex | None,
    osv: Path | None = None,
    cache: Path | None = None,
) -> WheelsReport:
    """Return the report with the verdicts of ``index`` and the vulnerabilities of the dump ``osv``. Opens no wheel.

    A remembered verdict is used if it is about the same file name and index. Without ``index`` there are no others. ``cache`` is
    the folder for the index of the dump, by default that of the user. An index or a dump that cannot be used is in the report.
    Raises `InvalidPackage` if the wheels are of too many libraries.
    """
    wheels = list(report.wheels)
    unavailable: list[Problem] = []
    if index is not None:
        report = report._replace(index_url=redact_url(index.url))
        wheels = _with_verdicts(report.package, wheels, index, unavailable)
    if osv is not None and wheels:
        try:
            with open_database(osv, cache or cache_folder() / "wheels") as database:
                wheels = [_with_vulnerabilities(wheel, database) for wheel in wheels]
                report = report._replace(dump=database.version)
        except ExteryError as error:
            unavailable += error.problems
    return report._replace(wheels=tuple(wheels), unavailable=tuple(dict.fromkeys(unavailable)))


def _with_verdicts(
    name: str, wheels: Sequence[CheckedWheel], index: PackageIndex, unavailable: list[Problem]
) -> list[CheckedWheel]:
    """Return the wheels with the verdicts of the index; those that are remembered are not asked for."""
    address = redact_url(index.url)
    open_ = {
        (wheel.filename, wheel.sha256)
        for wheel in wheels
        if wheel.verdict is None
        or not wheel.verdict.is_about(wheel.filename, wheel.sha256, address)
    }
    if len({project_of_wheel(filename) for filename, _ in open_}) > MAX_PROJECTS:
        raise InvalidPackage.of("library.too-many", where=Where(name), limit=MAX_PROJECTS)
    answers = verify_wheels(sorted(open_), index)
    found = []
    for wheel in wheels:
        answer = answers.get((wheel.filename, wheel.sha256))
        if isinstance(answer, IndexUnavailable):
            unavailable += answer.problems
            wheel = wheel._replace(verdict=None)
        elif answer is not None:
            wheel = wheel._replace(verdict=answer, is_new=True)
        found.append(wheel)
    return found


def _with_vulnerabilities(wheel: CheckedWheel, database: VulnerabilityDatabase) -> CheckedWheel:
    """Return the wheel with the vulnerabilities of the library that its name states, and of the one that it contains.

    A file that is known as malware is found under every name.
    """
    from packaging.utils import canonicalize_name

    names = {(canonicalize_name(wheel.library), wheel.version)}
    if wheel.facts.name:
        names.add((canonicalize_name(wheel.facts.name), wheel.facts.version))
    found = [one for library, version in sorted(names) for one in database.find(library, version)]
    known = {one.id for one in found}
    found += [one for one in database.find_file(wheel.sha256, wheel.version) if one.id not in known]
    return wheel._replace(vulnerabilities=tuple(dict.fromkeys(found)))
