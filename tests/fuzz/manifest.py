"""A manifest: strict and lenient, in a package and in a folder, with warnings and offsets."""

from __future__ import annotations

import random

from extery.core import licenses
from extery.core.errors import ProblemList
from extery.listing.entries import (
    Listing,
    check_entry,
    dump_listing,
    make_entry,
    make_listing,
    parse_listing,
)
from extery.manifest import maintainers
from extery.manifest.document import Manifest, blender_tags, check_manifest
from extery.manifest.plain_toml import read_plain
from extery.manifest.positions import find_offsets
from extery.manifest.toml import parse_toml
from tests.fuzz.judge import check_problems
from tests.fuzz.mutate import mutated
from tests.fuzz.seeds import beside, extra, manifests
from tests.manifest import mutations

SEEDS = (*manifests(), *beside("*/src/blender_manifest.toml"), *extra("manifests/*"))
TOKENS = (
    *(field.encode() for field in mutations.FIELDS), b"build", b"generated", b"[build]", b"[build.generated]", b"[permissions]", b"[[tags]]", b"= ", b'"', b"'", b'"""', b"'''", b"[", b"]", b"{", b"}", b",", b".", b"#", b"\n", b"\r\n",
    b"\\", b'\\"', b"\\u0000", b"\\U0010ffff", b"\\x1b", b"true", b"nan", b"inf", b"-inf", b"1979-05-27", b"07:32:00", b"1979-05-27T07:32:00Z", b"0o7", b"0b1", b"1e5", b"_", b"a = 1\n", b"[a]\n", b"[[a]]\n", b"a.",
    b"SPDX:", b"SPDX:GPL-3.0-or-later", b" AND ", b" OR ", b" WITH ", b"(", b")", b"LicenseRef-", b"+", b"add-on", b"theme", b"4.2.0", b"-none-any.whl", b"-", b"https://", b"[::", b"@", b"<", b">",
    *(sign.encode() for sign in "\u202e\u200b\u200c\u200d\u200e\ufe0f\u3164\u180bع❤🚀🏴\U000e0067"),
)  # fmt: skip


def make(source: random.Random) -> bytes:
    """Return fields with odd values, and a few mutations of the text."""
    fields = dict(mutations.GOOD)
    values = (
        *(mutations.OTHERS),
        *mutations.LONG_NUMBERS,
        *map(_quoted, (*mutations.TEXTS, *mutations.COPYRIGHTS, *mutations.WHEELS)),
        *(f"[{_quoted(x)}]" for x in (*mutations.COPYRIGHTS, *mutations.WHEELS, *mutations.TAGS)),
    )
    for _ in range(source.randint(1, 5)):
        fields[source.choice(mutations.FIELDS)] = source.choice(values)
    if source.random() < 0.2:
        fields["build"] = source.choice(mutations.BUILDS)
    data = mutations.toml(fields)
    return mutated(source, (data,), TOKENS, most=3) if source.random() < 0.5 else data


def _quoted(text: str) -> str:
    return '"' + "".join(f"\\U{ord(c):08x}" if c in '"\\' or c < " " else c for c in text) + '"'


def target(data: bytes) -> None:
    for strict in (True, False):
        for packaged in (True, False):
            found, problems = check_manifest(
                data, strict=strict, packaged=packaged, valid_tags=blender_tags()
            )
            check_problems(problems)
            assert (found is None) == bool(problems.errors)
            if found is not None:
                _use(found)
    text = data.decode("utf-8", "replace")
    table, problems = parse_toml(text, ProblemList(), "x"), ProblemList()
    plain = read_plain(text)
    assert plain is None or plain == table
    if table is not None:
        try:
            find_offsets(text)
        except RecursionError:  # its documented error for lists nested by the hundred
            assert text.count("[") + text.count("{") > 50
        if table:
            check_entry(table, problems, file="x", index=0)
            check_problems(problems)


def _use(manifest: Manifest) -> None:
    assert isinstance(manifest.parsed_version.sort_key, str)
    assert isinstance(str(manifest.blender_range), str)
    maintainers.display_name(manifest.maintainer)
    for text in manifest.license:
        licenses.license_page_url(text)
    item = make_entry(manifest, archive_url="./x.zip", archive_size=1, archive_hash="0" * 64)
    read: Listing = parse_listing(dump_listing(make_listing([item])))
    assert len(read.data) == 1
