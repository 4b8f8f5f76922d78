"""``repo.json`` of 2017: add-ons by the ``bl_info`` in their source, which is never run."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from extery.cli.commands.server_generate import command
from extery.core.errors import Conflict, InvalidInput, ProblemList
from extery.repository.generate import generate
from extery.repository.legacy.bl_info import read_bl_info
from extery.repository.legacy.repo_json import legacy_listing
from tests.fuzz.child import peak_of
from tests.repository.packages import put
from tests.samples.packages import packed

INFO = b"""bl_info = {
    "name": "Gear Tool", "author": "Ada", "version": (1, 2), "blender": (2, 78, 0),
    "category": "Mesh", "api": 36079, "warning": "",
}
raise SystemExit("this module was run")
"""
BASE = "https://example.org/add-ons/"


def legacy_document(
    folder: Path, problems: ProblemList | None = None, **fields: str
) -> dict[str, Any]:
    values = {"base_url": BASE, "name": ""} | fields
    found = legacy_listing(
        folder, problems=ProblemList() if problems is None else problems, **values
    )
    return json.loads(found.data)


def test_a_module_is_listed_with_its_bl_info(tmp_path: Path) -> None:
    (tmp_path / "gear tool.py").write_bytes(INFO)

    assert legacy_document(tmp_path) == {
        "name": "add-ons",
        "url": f"{BASE}repo.json",
        "packages": [
            {
                "bl_info": {
                    "name": "Gear Tool",
                    "author": "Ada",
                    "version": [1, 2],
                    "blender": [2, 78, 0],
                    "category": "Mesh",
                    "warning": "",
                },
                "files": ["gear tool.py"],
                "url": f"{BASE}gear%20tool.py",
            }
        ],
    }


@pytest.mark.parametrize(
    ("members", "files"),
    [
        (["gear_tool/__init__.py", "gear_tool/ops.py"], ["gear_tool"]),
        (["gear_tool.py", "README.txt"], ["README.txt", "gear_tool.py"]),
        (["gear_tool/__init__.py", "gear_tool/blender_manifest.toml"], ["gear_tool"]),
    ],
)
def test_a_zip_is_listed_with_the_names_that_it_installs(
    tmp_path: Path, members: list[str], files: list[str]
) -> None:
    (tmp_path / "a.zip").write_bytes(packed(*[(name, INFO) for name in members]))

    (package,) = legacy_document(tmp_path)["packages"]

    assert package["files"] == files
    assert package["url"] == f"{BASE}a.zip"


def test_files_that_are_no_legacy_add_ons_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "notes.py").write_text("# bl_info is what add-ons have\n")
    (tmp_path / "broken.zip").write_text("bl_info")
    (tmp_path / ".hidden.py").write_bytes(INFO)
    (tmp_path / "flat.zip").write_bytes(packed(("__init__.py", INFO)))
    put(tmp_path, "extension.zip")
    problems = ProblemList()

    assert legacy_document(tmp_path, problems)["packages"] == []
    assert not problems


def test_packages_are_sorted_by_name_and_version(tmp_path: Path) -> None:
    (tmp_path / "1.py").write_bytes(INFO.replace(b"(1, 2)", b"(1, 10)"))
    (tmp_path / "2.py").write_bytes(INFO)
    (tmp_path / "3.py").write_bytes(INFO.replace(b"Gear", b"anvil"))

    packages = legacy_document(tmp_path)["packages"]

    assert [Path(item["url"]).name for item in packages] == ["3.py", "2.py", "1.py"]


@pytest.mark.parametrize(
    ("base", "name"),
    [
        ("https://example.org/add-ons", "add-ons"),
        ("http://localhost/", "localhost"),
        ("file:///packages/old%20ones/", "old ones"),
    ],
)
def test_a_repository_is_named_after_its_address(tmp_path: Path, base: str, name: str) -> None:
    found = legacy_document(tmp_path, base_url=base)

    assert found["name"] == name
    assert found["url"].startswith(base)
    assert found["url"].endswith("/repo.json")


@pytest.mark.parametrize(
    ("source", "code", "words"),
    [
        ("bl_info = {", "generate.bl-info-unreadable", "is not Python"),
        ("bl_info = dict(name='A')", "generate.bl-info-unreadable", "is computed"),
        ("bl_info = {'name': name}", "generate.bl-info-unreadable", "is computed"),
        ("bl_info = " + "[" * 5000, "generate.bl-info-unreadable", "is not Python"),
        ("bl_info = [1]", "generate.bl-info-wrong", "must be a dictionary"),
        ("bl_info = {'name': 'A'}", "generate.bl-info-wrong", "has no version, blender"),
        (
            "bl_info = {'name': 'A', 'version': '1.0', 'blender': (2, 8)}",
            "generate.bl-info-wrong",
            "version in bl_info must be numbers",
        ),
        (
            "bl_info = {'name': 3, 'version': (1,), 'blender': (2, 8)}",
            "generate.bl-info-wrong",
            "name in bl_info must be text",
        ),
    ],
)
def test_an_invalid_bl_info_is_reported_and_the_others_are_listed(
    tmp_path: Path, source: str, code: str, words: str
) -> None:
    (tmp_path / "bad.py").write_text(source)
    (tmp_path / "good.py").write_bytes(INFO)
    problems = ProblemList()

    packages = legacy_document(tmp_path, problems)["packages"]

    assert [Path(item["url"]).name for item in packages] == ["good.py"]
    (problem,) = problems
    assert problem.code == code
    assert words in problem.message
    assert problem.where.file == str(tmp_path / "bad.py")


def test_old_source_causes_no_syntax_warning() -> None:
    assert read_bl_info(b'a = "\\d"\n' + INFO, file="a.py") is not None


def test_the_last_bl_info_at_module_level_is_used() -> None:
    other = INFO.replace(b"bl_info", b"bl_info: dict").replace(b"Gear", b"Other")

    found = read_bl_info(INFO + other + b"if x:\n    bl_info = 3\n", file="a.py")

    assert found is not None
    assert found["name"] == "Other Tool"


def test_legacy_add_ons_and_extensions_can_share_a_folder(tmp_path: Path) -> None:
    put(tmp_path, "new.zip")
    (tmp_path / "old.zip").write_bytes(packed(("gear_tool/__init__.py", INFO)))
    (tmp_path / "older.py").write_bytes(INFO)

    done = generate(tmp_path, legacy=True, base_url=BASE)
    without = generate(tmp_path)

    document = json.loads((tmp_path / "repo.json").read_bytes())
    assert [Path(item["url"]).name for item in document["packages"]] == ["old.zip", "older.py"]
    assert [item["archive_url"] for item in done.entries] == ["./new.zip"]
    assert not done.problems
    assert [problem.code for problem in without.problems] == ["package.legacy"]


def test_the_legacy_listing_is_written_only_after_changes(
    tmp_path: Path,
) -> None:
    def run(base_url: str = BASE) -> list[str]:
        return [path.name for path in generate(tmp_path, legacy=True, base_url=base_url).written]

    (tmp_path / "a.py").write_bytes(INFO)
    assert "repo.json" in run()
    assert run() == []
    (tmp_path / "b.py").write_bytes(INFO)
    assert run() == ["repo.json"]
    assert run("https://example.org/elsewhere/") == ["repo.json"]


def test_a_base_url_is_required_as_an_option_or_in_the_configuration(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        generate(tmp_path, legacy=True)
    assert caught.value.code == "generate.legacy-base-url-missing"
    assert not (tmp_path / "index.json").exists()

    (tmp_path / "blender_repo.toml").write_text(
        f'schema_version = "1.0.0"\ntitle = "Old gears"\nbase_url = "{BASE}"\n'
    )
    generate(tmp_path, legacy=True)
    document = json.loads((tmp_path / "repo.json").read_bytes())
    assert (document["name"], document["url"]) == ("Old gears", f"{BASE}repo.json")


def test_the_command_writes_repo_json(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(INFO)
    arguments = ["--repo-dir", str(tmp_path), "--baseurl", BASE]

    without = CliRunner().invoke(command, arguments)
    done = CliRunner().invoke(command, [*arguments, "--legacy-repo-json"])

    assert "--baseurl has no effect without --legacy-repo-json" in without.stderr
    assert done.exit_code == 0, done.output
    assert (tmp_path / "repo.json").is_file()


@pytest.mark.parametrize(
    "text",
    ['{"packages": [], "url": ""}', "[1]\n", "not JSON", "\ud800", '{"a":1,"a":2}', "[" * 9_999],
)
def test_a_repo_json_of_another_tool_stays_without_force(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.py").write_bytes(INFO)
    path = tmp_path / "repo.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    before = path.read_bytes()

    with pytest.raises(Conflict) as caught:
        generate(tmp_path, legacy=True, base_url=BASE)

    assert caught.value.code == "generate.file-not-owned"
    assert "--force" in caught.value.problems[0].hint
    assert path.read_bytes() == before
    assert not (tmp_path / "index.json").exists()
    assert path in generate(tmp_path, legacy=True, base_url=BASE, force=True).written


def test_a_repo_json_of_its_own_is_replaced_without_the_state(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(INFO)
    generate(tmp_path, legacy=True, base_url=BASE)
    (tmp_path / "b.py").write_bytes(INFO.replace(b"Gear", b"Rope"))
    shutil.rmtree(tmp_path / ".extery")

    generate(tmp_path, legacy=True, base_url=BASE)

    assert len(json.loads((tmp_path / "repo.json").read_bytes())["packages"]) == 2


def test_a_dangling_link_as_repo_json_stays(tmp_path: Path) -> None:
    (tmp_path / "repo.json").symlink_to(tmp_path / "missing")

    with pytest.raises(Conflict):
        generate(tmp_path, legacy=True, base_url=BASE)


@pytest.mark.parametrize(
    "tail",
    [
        b"a\n" * 2_000_000,
        b"a;" * 2_000_000,
        b"x = [" + b"0," * 1_900_000 + b"]\n",
        b"a = a" + b"()" * 1_900_000,
    ],
    ids=["lines", "one line", "a list", "calls"],
)
def test_reading_a_large_module_needs_bounded_memory(tmp_path: Path, tail: bytes) -> None:
    (tmp_path / "large.py").write_bytes(INFO + tail)
    script = (
        "import pathlib, sys\n"
        "from extery.repository.legacy.bl_info import read_bl_info\n"
        "found = read_bl_info(pathlib.Path(sys.argv[1]).read_bytes(), file='x')\n"
        "assert found['name'] == 'Gear Tool'\n"
    )

    # The syntax tree of the whole module took 800 MB to 3.6 GB.
    assert peak_of(script, str(tmp_path / "large.py")) < 150_000_000


def test_text_that_only_resembles_bl_info_is_ignored() -> None:
    text = b'"""\nbl_info = 1\n"""\ndef f(a=\n"bl_info"):\n    bl_info = 2\nprint(bl_info)\n# bl_info = 3\n'

    assert read_bl_info(text, file="a.py") is None
    assert read_bl_info(text + INFO + b"print bl_info['name']\n", file="a.py") is not None


@pytest.mark.parametrize("coding", ["punycode", "utf-7", "unicode_escape", "idna", "rot13", "none"])
def test_encodings_other_than_character_sets_are_refused(coding: str) -> None:
    with pytest.raises(InvalidInput, match="is not Python"):
        read_bl_info(f"# coding: {coding}\n".encode() + INFO, file="a.py")


def test_the_encoding_of_a_coding_line_with_other_letters_is_used() -> None:
    source = "# coding: latin-1, J\u00f6rg\n".encode("latin-1") + INFO.replace(b"Gear", b"R\xe4der")

    found = read_bl_info(source, file="a.py")

    assert found is not None
    assert found["name"] == "R\u00e4der Tool"


def test_a_version_number_beyond_the_range_of_json_is_refused() -> None:
    with pytest.raises(InvalidInput, match="must be numbers"):
        read_bl_info(INFO.replace(b"(1, 2)", b"(1, 0x" + b"f" * 5_000 + b")"), file="a.py")
