"""``blender_repo.toml`` and ``sets/NAME.toml``: the configuration of a static repository."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from extery.core.errors import InvalidInput, ProblemList, Where

CONFIG_FILENAME = "blender_repo.toml"
SETS = "sets"
_DEFAULT_LOCATION = Where(CONFIG_FILENAME)


@dataclass(frozen=True)
class VersionPolicy:
    """Which versions of which extensions a listing contains.

    ``retention`` is a number of newest versions, ``pinned`` maps ids to the only version listed, ``only`` limits
    the ids; ``None`` means all.
    """

    prereleases: bool = True
    retention: int | None = None
    pinned: Mapping[str, str] = field(default_factory=dict)
    only: Sequence[str] | None = None
    #: Location of the policy in the configuration, for problems.
    where: Where = _DEFAULT_LOCATION
    #: Path of ``pinned`` in the configuration; empty for a set, whose file has nothing else.
    pinned_at: tuple[str | int, ...] = ("pinned",)


@dataclass(frozen=True)
class RepositoryConfig:
    """The configuration of a repository; each block has ``id`` and ``reason``."""

    blocklist: Sequence[Mapping[str, Any]] = ()
    file: str = CONFIG_FILENAME
    title: str = ""
    #: Ends with a slash.
    base_url: str = ""
    #: Template of the URLs of packages that lie elsewhere.
    archive_url: str = ""
    #: Whether each listing has a ``changes.json`` beside it.
    changes: bool = False
    #: Whether listings without older versions have one with all of them beside it.
    all_versions: bool = False
    policy: VersionPolicy = VersionPolicy()
    platforms: Sequence[str] = ()
    other_platforms: bool = True
    extensions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    channels: Mapping[str, VersionPolicy] = field(default_factory=dict)
    sets: Mapping[str, VersionPolicy] = field(default_factory=dict)
    #: File of valid tags; empty accepts all, ``None`` means Blender's own.
    valid_tags: str | None = None
    #: One of `ASSETLIB_AUTH_METHODS`; empty leaves it out of the listings.
    assetlib_auth_method: str = ""
    #: The bytes of all files of the configuration.
    source: bytes = b""


def read_repository_config(
    folder: Path, file: Path | None, problems: ProblemList
) -> RepositoryConfig:
    """Read ``file``, or ``blender_repo.toml`` in ``folder`` if there is one, and the sets.

    Raises `InvalidInput` with everything that is wrong; warnings go to ``problems``.
    """
    path = file or folder / CONFIG_FILENAME
    sets = sorted((folder / SETS).glob("*.toml"))
    has_file = file is not None or path.exists()
    if not has_file and not sets:
        return RepositoryConfig()
    # Imported here: most folders have no configuration.
    from extery.repository.config import validation as check

    source, table = check.read_toml_file(path) if has_file else (b"", {})
    own_problems = ProblemList()
    if has_file:
        check.check_config(table, own_problems, str(path))
    tables: dict[str, dict[str, Any]] = {}
    for item in sets:
        data, tables[item.stem] = check.read_toml_file(item)
        source += b"\0" + item.name.encode("utf-8", "replace") + b"\0" + data
        check.check_set(item.stem, tables[item.stem], own_problems, str(item))
    with own_problems.raising(InvalidInput):
        problems.extend(own_problems.warnings)
    policy = _read_policy(table, VersionPolicy(where=Where(str(path))), ())
    base_url = table.get("base_url", "")
    return RepositoryConfig(
        blocklist=table.get("blocklist", ()),
        file=str(path),
        title=table.get("title", ""),
        base_url=base_url if base_url.endswith("/") or not base_url else f"{base_url}/",
        archive_url=table.get("archive_url", ""),
        changes=table.get("changes", False),
        all_versions=table.get("all_versions", False),
        policy=policy,
        platforms=table.get("platforms", ()),
        other_platforms=table.get("other_platforms", True),
        extensions=table.get("extensions", {}),
        channels={
            name: _read_policy(channel, policy, ("channels", name))
            for name, channel in sorted(table.get("channels", {}).items())
        },
        sets={
            item.stem: VersionPolicy(
                prereleases=policy.prereleases,
                pinned={key: text for key, text in tables[item.stem].items() if text != "*"},
                only=sorted(tables[item.stem]),
                where=Where(str(item)),
                pinned_at=(),
            )
            for item in sets
        },
        valid_tags=_tag_file(path, table.get("valid_tags")),
        assetlib_auth_method=table.get("assetlib_auth_method", ""),
        source=source,
    )


def _tag_file(path: Path, name: str | None) -> str | None:
    """Return the path of the tag file that the configuration at ``path`` names."""
    return str(path.parent / name) if name else name


def configured_tags(folder: Path) -> str | None:
    """Return the tag file of the configuration in ``folder``; ``None`` if it has none or is invalid."""
    try:
        return read_repository_config(folder, None, ProblemList()).valid_tags
    except InvalidInput:
        return None


def _read_policy(
    table: Mapping[str, Any], default: VersionPolicy, path: tuple[str | int, ...]
) -> VersionPolicy:
    """Return the policy of a table; missing keys are those of ``default``."""
    return VersionPolicy(
        prereleases=table.get("prereleases", default.prereleases),
        retention=table.get("retention", default.retention),
        pinned=table.get("pinned", default.pinned),
        # A key of channels only: at top level it is an unknown one.
        only=table.get("only") if path else None,
        where=default.where._replace(path=path),
        pinned_at=(*path, "pinned") if "pinned" in table else default.pinned_at,
    )
