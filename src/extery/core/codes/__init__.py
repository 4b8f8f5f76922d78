"""The table of problem codes: severity, meaning, and the templates of message and hint.

One module per area. Programs act on codes and people search for them, so a code is never renamed or used for
something else. `extery explain` and the reference page of problems are printed from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from extery.core.installation import Installation

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Code(NamedTuple):
    """One row of the table, the same for all problems with the code; `extery.core.errors.Problem` is one of them.

    ``stricter`` marks an error that Blender's own tools do not report: `--like-blender` makes it a warning, and so does
    `extery build`, which packs what Blender would pack. ``build`` is the severity there if it is another one.

    ``message`` and ``hint`` are templates for `str.format`, filled with the values of a problem. ``variants`` maps names to other pairs of message and hint, chosen by
    the value ``variant``; an empty text falls back to that of the code. ``example`` holds values that render
    the templates in the documentation.

    ``installation`` is required for errors that a rule reports about packages in repositories: whether a package
    with this problem can be installed, and why. A warning that has it is reported in repositories too.
    """

    severity: Literal["error", "warning"]
    title: str
    why: str
    stricter: bool = False
    message: str = ""
    hint: str = ""
    variants: Mapping[str, tuple[str, str]] = _NOTHING
    example: Mapping[str, str | int] = _NOTHING
    installation: Installation | None = None
    build: Literal["error", "warning"] | None = None

    @property
    def build_severity(self) -> Literal["error", "warning"]:
        """The severity in `extery build`."""
        return self.build or ("warning" if self.stricter else self.severity)


#: First part of a code -> the module of this folder that holds its table.
AREAS = {
    "manifest": "manifest",
    "package": "package",
    "theme": "theme",
    "path": "path",
    "wheel": "wheel",
    "module": "module",
    "library": "library",
    "file": "file",
    "code": "code",
    "check": "check",
    "environment": "environment",
    "test": "test",
    "compatibility": "compatibility",
    "inspect": "inventory",
    "license": "license",
    "metadata": "metadata",
    "listing": "listing",
    "new": "new",
    "convert": "convert",
    "schema": "schema",
    "migrate": "migrate",
    "build": "build",
    "secret": "secret",
    "generate": "generate",
    "fetch": "fetch",
    "mirror": "repository",
    "server": "repository",
    "preview": "repository",
    "blender": "client_repo",
    "config": "client_repo",
    "target": "client_target",
    "repo": "client_repo",
    "enable": "client_repo",
    "install": "client_install",
    "sync": "client_state",
    "undo": "client_state",
    "lock": "client_state",
    "verify": "client_state",
    "audit": "client_doctor",
    "doctor": "client_doctor",
    "policy": "client_doctor",
    "usage": "usage",
    "upload": "site_publish",
    "transfer": "site_transfer",
    "submit": "site_publish",
    "manage": "site_manage",
    "handover": "site_manage",
    "reserved": "site_manage",
    "maximum": "site_manage",
    "image": "site_catalog",
    "pick": "site_catalog",
    "media": "site_media",
    "video": "site_media",
    "permission": "site_accounts",
    "account": "site_accounts",
    "quota": "site_quotas",
    "review": "site_moderation",
    "source-search": "site_source_search",
    "scan": "site_scanning",
    "report": "site_reports",
    "notification": "site_notify",
    "rating": "site_ratings",
    "set": "site_sets",
    "appeal": "site_reports",
    "site-page": "site_pages",
    "request": "site_requests",
    "download": "site_listings",
    "setting": "site_project",
    "storage": "site_project",
    "task": "site_project",
}


#: Values that a problem of any code can have: what its message is about, such as an entry of a listing and a
#: place in its package.
SUBJECTS = ("entry", "place_in_package")
_CAUSE = "cause."


def find(code: str) -> Code:
    """Return the row of ``code``; raises `KeyError` for an unknown code.

    Only the table of its area is imported, to keep start-up short.
    """
    table = import_module(f"{__name__}.{AREAS[code.partition('.')[0]]}")
    entry: Code = table.CODES[code]
    return entry


def render(entry: Code, values: Mapping[str, Any]) -> tuple[str, str]:
    """Return message and hint of a problem; raises `KeyError` if a value or the template is missing.

    The `SUBJECTS` among the values precede the message. With a value ``cause``, the code of another problem
    whose values are ``cause.<name>``, the template can use ``{reason}``: the message of that problem.
    """
    message, hint = templates(entry, values.get("variant", ""))
    if not message:
        raise KeyError(f"no message template: {entry.title}")
    if "cause" in values:
        values = {**values, "reason": _cause(values)}
    subject = "".join(f"{values[name]}: " for name in SUBJECTS if values.get(name))
    return subject + message.format_map(values), hint.format_map(values)


def _cause(values: Mapping[str, Any]) -> str:
    """Return the message of the cause; ``it`` replaces the name of the file, which the message has already."""
    own = {
        name.removeprefix(_CAUSE): value
        for name, value in values.items()
        if name.startswith(_CAUSE)
    }
    message, _ = render(find(values["cause"]), own)
    file = f"{values.get('file', '')} "
    return f"it {message.removeprefix(file)}" if message.startswith(file) else message


def templates(entry: Code, variant: str) -> tuple[str, str]:
    """Return the templates of message and hint of a variant, of the code itself for ``""``."""
    if not variant:
        return entry.message, entry.hint
    message, hint = entry.variants[variant]
    return message or entry.message, hint or entry.hint


def similar(code: str) -> list[str]:
    """Return the known codes that resemble ``code``, best first."""
    from difflib import get_close_matches

    known = list(all_codes())
    close = get_close_matches(code, known, n=3, cutoff=0.75)
    inside = [name for name in known if len(code) > 3 and code in name]
    ending = [name for name in known if name.rpartition(".")[2] == code.rpartition(".")[2]]
    return list(dict.fromkeys([*close, *inside, *ending]))[:5]


def all_codes() -> dict[str, Code]:
    """Return the whole table, sorted by code."""
    merged: dict[str, Code] = {}
    for module in sorted(set(AREAS.values())):
        merged |= import_module(f"{__name__}.{module}").CODES
    return dict(sorted(merged.items()))
