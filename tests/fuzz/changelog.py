"""The changelog of a package and its maintainer, as shown on the page."""

from __future__ import annotations

from extery.manifest.maintainers import display_name
from extery.repository.page.metadata import newest_section

SEEDS = (
    b"# Changelog\n\n## 1.2.0\n\n- Gears of any size\n- Fewer teeth\n\n## 1.1.0\n\n* First\n",
    b"News\n====\n\n1.2\n---\n\nMore gears.\n\n1.1\n---\n",
    b"plain text\nin two lines\n",
    b"Ada Smith <ada@example.org>, Bo <bo@example.org>",
)
TOKENS = (
    b"# ", b"#", b"## ", b"=" * 3, b"-" * 3, b"~~~", b"^^^", b"\n", b"\r", b"\n\n\n", b"- ", b"* ", b"1.0", b" ", b"\t", b"\x0b", b"\x0c", "\u2028".encode(), b"\xef\xbb\xbf", b"<", b">", b" <", b"@",
)  # fmt: skip


def target(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    assert len(newest_section(text)) < 700
    display_name(text)
