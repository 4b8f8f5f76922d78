"""``blender_repo.toml``: the blocklist, and what is wrong with it."""

from pathlib import Path

import pytest

from extery.core.errors import InvalidInput, ProblemList
from extery.generate.config import FILENAME, read_config

HEAD = 'schema_version = "1.0.0"\n'
BLOCK = '[[blocklist]]\nid = "gear_tool"\nreason = "broken"\n'


def blocklist(folder: Path, text: str) -> list[object]:
    (folder / FILENAME).write_text(text)
    problems = ProblemList()
    found = list(read_config(folder, None, problems).blocklist)
    assert not problems
    return found


def codes(folder: Path, data: str | bytes) -> list[str]:
    (folder / FILENAME).write_bytes(data.encode() if isinstance(data, str) else data)
    with pytest.raises(InvalidInput) as caught:
        read_config(folder, None, ProblemList())
    assert all(problem.where.file == str(folder / FILENAME) for problem in caught.value.problems)
    return [problem.code for problem in caught.value.problems]


def test_a_folder_without_one_blocks_nothing(tmp_path: Path) -> None:
    assert read_config(tmp_path, None, ProblemList()).blocklist == ()


def test_blocks_are_read_with_all_they_say(tmp_path: Path) -> None:
    assert blocklist(tmp_path, HEAD + BLOCK + 'since = "2025"\n') == [
        {"id": "gear_tool", "reason": "broken", "since": "2025"}
    ]


@pytest.mark.parametrize("text", [HEAD, HEAD + "blocklist = []\n"])
def test_no_blocks_are_allowed(tmp_path: Path, text: str) -> None:
    assert blocklist(tmp_path, text) == []


@pytest.mark.parametrize(
    "text", [BLOCK, f'schema_version = "1.1.0"\n{BLOCK}', "schema_version = 1\n"]
)
def test_another_schema_is_refused(tmp_path: Path, text: str) -> None:
    assert codes(tmp_path, text) == ["generate.config-schema"]


@pytest.mark.parametrize(
    "text",
    [
        'blocklist = ["gear_tool"]\n',
        'blocklist = "gear_tool"\n',
        '[blocklist]\nid = "gear_tool"\n',
        '[[blocklist]]\nid = "gear_tool"\n',
        '[[blocklist]]\nid = 3\nreason = "broken"\n',
    ],
)
def test_a_blocklist_of_another_shape_is_refused(tmp_path: Path, text: str) -> None:
    assert codes(tmp_path, HEAD + text) == ["generate.config-blocklist"]


@pytest.mark.parametrize("data", [b"\xff", b"schema_version = ", b"\xef\xbb\xbfa = 1\n"])
def test_what_is_not_toml_is_refused(tmp_path: Path, data: bytes) -> None:
    assert codes(tmp_path, data) == ["generate.config-not-toml"]


def test_a_file_that_is_named_has_to_be_there(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_config(tmp_path, tmp_path / "none.toml", ProblemList())

    assert caught.value.code == "generate.config-missing"


def test_a_key_without_effect_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "my.toml").write_text(f"{HEAD}block_list = []\n{BLOCK}")
    problems = ProblemList()

    config = read_config(tmp_path, tmp_path / "my.toml", problems)

    assert len(config.blocklist) == 1
    [problem] = problems
    assert (problem.code, problem.where.field) == ("generate.config-unknown-key", "block_list")
