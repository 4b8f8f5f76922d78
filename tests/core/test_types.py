"""The registry of types: the only module with their names, and equal to Blender's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import extery
from extery.core.types import (
    ADD_ON,
    ASSET_LIBRARY,
    PERMISSIONS,
    THEME,
    TYPE_NAMES,
    TYPES,
    TYPES_BY_NAME,
)
from extery.manifest.document import Manifest, check_manifest
from extery.manifest.tags import as_valid_tags
from tests.samples.packages import ADD_ON as ADD_ON_MANIFEST

SOURCE = Path(extery.__file__).parent.parent
#: Files that may contain the name of a type: the registry, and files that are frozen or mean something else.
ALLOWED = {
    "extery/core/types.py": "the registry",
    "extery/core/codes/__init__.py": "the family of the problem codes theme.*",
    "extery_site/catalog/migrations/0001_initial.py": "a migration",
    "extery_site/catalog/migrations/0001_squashed_0015_ratings.py": "a migration",
}


def test_only_the_registry_contains_the_names_of_types() -> None:
    quoted = re.compile(rf"""["']({"|".join(TYPE_NAMES)})["']""")
    files = [*SOURCE.rglob("*.py"), *SOURCE.rglob("*.html")]
    assert len(files) > 200
    found = {
        file.relative_to(SOURCE).as_posix()
        for file in files
        if quoted.search(file.read_text("utf-8"))
    }

    assert found == set(ALLOWED)


@pytest.mark.parametrize("type_", TYPES, ids=TYPE_NAMES)
def test_each_type_has_its_own_name_label_and_page(type_: extery.core.types.ExtensionType) -> None:
    others = [other for other in TYPES if other is not type_]
    assert TYPES_BY_NAME[type_.name] is type_
    for field in ("name", "label", "plural", "path", "icon", "tags_variable", "main_file"):
        assert getattr(type_, field) not in {getattr(other, field) for other in others}
    assert set(type_.permissions) <= set(PERMISSIONS)
    assert list(type_.tags) == sorted(type_.tags) == list(as_valid_tags()[type_.name])


def test_the_main_file_of_an_add_on_is_in_the_folder_of_the_manifest() -> None:
    names = ["a.py", "sub/__init__.py", "__init__.py", "__INIT__.PY"]

    assert ADD_ON.main_files(names) == ["__init__.py"]


def test_the_main_files_of_a_theme_are_all_xml_files_in_the_folder_of_the_manifest() -> None:
    names = ["b.XML", "a.xml", "sub/c.xml", "xml", "readme.txt"]

    assert THEME.main_files(names) == ["a.xml", "b.XML"]


@pytest.mark.parametrize("name", TYPE_NAMES)
def test_a_manifest_of_each_type_may_ask_for_its_permissions(name: str) -> None:
    text = ADD_ON_MANIFEST.decode().replace('type = "add-on"', f'type = "{name}"')
    if name == ASSET_LIBRARY.name:
        text += '\nasset_library.remote_url = "https://example.org/"\n'
    own = TYPES_BY_NAME[name].permissions
    for permission in (*PERMISSIONS, "telepathy"):
        data = f'{text}\n[permissions]\n{permission} = "Needed for work"\n'.encode()
        manifest, problems = check_manifest(data)
        assert isinstance(manifest, Manifest) == (permission in own)
        refused = f"manifest.permissions.{'unknown-key' if own else 'none-for-type'}"
        assert [p.code for p in problems.errors] == [] if permission in own else [refused]
