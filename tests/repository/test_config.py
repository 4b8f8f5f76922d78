"""``blender_repo.toml``: its settings, its blocklist, and their errors."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from extery.core.errors import InvalidInput, Problem, ProblemList
from extery.repository.config.keys import CHANNEL, EXTENSION, TOP, Key
from extery.repository.config.repository_config import CONFIG_FILENAME, read_repository_config

HEAD = 'schema_version = "1.0.0"\n'
BLOCK = '[[blocklist]]\nid = "gear_tool"\nreason = "broken"\n'


def blocklist(folder: Path, text: str) -> list[object]:
    (folder / CONFIG_FILENAME).write_text(text)
    problems = ProblemList()
    found = list(read_repository_config(folder, None, problems).blocklist)
    assert not problems
    return found


def problems_of(folder: Path, data: str | bytes) -> list[Problem]:
    (folder / CONFIG_FILENAME).write_bytes(data.encode() if isinstance(data, str) else data)
    with pytest.raises(InvalidInput) as caught:
        read_repository_config(folder, None, ProblemList())
    assert all(
        problem.where.file == str(folder / CONFIG_FILENAME) for problem in caught.value.problems
    )
    return list(caught.value.problems)


def codes(folder: Path, data: str | bytes) -> list[str]:
    return [problem.code for problem in problems_of(folder, data)]


def test_without_a_configuration_there_are_no_blocks(tmp_path: Path) -> None:
    assert read_repository_config(tmp_path, None, ProblemList()).blocklist == ()


def test_blocks_are_read_with_id_and_reason(tmp_path: Path) -> None:
    assert blocklist(tmp_path, HEAD + BLOCK) == [{"id": "gear_tool", "reason": "broken"}]


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("nonsense = 3\n", "remove it"),
        ("since = 2026-01-31\n", "remove it"),
        ("score = nan\n", "remove it"),
        ("prereleases = false\n", "move it above the first line in brackets"),
        ("retention = 1\n", "move it above the first line in brackets"),
        ("pinned.gear_tool = '1.2.0'\n", "move it above the first line in brackets"),
    ],
)
def test_another_key_in_a_block_is_an_error_that_says_where_it_belongs(
    tmp_path: Path, line: str, hint: str
) -> None:
    [problem] = problems_of(tmp_path, HEAD + BLOCK + line)

    assert (problem.code, problem.severity) == ("generate.config-blocklist", "error")
    assert problem.where.path[:2] == ("blocklist", 0)
    assert problem.hint.startswith(hint)


@pytest.mark.parametrize("table", ["[extensions.gear_tool]", "[channels.beta]"])
def test_a_key_of_the_file_in_a_table_is_named(tmp_path: Path, table: str) -> None:
    (tmp_path / CONFIG_FILENAME).write_text(f'{HEAD}{table}\ntitle = "Gears"\n')
    problems = ProblemList()

    read_repository_config(tmp_path, None, problems)

    [problem] = problems
    assert problem.code == "generate.config-unknown-key"
    assert problem.hint.startswith("move it above the first line in brackets")


@pytest.mark.parametrize("text", [HEAD, HEAD + "blocklist = []\n"])
def test_an_empty_blocklist_is_valid(tmp_path: Path, text: str) -> None:
    assert blocklist(tmp_path, text) == []


@pytest.mark.parametrize(
    "text", [BLOCK, f'schema_version = "1.1.0"\n{BLOCK}', "schema_version = 1\n"]
)
def test_another_schema_is_refused(tmp_path: Path, text: str) -> None:
    assert codes(tmp_path, text) == ["generate.config-schema"]


def test_a_missing_schema_is_called_missing(tmp_path: Path) -> None:
    [problem] = problems_of(tmp_path, BLOCK)
    assert problem.message == "schema_version is missing"
    assert problem.hint == 'begin the file with: schema_version = "1.0.0"'


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
def test_an_invalid_blocklist_is_refused(tmp_path: Path, text: str) -> None:
    assert codes(tmp_path, HEAD + text) == ["generate.config-blocklist"]


@pytest.mark.parametrize("data", [b"\xff", b"schema_version = ", b"\xef\xbb\xbfa = 1\n"])
def test_a_file_that_is_not_toml_is_refused(tmp_path: Path, data: bytes) -> None:
    assert codes(tmp_path, data) == ["generate.config-not-toml"]


def test_a_configuration_given_as_an_option_must_exist(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_repository_config(tmp_path, tmp_path / "none.toml", ProblemList())

    assert caught.value.code == "generate.config-missing"


def test_an_unknown_key_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "my.toml").write_text(f"{HEAD}block_list = []\n{BLOCK}")
    problems = ProblemList()

    config = read_repository_config(tmp_path, tmp_path / "my.toml", problems)

    assert len(config.blocklist) == 1
    [problem] = problems
    assert (problem.code, problem.where.field) == ("generate.config-unknown-key", "block_list")


@pytest.mark.parametrize("value", ["false", "7", "['gear_tool']", "''"])
def test_a_key_of_channels_has_no_effect_at_top_level(value: str, tmp_path: Path) -> None:
    (tmp_path / CONFIG_FILENAME).write_text(f"{HEAD}only = {value}\n")
    problems = ProblemList()

    assert read_repository_config(tmp_path, None, problems).policy.only is None
    assert [problem.code for problem in problems] == ["generate.config-unknown-key"]


FULL = """\
schema_version = "1.0.0"
title = "Gears and more"
base_url = "https://example.org/packages"
prereleases = false
retention = 3
platforms = ["freebsd-x64"]
other_platforms = false

[pinned]
gear_tool = "1.2.0"

[extensions.gear_tool]
name = "Gears"
tags = ["Mesh"]
blender_version_max = "6.0.0"

[channels.beta]
prereleases = true

[channels.stable]
retention = 1
pinned = {}
only = ["gear_tool"]
"""


def test_all_settings_are_read(tmp_path: Path) -> None:
    (tmp_path / CONFIG_FILENAME).write_text(FULL)
    (tmp_path / "sets").mkdir()
    (tmp_path / "sets" / "shot-7.toml").write_text('gear_tool = "1.2.0"\ndusk = "*"\n')
    problems = ProblemList()

    config = read_repository_config(tmp_path, None, problems)

    assert not problems
    assert (config.title, config.base_url) == ("Gears and more", "https://example.org/packages/")
    assert (config.policy.prereleases, config.policy.retention) == (False, 3)
    assert config.policy.pinned == {"gear_tool": "1.2.0"}
    assert (config.platforms, config.other_platforms) == (["freebsd-x64"], False)
    assert config.extensions["gear_tool"]["name"] == "Gears"
    beta, stable = config.channels["beta"], config.channels["stable"]
    assert (beta.prereleases, beta.retention, beta.pinned) == (True, 3, {"gear_tool": "1.2.0"})
    assert (stable.prereleases, stable.retention, stable.pinned, stable.only) == (
        False,
        1,
        {},
        ["gear_tool"],
    )
    assert config.sets["shot-7"].pinned == {"gear_tool": "1.2.0"}
    assert config.sets["shot-7"].only == ["dusk", "gear_tool"]


def test_sets_need_no_other_configuration(tmp_path: Path) -> None:
    (tmp_path / "sets").mkdir()
    (tmp_path / "sets" / "shot.toml").write_text('gear_tool = "*"\n')

    assert list(read_repository_config(tmp_path, None, ProblemList()).sets) == ["shot"]


@pytest.mark.parametrize(
    "text",
    [
        "title = 3\n",
        'title = " "\n',
        'base_url = "example.org"\n',
        'base_url = "https://example.org/?a=1"\n',
        'base_url = "https://ada:secret@example.org/"\n',
        "retention = 0\n",
        "retention = true\n",
        "prereleases = 1\n",
        "platforms = []\n",
        '[pinned]\ngear_tool = "1.2"\n',
        "[channels]\nbeta = 1\n",
        "[channels.beta]\nonly = 3\n",
        "extensions = []\n",
        "[extensions.gear_tool]\nblender_version_min = 4\n",
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(tmp_path: Path, text: str) -> None:
    assert codes(tmp_path, HEAD + text) == ["generate.config-value"]


@pytest.mark.parametrize("name", ["Beta", "a/b", "..", "sets", "platforms", "", "é", "con", "lpt1"])
def test_an_invalid_channel_name_is_refused(tmp_path: Path, name: str) -> None:
    assert codes(tmp_path, f"{HEAD}[channels.{name!r}]\n") == ["generate.config-name"]


def test_a_set_with_invalid_versions_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sets").mkdir()
    (tmp_path / "sets" / "Shot.toml").write_text('gear_tool = "newest"\n')

    with pytest.raises(InvalidInput) as caught:
        read_repository_config(tmp_path, None, ProblemList())

    assert [(p.code, p.where.field) for p in caught.value.problems] == [
        ("generate.config-name", ""),
        ("generate.config-value", "gear_tool"),
    ]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("retension = 3\n", "did you mean 'retention'?"),
        ("[channels.beta]\nprerelease = true\n", "did you mean 'prereleases'?"),
        ("[extensions.gear_tool]\ntag = 1\n", "did you mean 'tags'?"),
    ],
)
def test_a_misspelt_key_gets_a_suggestion(tmp_path: Path, text: str, hint: str) -> None:
    (tmp_path / CONFIG_FILENAME).write_text(HEAD + text)
    problems = ProblemList()

    read_repository_config(tmp_path, None, problems)

    [problem] = problems
    assert problem.code == "generate.config-unknown-key"
    assert problem.hint.startswith(hint)


def test_the_example_of_every_key_is_valid(tmp_path: Path) -> None:
    def lines(keys: Iterable[Key]) -> str:
        return "".join(f"{key.name} = {key.example}\n" for key in keys)

    text = lines([key for key in TOP if key.name not in ("extensions", "channels")])
    text += "[extensions.gear_tool]\n" + lines(EXTENSION) + "[channels.beta]\n" + lines(CHANNEL)
    (tmp_path / CONFIG_FILENAME).write_text(text)
    problems = ProblemList()

    read_repository_config(tmp_path, None, problems)

    assert not problems


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("https://x.org/{name}/{file}", "only {id}, {version} and {file} are replaced"),
        ("https://x.org/{Version}/{file}", "only {id}, {version} and {file} are replaced"),
        ("https://x.org/{}/{file}", "only {id}, {version} and {file} are replaced"),
        ("https://x.org/{version}/", "must have {file}"),
        ("ftp://x.org/{file}", "must be a URL that begins with http:// or https://"),
        ("https://x.org/a b/{file}", "is percent-encoded"),
        ("https://github.com/ada/x/releases/tag/v{version}/{file}", "a page about files"),
        ("https://codeberg.org/ada/x/blob/main/{file}", "a page about files"),
    ],
)
def test_a_url_of_packages_that_cannot_work_has_one_reason(
    tmp_path: Path, template: str, message: str
) -> None:
    [problem] = problems_of(tmp_path, f'{HEAD}archive_url = "{template}"\n')

    assert (problem.code, problem.severity) == ("generate.config-value", "error")
    assert message in problem.message


def test_a_key_of_the_file_below_a_table_of_versions_is_named(tmp_path: Path) -> None:
    text = f'{HEAD}[pinned]\ngear_tool = "1.2.0"\nprereleases = false\ntitle = "1.0.0"\ndusk = 3\n'

    misplaced, version = problems_of(tmp_path, text)

    assert misplaced.where.path == ("pinned", "prereleases")
    assert "belongs to the whole file" in misplaced.message
    assert version.where.path == ("pinned", "dusk")
    assert version.hint == 'for example: dusk = "1.2.0"'


@pytest.mark.parametrize(
    "text",
    [
        r'title = "Gears\u202E"' + "\n",
        '[[blocklist]]\nid = "gear_tool"\nreason = "Deletes\\u200B files"\n',
        '[[blocklist]]\nid = "gear\\uFE0F_tool"\nreason = "Deletes files"\n',
    ],
)
def test_invisible_text_is_refused(tmp_path: Path, text: str) -> None:
    [problem] = problems_of(tmp_path, HEAD + text)

    assert problem.code == "generate.config-value"
    assert "invisible or reordering character U+" in problem.message
