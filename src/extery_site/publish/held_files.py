"""Files for which a version waits: its packages are published together, or not at all."""

from __future__ import annotations

from extery.core.errors import Problem, Where
from extery_site.catalog.models import Version
from extery_site.publish.models import PackageUpload

_State = PackageUpload.State


def problems_of(upload: PackageUpload) -> list[Problem]:
    """Return the problems of a file."""
    return [Problem.from_dict(stored) for stored in upload.problems]


def holding(version: Version) -> list[PackageUpload]:
    """Return the files for which a version waits."""
    return [row for row in version.uploads.all() if row.holds_version]


def held_problems(version: Version) -> list[Problem]:
    """Return a problem for each file for which a version waits: it is published with all of them, or not at all."""
    return [
        Problem.of(
            "submit.file-held",
            where=Where(path=("file",)),
            variant="" if row.state == _State.REFUSED else "unfinished",
            name=row.name,
        )
        for row in holding(version)
    ]
