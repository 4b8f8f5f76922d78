"""Names of members that do not mean the same file on every system are refused."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from extery.core.errors import ProblemList
from extery.package.collisions import MAX_NAME_PROBLEMS, check_names
from extery.package.names import are_plain, collision_key, find_name_issue, is_plain, is_unsafe


def codes_of(*names: str) -> list[str]:
    problems = ProblemList()
    check_names(names, problems)
    return [problem.code for problem in problems]


@pytest.mark.parametrize(
    "name",
    [
        *("__init__.py", "a/b/c.py", ".gitignore", ".github/x.yml", "a..b", "..data/x", "…/x", "C/x"),
        *("a b.txt", "größe.txt", "歯車.py", "é/è.txt", "a+b-c_d.py", "~/x", "x~1y.txt", "#1.txt", "a;b.txt"),
        *("data/", "a/b/", "console.py", "com10.txt", "auxiliary/x", "nul_.py", "🚀.png", "₹.txt", "a'b(c)[d].py"),
    ],
)  # fmt: skip
def test_ordinary_names_are_accepted(name: str) -> None:
    assert find_name_issue(name) is None


@pytest.mark.parametrize(
    "name",
    ["../x", "a/../../x", "a/..", "/etc/x", "//x", "C:/x", "c:x", "x::$DATA", "..\\x", "\\x", "a\\..\\x", ".. /x"],
)  # fmt: skip
def test_names_outside_the_target_folder_are_unsafe(name: str) -> None:
    assert is_unsafe(name)
    assert codes_of(name) == ["path.unsafe"]


@pytest.mark.parametrize(
    "name",
    [
        *(
            "./x",
            "a/./x",
            "a/.",
            ".",
            "a//x",
            "a//",
            "x.",
            "x ",
            "x. .",
            "a./x",
            "a /x",
            "folder./",
        ),
        *("tool.py;1", "tool.py;", "a/tool.py;123", "", "dir ./y"),
    ],
)
def test_names_that_tools_normalize_are_ambiguous(name: str) -> None:
    assert codes_of(name) == ["path.ambiguous"]


@pytest.mark.parametrize(
    "name",
    [
        *("aux.py", "a/NUL", "com1.txt", "COM¹.txt", "lpt²", "LPT³.tar.gz", "CONIN$", "conout$.txt", "con"),
        *("aux .py", "nul  .txt", "prn/x.py", "com0", "clock$", "tool:b", "tool.py::$DATA", "what?.py", "a<b", 'a"b', "a|b"),
        *("t\x01", "t\x7f", "t\x00", "a\nb", "\x1b[2K", "\u202eyp.x", "a\u200bb", "\ufeffx", "a\u2028", "\ud800"),
        *("da\ufe0fta.txt", "da\u180bta.txt", "\u2066yp.x", "a\u061cb", "辻\U000e0100.py"),
        *("x" * 256, "é" * 128, "a/" * 1200 + "x", "a/" * 101 + "x", "\U000e0041", "\u0378"),
    ],
)  # fmt: skip
def test_names_that_are_invalid_on_some_system_are_refused(name: str) -> None:
    assert codes_of(name) == ["path.not-portable"]


@pytest.mark.parametrize("character", "\u202e\u2066\u200b\u061c\ufe0f\u3164\u180b")
def test_an_invisible_character_in_a_name_is_named(character: str) -> None:
    problems = ProblemList()
    check_names([f"gear{character}yp.py"], problems)
    assert f"U+{ord(character):04X}, which is invisible" in problems[0].message


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(("Tool.py", "tool.py"), ("a/x", "a/X"), ("größe.txt", "GRÖSSE.txt"), ("ſ.py", "S.py"), ("ı.py", "I.py")),
        (unicodedata.normalize("NFC", "é.py"), unicodedata.normalize("NFD", "é.py")),
        *(("\u212a.py", "k.py"), ("ﬁ.py", "fi.py"), ("Å.py", "\u212b.py"), ("µ.py", "μ.py"), ("ΣΑΣ", "σας")),
        *(("é.py", "#U00e9.py"), ("歯.py", "#U6B6F.py")),
        *(("\U0002f868.txt", "\u36fc.txt"), ("\U0002f95f.txt", "\u7aee.txt")),
        *(("❤\ufe0f.txt", "❤.txt"), ("ᠭ\u180bᠠ.txt", "ᠭᠠ.txt")),
    ],
)  # fmt: skip
def test_two_names_that_fold_to_one_are_refused(one: str, other: str) -> None:
    assert collision_key(one) == collision_key(other)
    assert codes_of(one, other) == ["path.case-collision"]
    assert codes_of(other, one) == ["path.case-collision"]


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (("x.py", "x.py"), "package.duplicate-member"),
        (("a/", "a/"), "package.duplicate-member"),
        (("a", "a/x"), "path.file-and-folder"),
        (("a/x", "a"), "path.file-and-folder"),
        (("a", "a/"), "path.file-and-folder"),
        (("a/", "a"), "path.file-and-folder"),
        (("A", "A/b/c"), "path.file-and-folder"),
        (("a/b/c", "a/B"), "path.file-and-folder"),
    ],
)
def test_duplicate_members_and_files_with_the_name_of_a_folder_are_refused(
    names: tuple[str, ...], code: str
) -> None:
    assert codes_of(*names) == [code]


@pytest.mark.parametrize(
    "names", [("a/", "a/x", "a/b/", "a/b/y"), ("a/x", "a/"), ("a/b/x", "a/b/")]
)
def test_entries_of_folders_are_optional(names: tuple[str, ...]) -> None:
    assert codes_of(*names) == []


@pytest.mark.parametrize(
    ("long", "short"),
    [
        ("blender_manifest.toml", "BLENDE~1.TOM"),
        ("blender_manifest.toml", "blende~12.tom"),
        ("blender_manifest.toml", "BL1A2B~1.TOM"),
        ("__init__.py", "__INIT~1.PY"),
        ("my module.long.py", "MYMODU~1.PY"),
        ("größenverhältnis.txt", "GR_ENV~1.TXT"),
        (".gitignore", "GITIGN~1"),
        ("wheels_and_more/x.whl", "WHEELS~1/y.whl"),
        ("data/some_texture.jpeg", "data/SOMETE~1.JPE"),
    ],
)
def test_a_short_alias_of_another_member_is_refused(long: str, short: str) -> None:
    expected = [] if short.startswith(("SOMETE", "GR_ENV", "data/SOMETE")) else ["path.short-name"]

    assert codes_of(long, short) == expected
    assert codes_of(short, long) == expected


def test_a_short_name_without_a_matching_long_name_is_accepted() -> None:
    assert codes_of("image~1.png", "other.png", "image~2.png", "data/images.png", "LONGNA~1") == []


def test_a_folder_in_two_cases_is_a_warning_and_colliding_files_an_error() -> None:
    assert codes_of("Data/a.txt", "data/b.txt") == ["path.folder-case"]
    assert codes_of("A/x", "a/X") == ["path.folder-case", "path.case-collision"]
    assert codes_of("A/", "a/") == ["path.folder-case"]


def test_folders_over_the_limit_are_not_checked() -> None:
    names = [f"{number}/" + "a/" * 80 + "x" for number in range(5000)]

    assert codes_of(*names) == ["package.too-many-members"]


def test_names_with_backslashes_are_one_problem() -> None:
    names = ["kit\\__init__.py", "kit\\data\\x.txt", "kit\\blender_manifest.toml"]
    problems = ProblemList()
    check_names(names, problems)

    [problem] = problems
    assert problem.code == "path.backslash"
    assert "3 names have backslashes" in problem.message


def test_problems_of_names_are_limited() -> None:
    assert len(codes_of(*(f"what{number}?.py" for number in range(1000)))) == MAX_NAME_PROBLEMS


def test_many_duplicates_are_one_problem() -> None:
    problems = ProblemList()
    check_names([*(f"{number}.txt" for number in range(1000))] * 2, problems)

    [problem] = problems
    assert problem.message == "'0.txt' is in the package twice, and so are 999 more"


def test_the_message_names_the_member_that_is_replaced() -> None:
    for name in ("./tool.py", "a/../tool.py", "tool.py;1", "tool.py ", "Tool.py."):
        problems = ProblemList()
        check_names(["tool.py", name], problems)
        expected = "" if ".." in name else "it replaces 'tool.py'"
        assert expected in problems.errors[0].message


def test_names_that_look_alike_are_shown_with_code_points() -> None:
    problems = ProblemList()
    check_names(["\u964b.txt", "\uf951.txt"], problems)

    assert r"\u964b" in problems.errors[0].message
    assert r"\uf951" in problems.errors[0].message


def test_many_hostile_names_are_checked_in_linear_time() -> None:
    deep = ["歯/" * 90 + f"x{number}/" * 8 + "y" for number in range(2000)]
    tildes = [f"LONGNA~{number}.TXT" for number in range(20_000)]

    assert codes_of(*deep) == []
    assert codes_of(*tildes, *(f"other_name_{number}.txt" for number in range(2000))) == []


PLAIN = ("a.py", "Data/b.py", "Data/more/c.py", "data.py", "folder/")
#: Members that collide with one of the above, or mean another file on some system.
COLLIDING = (
    *("A.py", "a.py", "data/x.py", "DATA/more/x.py", "Data", "a.py/x", "folder", "Folder/x"),
    *("Data/More", "con.py", "x/aux", "a~1.py", "Folder/", "folder/", "data.py/"),
)


@pytest.mark.parametrize("name", COLLIDING)
@pytest.mark.parametrize("first", [True, False], ids=["first", "last"])
def test_the_fast_check_of_plain_names_finds_the_same_problems(name: str, first: bool) -> None:
    names = [name, *PLAIN] if first else [*PLAIN, name]

    assert codes_of(*names) == codes_of_slow_path(*names)


def codes_of_slow_path(*names: str) -> list[str]:
    """Return the codes of the slow path, which a name with ``#`` switches on for all names."""
    return codes_of("#", *names)


def test_distinct_plain_names_have_no_problem() -> None:
    assert codes_of(*PLAIN) == codes_of_slow_path(*PLAIN) == []


@given(
    st.lists(
        st.one_of(st.text("aC.o/n_-\n 1", max_size=8), st.sampled_from(["a.py", "b/c.py", "d/"]))
    )
)
@example(["a\nb"])
@example(["a", ""])
@example(["\n"])
@example([])
@example(["x" * 201])
@example(["con.py", "a"])
def test_names_are_plain_together_if_each_is(names: list[str]) -> None:
    assert are_plain(names) is all(map(is_plain, names))
