"""Fixes of manifests remove their problems, cause no others, and keep all other text."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from extery.author.build.source_folder import read_source_folder
from extery.author.manifest_fix import ManifestFixer
from extery.core.errors import ProblemList
from extery.manifest.positions import find_comments
from tests.samples import GOOD
from tests.samples import MANIFESTS as SAMPLES

#: Samples whose fix is a guess, changes what is offered to whom, or changes the id.
UNSAFE = {
    *("manifest.asset_library.url-missing", "manifest.blender_version_max.inclusive"),
    *("manifest.blender_version_max.not-numbers", "manifest.id.double-underscore"),
    *("manifest.id.invisible", "manifest.id.not-identifier", "manifest.id.outer-underscore"),
    *("manifest.license.deprecated", "manifest.license.unknown", "manifest.license.wrong-type"),
    *("manifest.platforms.no-effect", "manifest.tags.unknown-tag", "manifest.website.not-url"),
}
#: Samples without a fix: only their author knows the right value, or whether the file or the list is wrong.
WITHOUT = {
    *(name for name in SAMPLES if ".asset_library." in name and name not in UNSAFE),
    *("manifest.blender_version_max.empty-range", "manifest.blender_version_max.wrong-type"),
    *("manifest.blender_version_min.missing", "manifest.build.not-a-table"),
    *("manifest.copyright.missing-name", "manifest.copyright.wrong-type-item"),
    *("manifest.id.capitals", "manifest.id.keyword", "manifest.id.missing"),
    *("manifest.id.not-ascii", "manifest.id.wrong-type", "manifest.key.unknown"),
    *("manifest.license.blank-item", "manifest.license.empty", "manifest.license.missing"),
    *("manifest.license.wrong-type-item", "manifest.maintainer.empty"),
    *("manifest.maintainer.missing", "manifest.maintainer.wrong-type", "manifest.name.empty"),
    *("manifest.name.missing", "manifest.name.wrong-type", "manifest.permissions.empty"),
    *("manifest.permissions.not-a-table", "manifest.permissions.too-long"),
    *("manifest.permissions.unknown-key", "manifest.permissions.wrong-type"),
    *("manifest.permissions.wrong-type-item", "manifest.platforms.wrong-type-item"),
    *("manifest.tagline.empty", "manifest.tagline.missing", "manifest.tagline.too-long"),
    *("manifest.tagline.wrong-type", "manifest.tags.wrong-type-item", "manifest.type.missing"),
    *("manifest.toml.not-utf-8", "manifest.toml.syntax", "manifest.version.missing"),
    *("manifest.website.wrong-type", "manifest.wheels.bad-wheel-name"),
    *("manifest.wheels.control-character", "manifest.wheels.no-platform"),
    *("manifest.wheels.not-a-wheel", "manifest.wheels.outside"),
    *("manifest.wheels.platform-without", "manifest.wheels.unlisted-platform"),
    "manifest.wheels.wrong-type-item",
}


def fixer(text: str) -> ManifestFixer:
    return ManifestFixer(text, Path(), valid_tags=None)


def problems_of(text: str) -> ProblemList:
    return read_source_folder(Path(), data=text.encode()).problems


def fixed(text: str, *, unsafe: bool = True) -> str:
    return fixer(text).apply((), unsafe=unsafe)[0]


@pytest.mark.parametrize("code", sorted(SAMPLES))
def test_each_problem_has_a_safe_fix_an_unsafe_one_or_a_reason_to_have_none(code: str) -> None:
    try:
        text = SAMPLES[code].read_bytes().decode()
    except UnicodeDecodeError:
        assert code in WITHOUT
        return
    kinds = {fix.is_safe for fix in fixer(text).available(()) if fix.problem.code == code}

    assert kinds == (set() if code in WITHOUT else {code not in UNSAFE})
    if code not in WITHOUT:
        assert code not in {problem.code for problem in problems_of(fixed(text))}
    if code in UNSAFE:
        assert code in {problem.code for problem in problems_of(fixed(text, unsafe=False))}


#: Kinds of problems that were hidden by one that was fixed.
REVEALED = {"empty-range", "unknown", "unknown-tag", "not-url", "bad-wheel-name"}


@pytest.mark.parametrize("seed", range(25))
def test_fixes_of_many_problems_keep_comments_and_cause_no_problems(seed: int) -> None:
    text = broken(random.Random(seed))
    before = problems_of(text)

    once = fixed(text)

    assert fixed(once) == once
    after = problems_of(once)
    new = Counter(p.code for p in after) - Counter(p.code for p in before)
    assert {code.rpartition(".")[2] for code in new} <= REVEALED
    assert len(after.errors) <= len(before.errors)
    assert sorted(find_comments(once)) == sorted(find_comments(text))


def broken(rng: random.Random) -> str:
    """Return a manifest with several mistakes, comments, and one of the notations of tables."""
    lines = {
        "schema_version": ['"1.0.0"', '"1.0"', "1", '"2.0.0"'],
        "id": ['"gear_tool"', '"gear-tool"', '"_gear"'],
        "name": ['"Gear Tool"', '" Gear Tool"', '"Gear\\tTool"'],
        "version": ['"1.0.0"', '"1.2"', "1.10", '"v1.0.0"', '"1.0.0-"', "[1, 2, 3]"],
        "tagline": ['"Makes gears"', '"Makes gears."', "'Makes gears! '", '"""\nMakes gears…"""'],
        "type": ['"add-on"', '"addon"', '"Add_on"', '["theme"]'],
        rng.choice(["maintainer", "author", "authors"]): ['"Ada Smith"', '["Ada Smith"]'],
        rng.choice(["license", "licence"]): ['["SPDX:MIT"]', '"MIT"', '["mit"]', '["GPL-3.0"]'],
        rng.choice(["blender_version_min", "blender"]): ['"4.2.0"', '"4.2"', "4.2", '"3.6.0"'],
        "blender_version_max": ['"5.1.0"', '""', '"5.0.99"', '"99.0.0"', '"5.1.x"'],
        rng.choice(["tags", "category"]): ['["Mesh"]', '"Mesh"', '["mesh", "Mesh", ""]', "[]"],
        "platforms": ['["linux-x64"]', '["win64",\n # one\n "windows-x64", # two\n]', '["all"]'],
        rng.choice(["website", "doc_url", "url"]): ['"https://example.org/x"', '"gears.org"', '""'],
        "copyright": ['["2024 Ada"]', '"© 2024 Ada"', "[]", '["2018- Ada Smith",\n  # x\n]'],
    }
    fields = [f"{key} = {rng.choice(values)} # {key}\n" for key, values in lines.items()]
    rng.shuffle(fields)
    permissions = rng.choice(
        [
            '\n# why\n[permissions]\nfiles = "Read." # f\nnetworks = "Load" # n\n',
            '[permissions]\ntags = ["Mesh"] # t\n',
            "permissions = { files = 'Read', network = \"Load \" } # p\n",
            'network = "Load" # n\n[permissions] # here\n',
            "permissions = {} # p\n",
        ]
    )
    build = rng.choice(
        [
            '[build]\npaths_exclude_pattern = ["", "*.psd"] # b\nwebsite = "https://a.org"\n',
            '[build]\npaths = ["a.py", # a\n "a.py", "icons\\\\a.png",]\n',
            "",
        ]
    )
    return "# top\n" + "".join(fields) + permissions + build


def test_a_field_that_is_right_is_never_changed() -> None:
    assert fixed(GOOD.read_text()) == GOOD.read_text()


@pytest.mark.parametrize(
    ("old", "new", "is_safe"),
    [
        ('version = "1.10"', 'version = "1.10.0"', True),
        ("version = 1.10", 'version = "1.10.0"', True),
        ('version = "1.0.0 beta"', 'version = "1.0.0"', False),
        ('license = "GPL-3.0-or-later"', 'license = ["SPDX:GPL-3.0-or-later"]', True),
        ('license = ["GNU GPL v3"]', 'license = ["SPDX:GPL-3.0-or-later"]', False),
        ('license = ["SPDX:GPL-3.0+"]', 'license = ["SPDX:GPL-3.0-or-later"]', True),
        ('platforms = ["win64", "windows-x64"]', 'platforms = ["windows-x64"]', True),
        ('platforms = ["macos"]', 'platforms = ["macos-x64", "macos-arm64"]', False),
        ('tags = ["mesh"]', 'tags = ["Mesh"]', True),
        ('tags = ["Modelling"]', 'tags = ["Modeling"]', False),
        ('category = "Mesh"', 'tags = ["Mesh"]', True),
        ('doc_url = "https://a.org"', 'website = "https://a.org"', True),
        ('copyright = ["(c) 2024 Ada"]', 'copyright = ["2024 Ada"]', True),
        ('tagline = "Makes gears!.."', 'tagline = "Makes gears"', True),
        ('paths_exclude_pattern = ["*.psd"]', '[build]\npaths_exclude_pattern = ["*.psd"]', False),
    ],
)
def test_a_cure_that_is_a_guess_is_not_safe(old: str, new: str, is_safe: bool) -> None:
    key, other = old.partition(" =")[0], new.partition(" =")[0]
    rest = "".join(
        line
        for line in MINIMAL.splitlines(keepends=True)
        if line.partition(" =")[0] not in (key, other)
    )

    text, applied = fixer(f"{rest}{old} # here\n").apply((), unsafe=True)

    assert text.replace("\n\n", "\n") == f"{rest}{new} # here\n"
    assert [fix.is_safe for fix in applied] == [is_safe]


MINIMAL = """schema_version = "1.0.0"
id = "gear_tool"
version = "1.0.0"
name = "Gear Tool"
tagline = "Makes gears"
maintainer = "Ada Smith"
type = "add-on"
license = ["SPDX:MIT"]
blender_version_min = "4.2.0"
"""


@pytest.mark.parametrize(
    "line",
    [
        'tags = ["General"]',  # no tag resembles it
        'version = "0.0.8.1"',  # one of the numbers would be lost
        'category = "3d stuff"',  # the list would have an error
        'tracker = "https://a.org"',
        "permissions = ['files']",  # the reason is missing
    ],
)
def test_what_only_the_author_knows_is_not_invented(line: str) -> None:
    key = line.partition(" =")[0]
    text = "".join(x for x in MINIMAL.splitlines(keepends=True) if not x.startswith(f"{key} "))

    assert fixed(f"{text}{line}\n") == f"{text}{line}\n"


def test_a_table_that_a_move_empties_is_removed() -> None:
    text = f'{MINIMAL}[permissions] # why\ntags = ["Mesh"] # t\n'

    assert fixed(text) == f'{MINIMAL}tags = ["Mesh"] # t\n# why\n'


def test_a_large_manifest_has_no_fixes_and_many_problems_end() -> None:
    long = MINIMAL + "".join(f'key_{number} = " "\n' for number in range(5_000))
    many = MINIMAL + "tags = [" + "'mesh', " * 3_000 + "]\n"

    assert fixed(long) == long
    assert problems_of(fixed(many))  # more than are looked at
