"""The options of `generate` on which its result depends, and those of the last run in a folder."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from extery.repository import cache
from extery.repository.config.repository_config import RepositoryConfig
from extery.repository.scan import PackageFile


@dataclass(frozen=True)
class GenerateOptions:
    """The arguments of `generate` that its result depends on."""

    folder: Path
    html: bool
    template: Path | None
    config: Path | None
    strict: bool
    legacy: bool
    base_url: str
    #: File of valid tags; empty accepts all, ``None`` leaves the choice to the configuration.
    valid_tags: str | None = None
    #: One of `ASSETLIB_AUTH_METHODS`; empty leaves the choice to the configuration.
    assetlib_auth_method: str = ""
    #: Replace a page of another origin; not repeated by later runs.
    force: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return the options as JSON, for `last_options`."""
        return {
            "html": self.html,
            "template": self.template and str(self.template.absolute()),
            "config": self.config and str(self.config.absolute()),
            "legacy": self.legacy,
            "base_url": self.base_url,
            "valid_tags": self.valid_tags and str(Path(self.valid_tags).absolute()),
            "assetlib_auth_method": self.assetlib_auth_method,
        }

    def fingerprint(self, config: RepositoryConfig, files: Sequence[PackageFile], tags: str) -> str:
        """Return a hash of everything that the result depends on; ``tags`` is that of `tags_digest`."""
        template = b""
        if self.html and self.template and self.template.is_file():
            template = self.template.read_bytes()
        scripts: list[object] = []
        if self.legacy:
            from extery.repository.legacy.repo_json import script_files

            scripts = [self.base_url, *script_files(self.folder)]
        inputs = (
            str(self.folder),
            self.html,
            config.file,
            config.source,
            template,
            [tuple(file) for file in files],  # their repr is faster than that of named tuples
            scripts,
            tags,
            self.assetlib_auth_method,
        )
        return hashlib.sha256(repr(inputs).encode("utf-8", "backslashreplace")).hexdigest()


def last_options(folder: Path) -> dict[str, Any] | None:
    """Return the arguments for `generate` that repeat the last run in ``folder``; ``None`` if unknown."""
    options = cache.State.load(folder).summary.options
    if not _are_valid(options):
        return None
    paths = {key: options[key] and Path(options[key]) for key in ("template", "config")}
    return options | paths


def _are_valid(options: dict[str, Any]) -> bool:
    """Return whether the options have the form of `as_dict`: the folder may have been copied from anywhere."""
    types = {"html": bool, "legacy": bool, "base_url": str, "assetlib_auth_method": str}
    optional = {"template": str, "config": str, "valid_tags": str}
    return options.keys() == types.keys() | optional.keys() and all(
        isinstance(options[key], type_) or (options[key] is None and key in optional)
        for key, type_ in (types | optional).items()
    )
