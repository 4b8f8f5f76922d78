"""The problems of checked wheels: what an index and a dump of vulnerabilities say, as findings with a place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from extery.core.errors import ProblemList, Where
from extery.core.wheel_names import requirement_of

if TYPE_CHECKING:
    from extery.author.wheels.checked_wheel import CheckedWheel
    from extery.author.wheels.verification import WheelVerdict
    from extery.author.wheels.vulnerabilities import Vulnerability


def find_problems(package: str, wheels: Iterable[CheckedWheel]) -> ProblemList:
    """Return the problems of the wheels of a package; ``package`` is its file name, empty for a folder.

    A vulnerability is one problem for each version of a library, however many wheels there are of it.
    """
    problems = ProblemList()
    seen: set[tuple[str, str, str]] = set()
    for wheel in wheels:
        where = Where(package, (wheel.path,)) if package else Where(wheel.path)
        if wheel.verdict is not None:
            add_verdict(wheel.verdict, wheel.path, where, problems)
        for one in wheel.vulnerabilities:
            key = (one.library, one.version, one.id)
            if key not in seen:
                seen.add(key)
                _add_vulnerability(one, wheel, where, problems)
    return problems


def add_verdict(verdict: WheelVerdict, file: str, where: Where, problems: ProblemList) -> None:
    """Add what a verdict finds wrong; ``file`` is the path of the wheel for the message."""
    requirement = requirement_of(verdict.filename)
    library = requirement.partition("==")[0]
    if verdict.kind == "other_bytes":
        problems.add(
            "library.changed",
            where=where,
            file=file,
            index=verdict.index_url,
            sha256=verdict.sha256,
            requirement=requirement,
        )
    elif verdict.kind != "identical":
        problems.add(
            "library.unverified",
            where=where,
            variant="no-hash" if verdict.kind == "not_comparable" else verdict.reason,
            file=file,
            index=verdict.index_url,
            library=library,
            other=verdict.index_filename,
        )
    if verdict.yanked:
        problems.add("library.withdrawn", where=where, file=file, library=library)


def _add_vulnerability(
    one: Vulnerability, wheel: CheckedWheel, where: Where, problems: ProblemList
) -> None:
    if one.is_malware:
        problems.add(
            "library.malware",
            where=where,
            file=wheel.path,
            library=one.library,
            version=one.version,
            id=one.id,
            url=one.url,
        )
        return
    others = [name for name in one.aliases if name.startswith("CVE-")]
    problems.add(
        "library.vulnerable",
        where=where,
        variant="" if one.fixed_in else "no-fix",
        library=one.library,
        version=one.version,
        ids=", ".join([one.id, *others]),
        level=one.level,
        summary=one.summary or "no summary",
        fixed=one.fixed_in,
        url=one.url,
    )
