"""The files of a new extension, from the templates in this package."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from string import Template

from extery.author.new.project import Project
from extery.core.licenses import PREFIX
from extery.core.types import ADD_ON, ASSET_LIBRARY, THEME, ExtensionType
from extery.core.versions import JUDGED_SERIES, format_series, parse_blender_version
from extery.manifest.document import MANIFEST_FILENAME

#: System -> the template and the path of its workflow.
CI_SYSTEMS = {
    "github": ("ci-github.yml", ".github/workflows/extension.yml"),
    "gitlab": ("ci-gitlab.yml", ".gitlab-ci.yml"),
    "forgejo": ("ci-github.yml", ".forgejo/workflows/extension.yml"),
}
LICENSE_FILENAME = "LICENSE"
_TEMPLATES = Path(__file__).parent / "templates"
_SUFFIX = ".in"
_MANIFEST_END = "manifest_end"
_ABOUT = {
    ADD_ON.name: "An add-on for Blender: *Add > Add Marker* in the 3D viewport, or its tab in the sidebar (`N`).",
    THEME.name: "A theme for Blender: the colours are in `{id}.xml`.",
    ASSET_LIBRARY.name: "An asset library for Blender: the assets are at <{remote_url}>.",
}


def render(project: Project) -> dict[str, bytes]:
    """Return path -> content of all files, the manifest first."""
    values = _values(project)
    found = {MANIFEST_FILENAME: _render(f"common/{MANIFEST_FILENAME}", values)}
    for folder in ("common", project.type.name):
        for path in _files_of(folder):
            if path not in (MANIFEST_FILENAME, _MANIFEST_END):
                name = f"{project.id}.xml" if path == "theme.xml" else path
                found[name] = _render(f"{folder}/{path}", values)
    if text := license_text(project.license):
        found[LICENSE_FILENAME] = text
    if project.ci:
        template, path = CI_SYSTEMS[project.ci]
        found[path] = _render(template, values)
    # Surrogates are no text: the check of the manifest reports them.
    return {path: text.encode("utf-8", "surrogatepass") for path, text in found.items()}


def license_text(identifier: str) -> str:
    """Return the text of a licence; empty if it is not known here."""
    if identifier.startswith("GPL-3.0"):  # the licence of Extery itself
        try:
            return distribution("extery").read_text("licenses/LICENSE") or ""
        except PackageNotFoundError:
            return ""
    file = _TEMPLATES / "licenses" / f"{identifier}.txt"
    return file.read_text("utf-8") if file.is_file() else ""


def _values(project: Project) -> Mapping[str, str]:
    """Return the values of the templates; quoted ones are TOML and Python alike."""
    quoted = {
        "quoted_id": project.id,
        "name": project.name,
        "tagline": project.tagline,
        "maintainer": project.maintainer,
        "type": project.type.name,
        "tag": project.tag,
        "blender": project.blender,
        "license": f"{PREFIX}{project.license}",
        "remote_url": project.remote_url,
    }
    values = {name: _quote(text) for name, text in quoted.items()}
    commands = ["extery check", "extery test", "extery build --output-dir dist"]
    step = (
        "      - run: {}" if CI_SYSTEMS.get(project.ci, ("",))[0] != "ci-gitlab.yml" else "    - {}"
    )
    return values | {
        "id": project.id,
        "prefix": project.class_prefix,
        "title": project.name,
        "tagline_text": f"{project.tagline}.",
        "known_tags": _known_tags(project.type),
        "about": _ABOUT[project.type.name].format(**project._asdict()),
        "commands": "\n".join(commands),
        "test_steps": step.format(f"extery test --blender {_ends(project)}"),
        "extra": _render(f"{project.type.name}/{_MANIFEST_END}", values).rstrip("\n"),
    }


def _ends(project: Project) -> str:
    """Return the oldest and the newest series of Blender that can be tested in, such as ``4.2,5.3``."""
    minimum = parse_blender_version(project.blender)[:2]
    series = [one for one in JUDGED_SERIES if one >= minimum] or [JUDGED_SERIES[-1]]
    return ",".join(dict.fromkeys(map(format_series, (series[0], series[-1]))))


def _known_tags(type_: ExtensionType, width: int = 100) -> str:
    """Return comments with all tags of a type."""
    lines = [""]
    for tag in type_.tags:
        if len(lines[-1]) + len(tag) > width:
            lines.append("")
        lines[-1] += f"{_quote(tag)}, "
    return "\n".join(f"# {line.rstrip()}" for line in lines).rstrip(",")


def _quote(text: str) -> str:
    # JSON's strings are TOML's and Python's, but TOML has no raw DEL.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _render(template: str, values: Mapping[str, str]) -> str:
    text = (_TEMPLATES / f"{template}{_SUFFIX}").read_text("utf-8")
    return Template(text).substitute(values)


def _files_of(folder: str) -> list[str]:
    """Return the paths of templates below a folder, without their suffix."""
    root = _TEMPLATES / folder
    found = (file.relative_to(root).as_posix() for file in root.rglob(f"*{_SUFFIX}"))
    return sorted(path.removesuffix(_SUFFIX) for path in found)
