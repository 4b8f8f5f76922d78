"""What ``extery wheels verify`` and ``extery sbom`` share: their options, what is remembered, and the rows of wheels."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from extery.cli.options import LocalPath
from extery.cli.package_index import find_index, open_index

if TYPE_CHECKING:
    from extery.author.wheels.checked_wheel import CheckedWheel, WheelRecord
    from extery.author.wheels.comparison import Records
    from extery.author.wheels.paths import PathWheels
    from extery.author.wheels.verification import WheelVerdict

#: The file of the cache with the wheels that were equal to those of an index.
_RECORDS = "wheels/compared.json"
OSV_URL = "https://osv-vulnerabilities.storage.googleapis.com/PyPI/all.zip"

osv_option = click.option(
    "--osv",
    metavar="FILE",
    type=LocalPath(),
    envvar="EXTERY_OSV",
    show_envvar=True,
    help="A dump of known vulnerabilities: the all.zip of PyPI from osv.dev, a folder of its files, or one of them.",
)

_VERDICTS = {
    "identical": "identical",
    "other_bytes": "other bytes",
    "not_on_index": "not on the index",
    "not_comparable": "no hash in the index",
}


def open_records() -> Records:
    """Return the wheels that were equal to those of an index, as `extery wheels check` remembers them."""
    from extery.author.wheels.comparison import Records
    from extery.core.cache_folder import cache_folder

    return Records(cache_folder() / _RECORDS)


def check_with_index(path: Path, *, index_url: str, osv: Path | None, offline: bool) -> PathWheels:
    """Check the wheels of a path with the index; offline only with what is remembered."""
    from extery.author.wheels.paths import check_path_wheels

    records = open_records()
    if offline:
        return check_path_wheels(path, osv=osv, known=_Known(records, find_index(index_url)))
    with open_index(index_url) as index:
        found = check_path_wheels(path, index=index, osv=osv, known=_Known(records, index.url))
        for wheel in found.report.wheels:
            if wheel.verdict and wheel.verdict.kind == "identical" and not wheel.verdict.yanked:
                records.add(wheel.sha256, wheel.filename, index.url)
        records.save()
    return found


class _Known:
    """Returns remembered verdicts; the wheels are read again, which takes no time."""

    def __init__(self, records: Records, index_url: str) -> None:
        self._records = records
        self._index_url = index_url

    def __call__(self, sha256: str) -> WheelRecord | None:
        from extery.author.wheels.checked_wheel import WheelRecord
        from extery.author.wheels.verification import WheelVerdict
        from extery.fetch.addresses import redact_url

        filename = self._records.filename_of(sha256, self._index_url)
        if not filename:
            return None
        verdict = WheelVerdict("identical", filename, sha256, redact_url(self._index_url))
        return WheelRecord(sha256, None, verdict)


HEADING = ("library", "version", "index", "licence", "vulnerabilities", "tags")


def wheel_rows(found: PathWheels) -> Iterator[list[str]]:
    """Yield the row of each wheel."""
    for wheel in found.report.wheels:
        yield [
            wheel.library,
            wheel.version,
            verdict_text(wheel.verdict),
            licence_text(wheel),
            _vulnerabilities_text(wheel) if found.report.dump else "not looked up",
            _tags(wheel),
        ]


def _tags(wheel: CheckedWheel) -> str:
    """Return what distinguishes the wheels of a version: the rest of the file name, or the path of another file."""
    from extery.core.wheel_names import WheelName

    try:
        name = WheelName.parse(wheel.filename)
    except ValueError:
        return wheel.path
    build = f"{name.build}-" if name.build else ""
    return f"{build}{name.python_tag}-{name.abi_tag}-{name.platform_tag}"


def verdict_text(verdict: WheelVerdict | None) -> str:
    """Return a verdict in words."""
    if verdict is None:
        return "not compared"
    text = "renamed" if verdict.reason == "renamed" else _VERDICTS[verdict.kind]
    return f"{text}, withdrawn" if verdict.yanked else text


def licence_text(wheel: CheckedWheel) -> str:
    """Return the licence that a wheel states."""
    facts = wheel.facts
    if facts.error:
        return "unreadable"
    return facts.license or ", ".join(facts.license_names) or "not stated"


def _vulnerabilities_text(wheel: CheckedWheel) -> str:
    if not wheel.vulnerabilities:
        return "none known"
    first, number = wheel.vulnerabilities[0], len(wheel.vulnerabilities)
    level = "malware" if first.is_malware else first.level
    return f"{number} ({level})" if number == 1 else f"{number} (up to {level})"
