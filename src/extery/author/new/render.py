"""The files of a new extension, from the templates in this package."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from string import Template

from extery.author.build.config import DEFAULT_PATTERNS
from extery.author.new.project import Project
from extery.blenders.releases import RELEASES, SYSTEM_PACKAGES
from extery.core.licenses import PREFIX
from extery.core.types import ADD_ON, ASSET_LIBRARY, THEME, ExtensionType
from extery.core.versions import parse_blender_version
from extery.manifest.document import MANIFEST_FILENAME

#: System -> the template and the path of its workflow.
CI_SYSTEMS = {
    "github": ("ci-github.yml", ".github/workflows/extension.yml"),
    "gitlab": ("ci-gitlab.yml", ".gitlab-ci.yml"),
    "forgejo": ("ci-forgejo.yml", ".forgejo/workflows/extension.yml"),
}
LICENSE_FILENAME = "LICENSE"
#: Licences whose texts are in this package; that of the GPL is Extery's own.
_LICENSE_TEXTS = frozenset({"CC0-1.0"})
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
    if identifier not in _LICENSE_TEXTS:
        return ""
    return (_TEMPLATES / "licenses" / f"{identifier}.txt").read_text("utf-8")


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
    series = tested_series(project)
    test = f"extery test --strict --blender {','.join(series)}" if series else ""
    step = "    - {}" if project.ci == "gitlab" else "      - run: {}"
    # One Python more for Extery itself, where no Blender is tested.
    pythons = list(dict.fromkeys(RELEASES[name].python for name in series)) or ["3.13"]
    excluded = [*DEFAULT_PATTERNS, "/dist/"]
    if project.type is ADD_ON:
        excluded.append("/tests/")
    return values | {
        "id": project.id,
        "prefix": project.class_prefix,
        "title": project.name,
        "tagline_text": f"{project.tagline}.",
        "known_tags": _known_tags(project.type),
        "about": _ABOUT[project.type.name].format(**project._asdict()),
        "commands": "\n".join(commands_for(project)),
        "test_steps": step.format(test) if test else "",
        "series": "-".join(series),
        "pythons": " ".join(pythons),
        "python_lines": "\n".join(f"            {python}" for python in pythons),
        "system_packages": " ".join(SYSTEM_PACKAGES),
        "license_id": project.license,
        "excluded": ", ".join(map(_quote, excluded)),
        "extra": _render(f"{project.type.name}/{_MANIFEST_END}", values).rstrip("\n"),
    }


def commands_for(project: Project) -> list[str]:
    """Return the commands that an author runs next: tests in one Blender, since each takes a gigabyte."""
    series = tested_series(project)
    test = [f"extery test --blender {series[-1]}"] if series else []
    return ["extery check", *test, "extery build --output-dir dist"]


def tested_series(project: Project) -> tuple[str, ...]:
    """Return the oldest and the newest series of its range that can be tested in, such as 4.2 and 5.3; perhaps none."""
    try:
        minimum = parse_blender_version(project.blender)
    except ValueError:  # the check of the manifest reports it
        return ()
    series = [
        name for name, one in RELEASES.items() if parse_blender_version(one.version) >= minimum
    ]
    return tuple(dict.fromkeys((series[0], series[-1]))) if series else ()


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
