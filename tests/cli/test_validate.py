"""``extery validate``: arguments, output and exit status."""

import hashlib
import json
import os
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from extery.cli.app import extery
from tests.samples import GOOD, MANIFESTS
from tests.samples.packages import ADD_ON, MANIFEST, PACKAGES, add_on


def validate(*arguments: str | Path) -> Result:
    return CliRunner().invoke(extery, ["validate", *map(str, arguments)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / MANIFEST).write_bytes(ADD_ON)
    (tmp_path / "__init__.py").touch()
    return tmp_path


def test_a_valid_folder_is_printed_with_id_version_and_type(folder: Path) -> None:
    result = validate(folder)

    assert result.exit_code == 0
    assert result.stdout == f"{folder}: ok: gear_tool 1.2.3 (add-on)\n"
    assert result.stderr == "Checked 1 path. No problems.\n"


def test_without_a_path_the_current_folder_is_checked(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    Path(MANIFEST).write_bytes(MANIFESTS["manifest.id.not-identifier"].read_bytes())

    result = validate()

    assert result.exit_code == 1
    first, *snippet, hint = result.stdout.splitlines()
    assert first == (
        "blender_manifest.toml:2:6: error: id must be a Python identifier, found 'My Tool' "
        "[manifest.id.not-identifier]"
    )
    assert snippet == ["  |", '2 | id = "My Tool"', "  |      ^^^^^^^^^"]
    assert hint == "  hint: use letters, digits and single underscores, for example 'my_tool'"


def test_a_problem_in_another_folder_has_its_path(folder: Path) -> None:
    (folder / MANIFEST).write_bytes(ADD_ON.replace(b"any size", b"any size!"))

    assert validate(folder).output.startswith(f"{folder}{os.sep}{MANIFEST}:5:11: error: ")


def test_a_package_shows_its_size(folder: Path) -> None:
    package = folder / "gears.zip"
    package.write_bytes(add_on())

    assert "ok: gear_tool 1.2.3 (add-on), 2 files, " in validate(package).output


def test_one_path_with_errors_fails_the_command(folder: Path) -> None:
    bad = folder / "bad.zip"
    bad.write_bytes(PACKAGES["package.not-zip"]())

    result = validate(folder, bad, GOOD)

    assert result.exit_code == 1
    assert "bad.zip: error: bad.zip is not a zip archive but a web page" in result.output
    assert result.stderr == "Checked 3 paths. Found 1 error.\n"


def test_json_has_the_same_members_for_valid_and_invalid_paths(folder: Path) -> None:
    document = json.loads(validate("--json", folder, folder / "none.zip").stdout)

    assert document["ok"] is False
    good, bad = document["reports"]
    assert good["ok"] is True
    assert set(good) == set(bad)
    assert bad["problems"][0]["code"] == "package.not-found"


def test_json_has_the_hash_of_a_package(folder: Path) -> None:
    package = folder / "gears.zip"
    package.write_bytes(add_on())

    [report] = json.loads(validate("--json", package).stdout)["reports"]

    assert report["sha256"] == hashlib.sha256(package.read_bytes()).hexdigest()


def test_json_has_line_and_column() -> None:
    path = MANIFESTS["manifest.tagline.too-long"]
    [report] = json.loads(validate("--json", path).stdout)["reports"]
    [problem] = report["problems"]

    assert (problem["line"], problem["column"], problem["field"]) == (5, 11, "tagline")


class Page(HTMLParser):
    """Collects the texts and open elements of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.texts = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)
        if tag not in ("meta", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts += data


def test_html_is_a_complete_page_with_every_problem_and_its_reason() -> None:
    result = validate("--html", MANIFESTS["manifest.tagline.too-long"])
    page = Page(result.stdout)

    assert result.exit_code == 1
    assert page.open == []
    assert "tagline must have at most 64 characters" in page.texts
    assert "manifest.tagline.too-long" in page.texts
    assert "Blender refuses the manifest" in page.texts


def test_html_escapes_texts_of_the_manifest(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_bytes(ADD_ON.replace(b'"add-on"', b'"<script>alert(1)</script>"'))

    page = Page(validate("--html", file).stdout)

    assert "script" not in page.tags
    assert "<script>" in page.texts


def test_html_lists_silenced_warnings_separately_with_their_reasons(folder: Path) -> None:
    (folder / MANIFEST).write_bytes(ADD_ON + b'[build]\npaths_exclude_pattern = ["./docs"]\n')
    shown = Page(validate("--html", folder).stdout)
    (folder / "extery.toml").write_text(
        '[silence]\n"build.pattern-without-effect" = "<b>other tool</b>"\n'
    )
    silenced = Page(validate("--html", folder).stdout)

    assert shown.tags.count("li") == 1
    assert silenced.tags.count("li") == 0
    assert "1 warning silenced" in silenced.texts
    assert "<b>other tool</b>" in silenced.texts
    assert "b" not in silenced.tags


def test_tags_are_checked_unless_switched_off(tmp_path: Path) -> None:
    sample = MANIFESTS["manifest.tags.unknown-tag"]

    assert validate(sample).exit_code == 1
    assert "did you mean 'Modeling'?" in validate(sample).output
    assert validate("--valid-tags", "", sample).exit_code == 0


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("tags.json", '{"add-on": ["Modelling"], "theme": []}'),
        ("tags.py", 'addons = {"Modelling"}\nthemes: set = {"Dark"}\n'),
    ],
)
def test_a_file_of_tags_replaces_those_of_blender(tmp_path: Path, name: str, text: str) -> None:
    file = tmp_path / name
    file.write_text(text)

    assert validate("--valid-tags", file, MANIFESTS["manifest.tags.unknown-tag"]).exit_code == 0


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.json", '{"add-ons": []}'),
        ("t.json", "{"),
        ("t.json", '["Mesh"]'),
        ("t.py", "import os\naddons = os.listdir()\nthemes = set()\n"),
        ("t.py", "addons = {"),
    ],
)
def test_an_invalid_file_of_tags_is_reported(tmp_path: Path, name: str, text: str) -> None:
    file = tmp_path / name
    file.write_text(text)

    result = validate("--valid-tags", file, GOOD)

    assert result.exit_code == 1
    assert "[usage.tag-file]" in result.stderr


def test_like_blender_turns_stricter_rules_into_warnings(tmp_path: Path) -> None:
    package = tmp_path / "x.zip"
    package.write_bytes(PACKAGES["path.unsafe"]())

    assert validate(package).exit_code == 1
    assert validate("--like-blender", package).exit_code == 0
    assert validate("--like-blender", "--strict", package).exit_code == 1


def test_quiet_prints_problems_only(folder: Path) -> None:
    assert validate("-q", folder).output == ""


def test_json_and_html_exclude_each_other(folder: Path) -> None:
    assert validate("--json", "--html", folder).exit_code == 2


def test_places_are_relative_to_the_current_folder(folder: Path) -> None:
    bad = ADD_ON.replace(b"any size", b"any size!")
    (folder / MANIFEST).write_bytes(bad)
    (folder / "gears.zip").write_bytes(add_on(manifest=bad))

    for path in (folder, folder / MANIFEST):
        assert validate(path).output.startswith(f"{folder}/{MANIFEST}:5:11: error: ")
    package = folder / "gears.zip"
    assert validate(package).output.startswith(f"{package}/{MANIFEST}:5:11: error: ")
    assert validate(folder / "none.zip").output.startswith(f"{folder}/none.zip: error: ")


def test_control_characters_of_names_are_escaped(folder: Path) -> None:
    package = folder / "gears.zip"
    package.write_bytes(add_on(("\x1b[2Jx\n::error::y", b"")))

    output = validate(package).output

    assert "\x1b" not in output
    assert f"{package}:\\x1b[2Jx\\n::error::y: error: " in output


def test_click_does_not_check_permissions_of_paths(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Click would stop at it without checking the other paths.
    monkeypatch.setattr(os, "access", lambda *_: False)

    assert validate(folder).exit_code == 0


@pytest.mark.parametrize("name", sorted(PACKAGES))
def test_like_blender_never_ends_with_a_traceback(name: str, tmp_path: Path) -> None:
    (tmp_path / "package.zip").write_bytes(PACKAGES[name]())

    result = validate("--like-blender", tmp_path / "package.zip")

    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert result.exit_code in (0, 1)
    assert result.output.startswith(str(tmp_path / "package.zip"))
