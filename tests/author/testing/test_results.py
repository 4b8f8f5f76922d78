"""The answer of a session is read with suspicion: the extension could have written it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extery.author.testing.results import Answer, place_in_trace, read_answer
from extery.author.testing.supervise import Ended

ENDED = Ended(0, "", "", 0, 1.0)


def answer_of(folder: Path, *rows: Any) -> Answer:
    path = folder / "answer"
    path.write_bytes(
        b"\n".join(row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows)
    )
    return read_answer(path, folder / "trace", ENDED)


def test_a_whole_answer_is_read(tmp_path: Path) -> None:
    answer = answer_of(
        tmp_path,
        {"kind": "start", "version": "5.3.0"},
        {"kind": "step", "name": "enable"},
        {"kind": "error", "step": "enable", "reason": "E: x", "place": ["a.py", 3], "text": "…"},
        {"kind": "left_over", "what": "timers", "name": "t", "place": None},
        {"kind": "observed", "permission": "files", "detail": "/x", "place": ["a.py", 4]},
        {"kind": "test", "name": "t", "outcome": "passed", "seconds": 1, "reason": "", "text": "", "place": None},
        {"kind": "tests_end", "status": 0, "reason": ""},
        {"kind": "coverage", "file": "a.py", "statements": [[1, 3], [5, 5]], "missing": [[2, 2]]},
        {"kind": "seconds", "import": 0.5, "other": 1},
        {"kind": "step", "name": "end"},
    )  # fmt: skip
    assert (answer.version, answer.last_step, answer.is_complete) == ("5.3.0", "end", True)
    assert answer.failures[0].place == ("a.py", 3)
    assert answer.left_overs[0].what == "timers"
    assert answer.observed[0].detail == "/x"
    assert answer.tests[0].outcome == "passed"
    assert answer.coverage["a.py"].statements == {1, 2, 3, 5}
    assert answer.coverage["a.py"].missing == {2}
    assert answer.seconds == {"import": 0.5}


def test_no_answer_means_that_blender_did_not_start(tmp_path: Path) -> None:
    answer = read_answer(tmp_path / "answer", tmp_path / "trace", ENDED)
    assert (answer.version, answer.last_step, answer.is_complete) == ("", "start", False)


def test_a_failure_belongs_to_the_last_step(tmp_path: Path) -> None:
    rows = [{"kind": "step", "name": "install"}, {"kind": "failure", "reason": "no manifest"}]
    [failure] = answer_of(tmp_path, *rows, {"kind": "step", "name": "end"}).failures
    assert (failure.step, failure.reason) == ("install", "no manifest")


@pytest.mark.parametrize(
    "row",
    [
        b"\xff\xfe",
        b"[" * 10_000,
        7,
        {"kind": "error"},
        {"kind": "error", "reason": "x", "place": ["a.py", "b"]},
        {"kind": "test", "name": "t", "outcome": "splendid", "seconds": 1},
        {"kind": "test", "name": "t", "outcome": "passed", "seconds": "x"},
        {"kind": "coverage", "file": "a.py", "statements": [7], "missing": []},
        {"kind": "seconds", "import": "long"},
        {"kind": "tests_end", "status": "good"},
        {
            "kind": "test",
            "name": "t",
            "outcome": "passed",
            "seconds": 1,
            "reason": "",
            "text": "",
            "place": ["f", float("inf")],
        },
        {
            "kind": "test",
            "name": "t",
            "outcome": "passed",
            "seconds": 10**400,
            "reason": "",
            "text": "",
            "place": None,
        },
        {"kind": "coverage", "file": "a.py", "statements": [[-(10**12), 1]], "missing": []},
        {"kind": "coverage", "file": "a.py", "statements": [[0, 1]], "missing": []},
        {"kind": "coverage", "file": "a.py", "statements": [[1, 10**12]], "missing": []},
        {"kind": "coverage", "file": "a.py", "statements": [[1, float("inf")]], "missing": []},
        {"kind": "seconds", "import": 10**400},
        {"kind": "seconds", "import": float("nan")},
        {"kind": "left_out", "of": "test", "count": 10**400},
        b'{"kind": ' + b"[" * 400 + b"]" * 400 + b"}",
        {"kind": ["start"]},
    ],
    ids=lambda row: str(row)[:60],
)
def test_what_is_not_as_it_should_be_is_left_out(tmp_path: Path, row: Any) -> None:
    answer = answer_of(tmp_path, row, {"kind": "step", "name": "end"})
    assert answer.is_complete
    assert not [*answer.failures, *answer.tests, *answer.coverage, *answer.seconds]


def test_lines_of_coverage_have_a_bound_in_one_row_and_in_all(tmp_path: Path) -> None:
    one = {"kind": "coverage", "file": "a.py", "statements": [[1, 1_000_000]] * 50, "missing": []}
    assert answer_of(tmp_path, one).coverage == {}
    row = {"kind": "coverage", "statements": [[1, 400_000]], "missing": []}
    rows = [{**row, "file": f"{number}.py"} for number in range(1_000)]
    assert [*answer_of(tmp_path, *rows).coverage] == ["0.py", "1.py"]


def test_a_row_that_no_session_writes_is_not_parsed(tmp_path: Path) -> None:
    row = b'{"kind": "coverage", "file": "a.py", "missing": [], "statements": [%s[1, 2]]}'
    assert answer_of(tmp_path, row % (b"[1, 1], " * 300_000)).coverage == {}
    assert answer_of(tmp_path, row % b"[1, 1], ").coverage["a.py"].statements == {1, 2}


def test_the_last_step_counts_after_any_number_of_rows(tmp_path: Path) -> None:
    rows = [{"kind": "step", "name": f"step {number}"} for number in range(1_000)]
    assert answer_of(tmp_path, *rows, {"kind": "step", "name": "end"}).is_complete


def test_control_characters_do_not_reach_the_terminal(tmp_path: Path) -> None:
    row = {"kind": "left_over", "what": "timers", "name": "\x1b[31mred\x07\nx", "place": None}
    [found] = answer_of(tmp_path, row).left_overs
    assert found.name == "\ufffd[31mred\ufffd x"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["kind", "name", "reason", "place", "what", "statements", "status"]),
            inner,
        )
    ),
    max_leaves=6,
)
KINDS = [
    "start",
    "step",
    "error",
    "failure",
    "left_over",
    "observed",
    "test",
    "tests_end",
    "coverage",
    "seconds",
]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(KINDS),
            st.dictionaries(
                st.sampled_from(
                    [
                        "version",
                        "name",
                        "reason",
                        "place",
                        "what",
                        "statements",
                        "missing",
                        "file",
                        "status",
                        "outcome",
                        "seconds",
                        "text",
                        "permission",
                        "detail",
                        "import",
                    ]
                ),
                JSON,
            ),
        ),
        max_size=6,
    )
)
def test_no_answer_makes_the_reader_fail(rows: list[tuple[str, dict[str, Any]]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        answer = answer_of(Path(name), *({**values, "kind": kind} for kind, values in rows))
    assert isinstance(answer, Answer)


def test_the_innermost_place_of_a_trace_is_in_the_extension() -> None:
    trace = (
        'Thread 0x1 (most recent call first):\n  File "/usr/lib/time.py", line 3 in sleep\n'
        '  File "/w/extensions/user_default/gears/sub/a.py", line 7 in wait\n'
        '  File "/w/extensions/user_default/gears/__init__.py", line 9 in register\n'
    )
    assert place_in_trace(trace, "extensions/user_default/gears") == ("sub/a.py", 7)
    assert place_in_trace(trace, "extensions/user_default/other") is None
