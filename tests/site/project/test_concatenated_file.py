"""A file of several byte strings reads like one of all their bytes."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st

from extery_site.project.http_server.concatenated_file import ConcatenatedFile

steps = st.lists(
    st.one_of(
        st.tuples(st.just("read"), st.integers(-1, 12)),
        st.tuples(st.just("seek"), st.integers(0, 20)),
        st.tuples(st.just("skip"), st.integers(0, 5)),
        st.tuples(st.just("end"), st.just(0)),
    ),
    max_size=8,
)


@given(st.lists(st.binary(max_size=6), max_size=5), steps)
def test_it_reads_like_the_file_of_all_bytes(
    parts: list[bytes], steps: list[tuple[str, int]]
) -> None:
    file, expected = ConcatenatedFile(parts), io.BytesIO(b"".join(parts))
    end = len(expected.getvalue())
    for kind, number in steps:
        if kind == "read":
            assert file.read(number) == expected.read(number)
        elif kind == "end":
            assert file.seek(0, io.SEEK_END) == expected.seek(0, io.SEEK_END)
        else:
            start = 0 if kind == "seek" else expected.tell()
            target = min(start + number, end)
            expected.seek(target)
            assert file.seek(start + number) == target
        assert file.tell() == expected.tell()


def test_a_closed_file_has_no_bytes() -> None:
    file = ConcatenatedFile([b"ab", b"c"])
    file.close()
    assert file.read() == b""
