"""What the reference pages print. Run by cog: `make fix` writes the pages, `make check` compares."""

from __future__ import annotations

import json
import os
import sys
from itertools import groupby
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from tests.samples import LENIENT, MANIFESTS

from extery.cli.app import COMMANDS, extery
from extery.cli.plugins import plugin_commands
from extery.core.codes import all_codes, explain
from extery.core.errors import Problem
from extery.manifest.document import blender_tags, check_manifest

_AREA_TITLES = {
    "manifest": "The manifest",
    "package": "The package",
    "path": "Paths in a package",
    "wheel": "Wheels",
    "theme": "Themes",
    "build": "Building",
    "generate": "Static repositories",
    "listing": "Listings",
    "fetch": "Fetching",
    "mirror": "Mirrors",
    "server": "Checking a repository",
    "preview": "Previews",
    "usage": "Command lines",
    "upload": "Uploading",
    "submit": "Sending to review",
    "image": "Images",
    "permission": "Permission",
    "account": "Accounts",
    "review": "Review",
    "report": "Reports",
    "request": "Requests",
    "download": "Downloads",
    "setting": "Settings",
    "storage": "Stored files",
}


def commands() -> str:
    """Each command's own help."""
    os.environ["COLUMNS"] = "100"
    parts = [_help([])]
    parts += [_help([name]) for name in sorted({*COMMANDS, *plugin_commands()} - {"manage"})]
    return "\n".join(parts)


def _help(arguments: list[str]) -> str:
    result = CliRunner().invoke(extery, [*arguments, "--help"], prog_name="extery")
    assert result.exit_code == 0, result.output
    title = " ".join(["extery", *arguments])
    return f"## {title}\n\n```text\n{result.output.rstrip()}\n```\n"


def problems() -> str:
    """Every code, with the problem of its sample or an example."""
    parts = []
    for area, entries in groupby(all_codes().items(), key=lambda item: item[0].split(".")[0]):
        parts.append(f"## {_AREA_TITLES[area]}\n")
        for code, _ in entries:
            page = explain(code)
            kind = page.severity + (", stricter than Blender" if page.stricter else "")
            parts.append(f"### `{code}`\n\n{page.title} ({kind}). {page.why}\n")
            if code in MANIFESTS or code in LENIENT:
                parts.append(_example(code))
            elif page.message:
                hint = f"\n  hint: {page.hint}" if page.hint else ""
                parts.append(f"```text\n{page.severity}: {page.message}{hint}\n```\n")
    return "\n".join(parts)


def _example(code: str) -> str:
    if code in MANIFESTS:
        _, [problem] = check_manifest(MANIFESTS[code].read_bytes(), valid_tags=blender_tags())
    else:
        _, [problem] = check_manifest(LENIENT[code].read_bytes(), strict=False)
    return f"```text\n{_as_text(problem)}\n```\n"


def _as_text(problem: Problem) -> str:
    return f"{problem.where}: {problem.severity}: {problem.message}\n  hint: {problem.hint}"


def settings() -> str:
    """The table of the website's settings."""
    from extery_site.project.env import reference

    return reference()


def openapi() -> dict[str, Any]:
    """The OpenAPI document of the website, as plain data."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "extery_site.project.settings")
    import django

    django.setup()
    from extery_site.api import api

    document: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(), default=str))
    # The release changes without a change of the interface.
    document["info"]["version"] = "v1"
    return document


def endpoints() -> str:
    """Each endpoint with its parameters and answers."""
    parts = []
    for path, methods in openapi()["paths"].items():
        for method, operation in methods.items():
            parts.append(f"## `{method.upper()} {path}`\n")
            parts.append(f"{operation.get('description', operation['summary'])}\n")
            rows = [_parameter(parameter) for parameter in operation.get("parameters", [])]
            if rows:
                parts.append("| parameter | in | |\n| --- | --- | --- |\n" + "\n".join(rows) + "\n")
            parts.append(f"Answers: {', '.join(sorted(operation['responses']))}.\n")
    return "\n".join(parts)


def _parameter(parameter: dict[str, Any]) -> str:
    text = parameter.get("description") or parameter["schema"].get("description", "")
    needed = "" if parameter.get("required") else " (optional)"
    return f"| `{parameter['name']}` | {parameter['in']}{needed} | {text} |"


def openapi_text() -> str:
    """The document as `docs/reference/openapi.json` keeps it."""
    return json.dumps(openapi(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    Path(__file__).with_name("openapi.json").write_text(openapi_text(), "utf-8")
    sys.exit(0)
