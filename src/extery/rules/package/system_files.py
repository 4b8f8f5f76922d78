"""Neither a package nor the packed files of a folder contain files that macOS or Windows added."""

from __future__ import annotations

from extery.core.errors import ProblemList, Where
from extery.package.names import quote_name
from extery.package.system_files import system_of
from extery.rules.context import RuleContext
from extery.rules.rule import AUTHORS, FILES, Input, Rule


def check(context: RuleContext, problems: ProblemList) -> None:
    """Add one problem for each of the two systems."""
    names = [member.name for member in context.members] or context.names
    found: dict[str, list[str]] = {}
    for name in names:
        if system := system_of(name):
            found.setdefault(system, []).append(name)
    for system, files in found.items():
        is_folder = not context.members
        variants = ("folder" if is_folder else "", "several" if len(files) > 1 else "")
        problems.add(
            "package.system-files",
            where=Where(files[0]) if is_folder else context.where("")._replace(path=(files[0],)),
            variant="-".join(filter(None, variants)),
            member=quote_name(files[0]),
            more=len(files) - 1,
            system=system,
            command=_command(context.name, files),
            patterns=", ".join(dict.fromkeys(map(_pattern, files))),
        )


RULE = Rule(
    "package.system-files",
    check,
    scopes=FILES & AUTHORS,
    input=Input.NAMES,
    codes=("package.system-files",),
    severity="warning",
)


def _command(file: str, names: list[str]) -> str:
    """Return the command that removes the files from a package."""
    import shlex  # most packages have none of these files

    patterns = dict.fromkeys(pattern for name in names for pattern in _zip_patterns(name))
    return " ".join(["zip", "-d", shlex.quote(file), *map(shlex.quote, patterns)])


def _zip_patterns(name: str) -> tuple[str, ...]:
    part = _part(name)
    if part.lower() == "__macosx":
        return (f"{part}/*",)
    return ("._*", "*/._*") if part.startswith("._") else (f"*{part}",)


def _pattern(name: str) -> str:
    part = _part(name)
    return "'._*'" if part.startswith("._") else repr(part)


def _part(name: str) -> str:
    """Return the part of a path that is the system's file or folder."""
    return next(part for part in name.split("/") if system_of(part))
