"""Every Blender's `build` accepts and refuses the same asset libraries, and tables in other types, as ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from extery.author.build.execute import plan_build
from extery.author.validate import check_folder
from extery.core.errors import InvalidInput
from extery.core.versions import parse_blender_version
from tests.blender.client import blender_cli
from tests.blender.install import ENDS, RELEASES
from tests.manifest.mutations import GOOD, GOOD_LIBRARY, GOOD_THEME, toml
from tests.parts import require_part
from tests.samples.packages import MANIFEST, XML

pytestmark = pytest.mark.blender

TABLES = {
    "no table": None,
    "an empty table": "{}",
    "a good table": '{remote_url = "https://example.org/"}',
    "a table with auth": (
        '{remote_url = "http://x", auth = {required = false, auth_method = "TOKEN"}, more = 1}'
    ),
    "an unknown method": '{remote_url = "https://x", auth = {required = true, auth_method = "x"}}',
    "a wrong address": '{remote_url = "file:///x"}',
    "no table but a text": '"https://example.org/"',
}
PERMISSIONS = {"": None, "files": '{files = "Read gears"}', "scripts": '{scripts = "Run drivers"}'}
TYPES = {"add-on": GOOD, "asset-library": GOOD_LIBRARY, "theme": GOOD_THEME}


def write_folders(folder: Path) -> list[Path]:
    """Write a source folder for each type, table and permissions."""
    made = []
    for number, (type_, table, permissions) in enumerate(
        (type_, table, permissions)
        for type_ in TYPES.values()
        for table in TABLES.values()
        for permissions in PERMISSIONS.values()
    ):
        fields = {key: value for key, value in type_.items() if key != "asset_library"}
        fields |= {"asset_library": table} if table else {}
        fields |= {"permissions": permissions} if permissions else {}
        source = folder / str(number)
        source.mkdir()
        (source / MANIFEST).write_bytes(toml(fields))
        if type_ is GOOD:
            (source / "__init__.py").touch()
        if type_ is GOOD_THEME:
            (source / "theme.xml").write_bytes(XML)
        made.append(source)
    return made


@pytest.mark.parametrize("version", ENDS)
def test_a_build_is_refused_exactly_if_that_blender_refuses_it(
    version: str, tmp_path: Path
) -> None:
    require_part(f"blender-{version}")
    series = parse_blender_version(version)[:2]
    differences = []
    for source in write_folders(tmp_path):
        out = tmp_path / f"{source.name}-out"
        out.mkdir()
        done = blender_cli(version, "build", "--source-dir", source, "--output-dir", out)
        [verdict] = [v for v in check_folder(source).verdicts if v.series == series]
        if verdict.accepts != (done.returncode == 0):
            text = (source / MANIFEST).read_text()
            differences.append(f"{text}\n{done.stdout}{done.stderr}\n{verdict.codes}")
        if version == list(RELEASES)[-1]:
            assert is_built(source) == verdict.accepts, source
    assert not differences, "\n".join(differences)


def is_built(source: Path) -> bool:
    try:
        plan_build(source)
    except InvalidInput:
        return False
    return True
