"""The permissions that the code of an add-on needs, with reasons made from what it uses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from extery.analysis.facts import ModuleFacts
from extery.manifest.schemas.texts import MAX_SHORT_TEXT
from extery.rules.permission_use import Use, permission_uses

_REASONS = {
    "network": "Connect to web services",
    "files": "Read and write files",
    "clipboard": "Copy text to the clipboard",
    "camera": "Use the camera",
    "microphone": "Record sound",
}
_HELPERS = {
    frozenset({"ImportHelper"}): "Import files",
    frozenset({"ExportHelper"}): "Export files",
    frozenset({"ImportHelper", "ExportHelper"}): "Import and export files",
}


class NeededPermission(NamedTuple):
    """A permission, its reason, and the uses that need it."""

    name: str
    reason: str
    uses: Sequence[Use]


def needed_permissions(modules: Sequence[ModuleFacts]) -> list[NeededPermission]:
    """Return the permissions that the modules certainly need."""
    return [
        NeededPermission(name, _reason(name, uses, modules), uses)
        for name, uses in permission_uses(modules).items()
        if uses
    ]


def _reason(name: str, uses: Sequence[Use], modules: Sequence[ModuleFacts]) -> str:
    if name == "network":
        paths = {path for path, _, _ in uses}
        hosts = sorted(_hosts(module for module in modules if module.path in paths))
        text = f"Connect to {hosts[0]}" if len(hosts) == 1 else ""
        return text if 0 < len(text) <= MAX_SHORT_TEXT else _REASONS[name]
    helpers = frozenset(use for _, _, use in uses)
    return _HELPERS.get(helpers, _REASONS[name])


def _hosts(modules: Iterable[ModuleFacts]) -> set[str]:
    found = set()
    for module in modules:
        for text in module.texts:
            if text.text.startswith(("http://", "https://")):
                try:
                    host = urlsplit(text.text).hostname
                except ValueError:
                    continue
                if host and host.isascii() and host.isprintable() and "%" not in host:
                    found.add(host.removeprefix("www."))
    return {host for host in found if not host.endswith(("blender.org", "gnu.org"))}
