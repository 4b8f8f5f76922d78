"""Contents of the reference pages. Run by cog: `make fix` writes the pages, `make check` compares."""

from __future__ import annotations

import json
import os
import sys
from itertools import groupby
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from tests.samples import LENIENT, MANIFESTS

from extery.cli.app import COMMANDS, extery, load_command
from extery.cli.group import CommandGroup
from extery.cli.output.events import EVENTS
from extery.cli.plugins import plugin_commands
from extery.core.codes import all_codes
from extery.core.codes.explanation import Explanation, explain
from extery.core.errors import Problem
from extery.manifest.document import blender_tags, check_manifest

_AREA_TITLES = {
    "manifest": "The manifest",
    "package": "The package",
    "path": "Paths in a package",
    "wheel": "Wheels",
    "module": "Compiled modules",
    "library": "Python libraries of a package index",
    "file": "Files of an extension",
    "code": "Code of an add-on",
    "compatibility": "Compatibility with Blender's API",
    "inspect": "Inventories",
    "check": "Suppressions, baselines and fixes of `check`",
    "environment": "Environments with Blender",
    "test": "Tests in real Blenders",
    "license": "Licences",
    "metadata": "What users read in the manifest",
    "theme": "Themes",
    "new": "New extensions",
    "convert": "Old add-ons",
    "schema": "Versions of the manifest",
    "migrate": "Manifests in another form",
    "build": "Building",
    "secret": "Passwords, keys and tokens",
    "generate": "Static repositories",
    "listing": "Listings",
    "fetch": "Fetching",
    "mirror": "Mirrors",
    "server": "Repositories, checked by `server-check`",
    "preview": "Previews",
    "blender": "Running Blender",
    "config": "Settings of the client",
    "target": "Folders of extensions",
    "repo": "Repositories of the client",
    "install": "Installing",
    "enable": "Enabling extensions",
    "undo": "Undoing",
    "sync": "Syncing listings",
    "lock": "Lock files and bundles",
    "verify": "Verifying installed extensions",
    "audit": "Audits",
    "policy": "The policy",
    "doctor": "What `extery doctor` finds",
    "usage": "Command line and project file",
    "upload": "Uploading",
    "transfer": "Uploads in chunks",
    "submit": "Submitting for review",
    "manage": "Managing an extension",
    "handover": "Handing an extension over",
    "reserved": "Reserved ids",
    "maximum": "Maximum Blender version",
    "image": "Images",
    "pick": "Editor’s picks",
    "site-page": "Pages of the site",
    "media": "Galleries",
    "video": "Videos",
    "permission": "Permissions",
    "account": "Accounts",
    "quota": "Quotas",
    "review": "Review",
    "source-search": "Source search",
    "scan": "Checks of stored packages",
    "report": "Reports",
    "notification": "Notifications",
    "rating": "Ratings",
    "set": "Sets",
    "appeal": "Appeals",
    "request": "Requests",
    "download": "Downloads",
    "setting": "Settings",
    "storage": "Stored files",
    "task": "Background tasks",
}


def commands() -> str:
    """The help text of each command."""
    os.environ["COLUMNS"] = "100"
    parts = [_help([])]
    for name in sorted({*COMMANDS, *plugin_commands()} - {"manage"}):
        parts.append(_help([name]))
        command = load_command(name) if name in COMMANDS else None
        if isinstance(command, CommandGroup):
            parts += [_help([name, part]) for part in sorted(command.rows)]
    return "\n".join(parts)


def _help(arguments: list[str]) -> str:
    result = CliRunner().invoke(extery, [*arguments, "--help"], prog_name="extery")
    assert result.exit_code == 0, result.output
    title = " ".join(["extery", *arguments])
    return f"## {title}\n\n```text\n{result.output.rstrip()}\n```\n"


def problems() -> str:
    """Every code with its message and cure: the problem of its sample, or its example."""
    parts = []
    for area, entries in groupby(all_codes().items(), key=lambda item: item[0].split(".")[0]):
        parts.append(f"## {_AREA_TITLES[area]}\n")
        for code, _ in entries:
            page = explain(code)
            parts.append(f"### `{code}`\n\n**{page.title}.** {page.why}\n")
            parts.append(f"*{_kind(page)}*\n")
            if texts := _texts(page):
                parts.append("```text\n" + "\n\n".join(texts) + "\n```\n")
    return "\n".join(parts)


def _kind(page: Explanation) -> str:
    kind = page.severity.capitalize()
    if page.stricter:
        kind += ", stricter than Blender: a warning with `--like-blender`"
    if page.silenceable:
        kind += "; then it can be silenced" if page.stricter else ", can be silenced"
    return f"{kind}."


def _texts(page: Explanation) -> list[str]:
    """Each message with its hints, as the program prints them; first that of the sample or example."""
    if page.code in MANIFESTS or page.code in LENIENT:
        problem = _sample_problem(page.code)
        place, message, hint = f"{problem.where}: ", problem.message, problem.hint
    elif page.message:
        place, message, hint = "", page.message, page.hint
    else:
        return []
    hints = {message: [hint]}
    for text in page.others:
        shown = message if text.message == page.message else text.message
        hints.setdefault(shown, []).append(text.hint)
    texts = []
    for shown, lines in hints.items():
        first = f"{place if shown == message else ''}{page.severity}: {shown}"
        texts.append("\n".join([first, *(f"  hint: {line}" for line in lines if line)]))
    return texts


def _sample_problem(code: str) -> Problem:
    if code in MANIFESTS:
        _, [problem] = check_manifest(MANIFESTS[code].read_bytes(), valid_tags=blender_tags())
    else:
        _, [problem] = check_manifest(LENIENT[code].read_bytes(), strict=False)
    return problem


def events() -> str:
    """Return the progress events with their members."""
    rows = ["| event | meaning | members |", "| --- | --- | --- |"]
    for name, event in EVENTS.items():
        members = "; ".join(f"`{member}`: {text}" for member, text in event.members.items())
        rows.append(f"| `{name}` | {event.meaning} | {members} |")
    return "\n".join(rows)


def inventory() -> str:
    """Return a section for each kind of entry of an inventory, with its fields."""
    from extery.inventory.kinds import KINDS

    parts = []
    for kind in KINDS:
        parts.append(f"### `{kind.name}`\n\n{kind.description}\n")
        if kind.fields:
            rows = [f"| `{name}` | {text} |" for name, text in kind.fields.items()]
            parts.append("| field | meaning |\n| --- | --- |\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def settings() -> str:
    """The table of settings."""
    from extery_site.project.settings_loading import reference

    return reference()


def openapi() -> dict[str, Any]:
    """The OpenAPI document of the website, as plain data."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "extery_site.project.settings")
    import django

    django.setup()
    from extery_site.api import api

    document: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(), default=str))
    # The version of the release says nothing about the interface.
    document["info"]["version"] = "v1"
    return document


def endpoints() -> str:
    """Each endpoint with its parameters and responses."""
    parts = []
    for path, methods in openapi()["paths"].items():
        for method, operation in methods.items():
            parts.append(f"## `{method.upper()} {path}`\n")
            parts.append(f"{operation.get('description', operation['summary'])}\n")
            rows = [_parameter(parameter) for parameter in operation.get("parameters", [])]
            if rows:
                parts.append("| parameter | in | |\n| --- | --- | --- |\n" + "\n".join(rows) + "\n")
            parts.append(f"Status codes: {', '.join(sorted(operation['responses']))}.\n")
    return "\n".join(parts)


def _parameter(parameter: dict[str, Any]) -> str:
    text = parameter.get("description") or parameter["schema"].get("description", "")
    needed = "" if parameter.get("required") else " (optional)"
    return f"| `{parameter['name']}` | {parameter['in']}{needed} | {text} |"


def openapi_text() -> str:
    """Return the contents of `docs/reference/openapi.json`."""
    return json.dumps(openapi(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    Path(__file__).with_name("openapi.json").write_text(openapi_text(), "utf-8")
    sys.exit(0)
