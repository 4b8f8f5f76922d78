"""What is known about a new extension, and what is assumed about the rest."""

from __future__ import annotations

import re
import subprocess
import unicodedata
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from extery.core.errors import InvalidInput, Problem
from extery.core.types import ADD_ON, ASSET_LIBRARY, THEME, TYPES_BY_NAME, ExtensionType
from extery.core.versions import format_blender_version

#: Seconds for `git config`.
_GIT_LIMIT = 5
#: The maintainer if git knows none; `extery check` reports it.
UNKNOWN_MAINTAINER = "Your Name <you@example.org>"
#: The beginning of the address of assets if none is given.
PLACEHOLDER_URL = "https://example.org/"
_TAGS = {ADD_ON.name: "Object", THEME.name: "Dark", ASSET_LIBRARY.name: "Model"}
_TAGLINES = {
    ADD_ON.name: "Add markers at the 3D cursor",
    THEME.name: "Slate grey with amber selections",
    ASSET_LIBRARY.name: "Models for any scene",
}
#: Licences that most extensions of a type have: blender.org accepts others only for some types.
_LICENSES = {ASSET_LIBRARY.name: "CC0-1.0"}


class Project(NamedTuple):
    """The values of a new extension. ``ci`` is the name of a CI system, or empty."""

    id: str
    name: str
    tagline: str
    maintainer: str
    type: ExtensionType
    license: str
    blender: str
    tag: str
    remote_url: str = ""
    ci: str = ""

    @property
    def class_prefix(self) -> str:
        """The first part of the names of classes, as Blender wants them: ``GEAR_TOOL``."""
        return self.id.upper()


def default_project(folder: Path, type_name: str, identifier: str | None = None) -> Project:
    """Return the project that a folder of this name would have; raises `InvalidInput` if it gives no id."""
    type_ = TYPES_BY_NAME[type_name]
    identifier = identifier or id_from(folder.absolute().name)
    return Project(
        id=identifier,
        name=identifier.replace("_", " ").strip().title(),
        tagline=_TAGLINES[type_name],
        maintainer=git_user() or UNKNOWN_MAINTAINER,
        type=type_,
        license=_LICENSES.get(type_name, "GPL-3.0-or-later"),
        blender=format_blender_version(type_.first_blender),
        tag=_TAGS[type_name],
        remote_url=f"{PLACEHOLDER_URL}{identifier}/" if type_ == ASSET_LIBRARY else "",
    )


def id_from(name: str) -> str:
    """Return an id like ``name``: ``Gear Tool`` becomes ``gear_tool``, ``blender-gears`` becomes ``blender_gears``."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = re.sub(r"[^A-Za-z0-9]+", "_", ascii_name).strip("_").lower()
    identifier = words.lstrip("0123456789_")
    if not identifier:
        raise InvalidInput(Problem.of("new.no-id", folder=repr(name)))
    return identifier


def git_user() -> str:
    """Return name and address of the user of git, such as ``Ada Smith <ada@example.org>``, or an empty text."""
    values = []
    for key in ("user.name", "user.email"):
        with suppress(OSError, subprocess.SubprocessError, UnicodeError):
            answer = subprocess.run(  # noqa: S603
                ["git", "config", "--get", key],  # noqa: S607  the user's own git
                capture_output=True,
                timeout=_GIT_LIMIT,
                check=False,
            ).stdout.decode()
            values.append(answer.strip())
    name, email = [*values, "", ""][:2]
    if name and re.fullmatch(r"[^@<>\s]+@[^@<>\s]+", email):
        return f"{name} <{email}>"
    return name
