"""A wheel of a package with all that is known about it, and what there is to remember, as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Self

from extery.author.wheels.contents import WheelFacts
from extery.author.wheels.verification import WheelVerdict
from extery.author.wheels.vulnerabilities import Vulnerability
from extery.core.wheel_names import WheelName


class WheelRecord(NamedTuple):
    """What there is to remember about a wheel, by its SHA-256: its contents, which never change, and the last verdict.

    Without ``facts`` the wheel is read again, without a ``verdict`` the index is asked again.
    """

    sha256: str
    facts: WheelFacts | None
    verdict: WheelVerdict | None

    def as_dict(self) -> dict[str, Any]:
        verdict = self.verdict.as_dict() if self.verdict else None
        facts = self.facts.as_dict() if self.facts else None
        return {"sha256": self.sha256, "facts": facts, "verdict": verdict}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the record of which ``data`` is `as_dict`; raises `ValueError` or `KeyError` for other data."""
        verdict = WheelVerdict.from_dict(data["verdict"]) if data["verdict"] else None
        facts = WheelFacts.from_dict(data["facts"]) if data["facts"] else None
        return cls(str(data["sha256"]), facts, verdict)


#: Returns the record of a wheel by its SHA-256; ``None`` if it is not known, or too old to be used.
Known = Callable[[str], WheelRecord | None]


class CheckedWheel(NamedTuple):
    """A wheel of a package. ``path`` is relative to the manifest, ``size`` is in bytes.

    ``verdict`` is ``None`` if there is none: the index is unavailable, or was not asked. ``is_new``: facts or verdict were found
    out now, and are to be remembered.
    """

    path: str
    size: int
    sha256: str
    facts: WheelFacts
    verdict: WheelVerdict | None = None
    vulnerabilities: tuple[Vulnerability, ...] = ()
    is_new: bool = False

    @property
    def filename(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def library(self) -> str:
        """The normalized name of the library: that of the file, as Blender sees it."""
        return self._names[0]

    @property
    def version(self) -> str:
        return self._names[1]

    @property
    def _names(self) -> tuple[str, str]:
        try:
            name = WheelName.parse(self.filename)
        except ValueError:
            return self.facts.name, self.facts.version
        return name.library, name.version

    @property
    def record(self) -> WheelRecord:
        return WheelRecord(self.sha256, self.facts, self.verdict)

    def as_dict(self) -> dict[str, Any]:
        return {
            **self._asdict(),
            "facts": self.facts.as_dict(),
            "verdict": self.verdict.as_dict() if self.verdict else None,
            "vulnerabilities": [one.as_dict() for one in self.vulnerabilities],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            data["path"],
            data["size"],
            data["sha256"],
            WheelFacts.from_dict(data["facts"]),
            WheelVerdict.from_dict(data["verdict"]) if data["verdict"] else None,
            tuple(map(Vulnerability.from_dict, data["vulnerabilities"])),
            data["is_new"],
        )
