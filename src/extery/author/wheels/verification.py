"""Whether a wheel is, byte for byte, the file of its name in a package index.

There is a verdict only where the index has answered: one that cannot be reached, or whose answer cannot be read, raises
`IndexUnavailable`. That a wheel is "not on the index" is never concluded from a missing answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple, Self, get_args

from extery.author.wheels.index import IndexFile, PackageIndex, Project
from extery.core.errors import NotFound, Unavailable
from extery.fetch import RetryPolicy, run_all
from extery.fetch.addresses import redact_url
from extery.fetch.deadline import Deadline

#: ``not_comparable``: the index has the file and states no SHA-256 of it that can be used.
Kind = Literal["identical", "other_bytes", "not_on_index", "not_comparable"]
#: Why a wheel is not on the index: it has no such project, or no such file; it has the bytes under another name; or the name is
#: none that an index can have.
Reason = Literal["", "project", "file", "renamed", "name"]

#: Limits for a server, where an upload waits for the answer: an index that does not answer is asked again by the next attempt.
VERIFICATION_POLICY = RetryPolicy(attempts=3, max_delay=5.0, connect=5.0, read=10.0, max_seconds=60)

#: Seconds for all questions of one call; each request has the limits of the fetcher.
MAX_SECONDS = 600.0
#: A page can have 40 MB.
_CONCURRENT = 4
_PROJECT = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,198}[a-z0-9])?")


class IndexUnavailable(Unavailable):
    """The index gave no answer, or none that can be understood: there is no verdict. The problems say why."""


class WheelVerdict(NamedTuple):
    """What an index says about a wheel.

    ``filename`` and ``sha256`` (64 lower-case hex digits) are those of the wheel, ``index_url`` is that of the index without
    credentials. ``index_sha256`` is that of the index's file if its bytes differ, ``index_filename`` the name under which the
    index has these bytes if it is another one. ``yanked``: its authors have withdrawn the file.
    """

    kind: Kind
    filename: str
    sha256: str
    index_url: str
    reason: Reason = ""
    index_sha256: str = ""
    index_filename: str = ""
    yanked: bool = False

    @property
    def is_final(self) -> bool:
        """Whether the index cannot change its mind: a file name is never used again for other bytes.

        What is not there can be published later; a file can still be withdrawn.
        """
        return self.kind in ("identical", "other_bytes")

    def is_about(self, filename: str, sha256: str, index_url: str) -> bool:
        """Return whether this is the verdict on a wheel: the same bytes under another name have another one."""
        return (self.filename, self.sha256, self.index_url) == (filename, sha256, index_url)

    def as_dict(self) -> dict[str, Any]:
        return self._asdict()

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the verdict of which ``data`` is `as_dict`; raises `ValueError` for other data."""
        known = {name: data[name] for name in cls._fields if name in data}
        if known.get("kind") not in get_args(Kind) or known.get("reason", "") not in get_args(
            Reason
        ):
            raise ValueError(f"not a verdict: {known.get('kind')!r}")
        return cls(**known)


def verify_wheel(filename: str, sha256: str, index: PackageIndex) -> WheelVerdict:
    """Compare a wheel with the file of the same name in the index.

    ``filename`` may be anything; only a valid name reaches a URL. Raises `IndexUnavailable`.
    """
    answer = verify_wheels([(filename, sha256)], index)[filename, sha256]
    if isinstance(answer, IndexUnavailable):
        raise answer
    return answer


#: The verdict on a wheel, or the error if the index gave none.
Answer = WheelVerdict | IndexUnavailable
#: A wheel by its file name and SHA-256.
Wheel = tuple[str, str]


def verify_wheels(wheels: Iterable[Wheel], index: PackageIndex) -> dict[Wheel, Answer]:
    """Return the answer about each wheel.

    The pages of projects are fetched in parallel, and dropped once they are compared. Once the index cannot be reached, or
    after `MAX_SECONDS`, it is not asked again.
    """
    by_project: dict[str, list[Wheel]] = {}
    for wheel in dict.fromkeys(wheels):
        by_project.setdefault(project_of_wheel(wheel[0]), []).append(wheel)
    address = redact_url(index.url)
    answers: dict[Wheel, Answer] = {}
    for filename, sha256 in by_project.pop("", []):
        verdict = WheelVerdict("not_on_index", filename, sha256, address, "name")
        answers[filename, sha256] = verdict
    lost: list[Unavailable] = []
    deadline = Deadline(MAX_SECONDS)

    def ask(name: str) -> None:
        if lost:
            raise lost[0]
        try:
            deadline.check(index.url)
            project = index.project(name)
        except Unavailable as error:
            lost.append(error)
            raise
        for wheel in by_project[name]:
            answers[wheel] = _compare(WheelVerdict("not_on_index", *wheel, address), project)
        index.forget(name)

    for name, error in run_all(by_project, ask, fetcher=index.fetcher, max_concurrent=_CONCURRENT):
        for wheel in by_project[name]:
            answers[wheel] = (
                WheelVerdict("not_on_index", *wheel, address, "project")
                if isinstance(error, NotFound)
                else IndexUnavailable(*error.problems)
            )
    return answers


def project_of_wheel(filename: str) -> str:
    """Return the normalized name of the project of a wheel; empty if the file name is not valid."""
    from packaging.utils import InvalidWheelFilename, parse_wheel_filename

    try:
        name = str(parse_wheel_filename(filename)[0])
    except (InvalidWheelFilename, ValueError):  # a number of thousands of digits
        return ""
    return name if _PROJECT.fullmatch(name) else ""


def _compare(verdict: WheelVerdict, project: Project) -> Answer:
    same_name = [file for file in project.files if file.filename == verdict.filename]
    same_bytes = [file for file in project.files if file.sha256 == verdict.sha256]
    if both := [file for file in same_name if file in same_bytes]:
        return verdict._replace(kind="identical", yanked=_is_yanked(both))
    if same_name:
        found = same_name[0]
        return verdict._replace(
            kind="other_bytes", index_sha256=found.sha256, yanked=_is_yanked(same_name)
        )
    if verdict.filename in project.unusable:
        return verdict._replace(kind="not_comparable")
    if same_bytes:
        found = same_bytes[0]
        return verdict._replace(
            reason="renamed", index_filename=found.filename, yanked=_is_yanked(same_bytes)
        )
    if not project.is_whole:
        return IndexUnavailable.of(
            "library.page", variant="not-whole", library=project.name, index=verdict.index_url
        )
    return verdict._replace(reason="file")


def _is_yanked(files: list[IndexFile]) -> bool:
    return any(file.yanked for file in files)
