"""The client of clamd, with a fake one that answers, limits, hangs, breaks off and lies."""

from __future__ import annotations

import gc
import io
import json
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extery_site.project.clamd_address import ClamdAddress
from extery_site.scanning import clamd as clamd_module
from extery_site.scanning.clamd import (
    BLOCK_SIZE,
    MAX_ANSWER,
    Clamd,
    ClamdVerdict,
    ScannerUnavailable,
)
from extery_site.scanning.clamd_answers import MAX_TEXT, read_verdict
from tests.fake_clamd import (
    SIGNATURE,
    VERSION,
    FakeClamd,
    answering,
    closing_after,
    deaf,
    hanging,
    trickling,
)
from tests.fakes import FailingFile
from tests.parts import free_port
from tests.site.scanning.hostile import eicar, eicar_in_wheel_in_extension

CLEAN = ClamdVerdict("clean")
INFECTED = ClamdVerdict("infected", signature=SIGNATURE)


@pytest.fixture(params=["tcp", "unix"])
def fake(request: pytest.FixtureRequest) -> Iterator[FakeClamd]:
    # A path of a socket has at most 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="clamd-"))
    try:
        with FakeClamd(folder / "s" if request.param == "unix" else None) as running:
            yield running
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def clamd(fake: FakeClamd) -> Iterator[Clamd]:
    yield Clamd(fake.address)
    # A socket that was not closed is a warning, which is an error.
    gc.collect()


@pytest.fixture
def impatient(fake: FakeClamd) -> Clamd:
    return Clamd(fake.address, connect_timeout=0.2, timeout=0.2)


def scan(client: Clamd, data: bytes = b"gears") -> ClamdVerdict:
    return client.scan(io.BytesIO(data))


def why_unavailable(client: Clamd, data: bytes = b"gears") -> str:
    with pytest.raises(ScannerUnavailable) as caught:
        scan(client, data)
    return str(caught.value)


def test_the_version_is_what_clamd_says(clamd: Clamd) -> None:
    clamd.ping()
    assert clamd.version() == VERSION


@pytest.mark.parametrize("size", [0, 1, BLOCK_SIZE - 1, BLOCK_SIZE, 2 * BLOCK_SIZE + 1])
def test_every_byte_of_a_file_is_sent(clamd: Clamd, fake: FakeClamd, size: int) -> None:
    data = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    assert scan(clamd, data) == CLEAN
    assert fake.files == [data]


def test_a_file_is_read_from_where_its_stream_is(clamd: Clamd, fake: FakeClamd) -> None:
    stream = io.BytesIO(b"head" + eicar())
    stream.seek(4)
    assert clamd.scan(stream) == INFECTED
    assert fake.files == [eicar()]


def test_what_is_found_in_a_wheel_in_a_package_has_a_name(clamd: Clamd) -> None:
    assert scan(clamd, eicar_in_wheel_in_extension()) == INFECTED


def test_the_limits_of_clamd_are_tried_once_in_a_while(
    clamd: Clamd, fake: FakeClamd, monkeypatch: pytest.MonkeyPatch
) -> None:
    def scans(largest_member: int) -> int:
        before = len(fake.commands)
        assert clamd.scan(io.BytesIO(b"gears"), largest_member=largest_member) == CLEAN
        return len(fake.commands) - before

    # The file, the archive that is too deep, and zeros.
    assert [scans(size) for size in (0, 0, 1000, 999, 1000, 1001, 0)] == [2, 1, 3, 1, 1, 3, 1]
    monkeypatch.setattr(clamd_module, "PROBE_INTERVAL", 0)
    assert [scans(size) for size in (2000, 0, 1000)] == [3, 2, 3]


def test_a_file_that_is_infected_needs_no_try(clamd: Clamd, fake: FakeClamd) -> None:
    assert scan(clamd, eicar()) == INFECTED
    assert len(fake.commands) == 1


def test_a_clamd_that_fails_before_its_limits_are_known_gives_no_verdict(
    clamd: Clamd, fake: FakeClamd
) -> None:
    def once(connection: socket.socket, command: bytes) -> None:
        fake.fault = closing_after(0)
        answering(b"stream: OK\0")(connection, command)

    fake.fault = once
    assert "closed the connection" in why_unavailable(clamd)


def test_a_verdict_survives_json() -> None:
    for verdict in (CLEAN, INFECTED, ClamdVerdict("not_scanned", reason="too large")):
        stored = json.loads(json.dumps(verdict.as_dict()))
        assert ClamdVerdict.from_dict(stored) == verdict


def test_a_file_over_the_limit_of_a_stream_is_not_scanned(clamd: Clamd, fake: FakeClamd) -> None:
    data = bytes(fake.limits.stream_max_length + 1)
    for more in (b"", bytes(5_000_000)):
        verdict = scan(clamd, data + more)
        assert verdict.kind == "not_scanned"
        assert "StreamMaxLength" in verdict.reason
    assert fake.files == []


@pytest.mark.parametrize("received", [0, 1, 1000, 300_000])
def test_the_answer_is_read_if_the_connection_breaks_while_a_file_is_sent(
    clamd: Clamd, fake: FakeClamd, received: int
) -> None:
    fake.fault = closing_after(received, b"INSTREAM size limit exceeded. ERROR\0")
    assert scan(clamd, bytes(4_000_000)).kind == "not_scanned"


def test_the_answer_is_read_if_clamd_stops_reading_and_keeps_the_connection(
    impatient: Clamd, fake: FakeClamd, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fault(connection: socket.socket, command: bytes) -> None:
        connection.sendall(b"INSTREAM size limit exceeded. ERROR\0")
        deaf(connection, command)

    monkeypatch.setattr(clamd_module, "MIN_RATE", 20_000_000)
    fake.fault = fault
    assert scan(impatient, bytes(20_000_000)).kind == "not_scanned"


@pytest.mark.parametrize(
    ("answer", "limit"),
    [
        (b"stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND", "MaxFileSize"),
        (b"stream: Heuristics.Limits.Exceeded.MaxScanTime FOUND", "MaxScanTime"),
        (b"stream: Heuristics.Limits.Exceeded FOUND", "a limit"),
        (b"stream: Exceeded time limit ERROR", "MaxScanTime"),
        (b"stream: CL_ETIMEOUT: Time limit reached ERROR", "MaxScanTime"),
        (b"stream: Exceeded max scan size ERROR", "MaxScanSize"),
        (b"stream: Heuristics.Encrypted.Zip FOUND", "encrypted"),
        (b"stream: Bad format or broken data ERROR", "cannot read"),
    ],
)
def test_a_file_over_another_limit_is_not_scanned(
    clamd: Clamd, fake: FakeClamd, answer: bytes, limit: str
) -> None:
    fake.fault = answering(answer + b"\0")
    verdict = scan(clamd)
    assert (verdict.kind, verdict.signature) == ("not_scanned", "")
    assert limit in verdict.reason


@pytest.mark.parametrize(
    ("answer", "signature"),
    [
        (b"stream: Win.Test.EICAR_HDB-1 FOUND", "Win.Test.EICAR_HDB-1"),
        ("stream: Trojan.Gärs/2 FOUND".encode(), "Trojan.Gärs/2"),
        (b"stream: a FOUND FOUND", "a FOUND"),
        (b"stream: a\nstream: OK FOUND", "a stream: OK"),
        (b"stream: \x1b[31m\xff\r\n\xe2\x80\xaeX FOUND", "[31m\N{REPLACEMENT CHARACTER} X"),
        (b"stream:   FOUND", "(nothing)"),
        (b"stream: " + b"x" * 3000 + b" FOUND", "x" * (MAX_TEXT - 1) + "…"),
    ],
)
def test_the_name_of_what_was_found_is_bounded_and_printable(
    clamd: Clamd, fake: FakeClamd, answer: bytes, signature: str
) -> None:
    fake.fault = answering(answer + b"\0")
    assert scan(clamd) == ClamdVerdict("infected", signature=signature)


@pytest.mark.parametrize(
    "answer",
    [
        b"\0",
        b"OK\0",
        b"stream: ok\0",
        b"stream: OK \0",
        b"stream: OK\n\0",
        b"stream: Not OK\0",
        b"1: stream: OK\0",
        b"/tmp/file: OK\0",
        b"stream: FOUND\0",
        b"UNKNOWN COMMAND\0",
        b"COMMAND READ TIMED OUT\0",
        b"PONG\0",
        b"\xff\xfe\x00",
        b"HTTP/1.1 200 OK\r\n\r\n\0",
        b"stream: Can't allocate memory ERROR\0",
        b"stream: Can't create temporary file ERROR\0",
        # Without the end of the answer, more may have followed.
        b"",
        b"stream: OK",
        b"stream: X FOUND",
        b"stream: OK\0stream: X FOUND\0",
        b"stream: OK\0\0",
    ],
)
def test_an_answer_that_is_not_known_is_no_verdict(
    clamd: Clamd, fake: FakeClamd, answer: bytes
) -> None:
    def once(connection: socket.socket, command: bytes) -> None:
        fake.fault = None  # when its limits are tried it is right
        answering(answer)(connection, command)

    fake.fault = once
    text = why_unavailable(clamd)
    assert text.startswith("clamd ")
    assert text.isprintable()
    assert len(text) < 2 * MAX_TEXT


@given(st.one_of(st.text(), st.from_regex(r"(stream: )?.{0,20} (OK|FOUND|ERROR)\0?")))
def test_only_one_answer_is_clean(answer: str) -> None:
    try:
        verdict = read_verdict(answer, is_complete=True)
    except ScannerUnavailable as error:
        verdict = ClamdVerdict("not_scanned", reason=str(error))
    assert (verdict.kind == "clean") == (answer == "stream: OK")
    assert f"{verdict.signature}{verdict.reason}".isprintable()
    assert verdict.kind == "clean" or verdict.signature or verdict.reason


def test_an_error_of_clamd_has_no_path(clamd: Clamd, fake: FakeClamd) -> None:
    fake.fault = answering(b"Can't create /var/tmp/secret-name/x. ERROR\0")
    assert why_unavailable(clamd) == "clamd has an error: Can't create …"


def test_a_verdict_before_clamd_has_the_whole_file_counts_for_nothing(
    clamd: Clamd, fake: FakeClamd
) -> None:
    for answer in (b"stream: OK\0", b"stream: X FOUND\0", b"PONG\0"):
        fake.fault = closing_after(1000, answer)
        assert "stopped reading" in why_unavailable(clamd, bytes(4_000_000))


@pytest.mark.parametrize("received", [0, 1, 1000, 300_000])
def test_a_connection_that_breaks_without_an_answer_is_no_verdict(
    clamd: Clamd, fake: FakeClamd, received: int
) -> None:
    fake.fault = closing_after(received)
    assert "closed the connection" in why_unavailable(clamd, bytes(4_000_000))


def test_an_answer_without_end_is_cut_off(clamd: Clamd, fake: FakeClamd) -> None:
    fake.fault = answering(b"x" * 10 * MAX_ANSWER)
    assert "too long" in why_unavailable(clamd)


@pytest.mark.parametrize("fault", [hanging, trickling, deaf])
def test_clamd_has_a_limited_time_for_everything_together(
    impatient: Clamd, fake: FakeClamd, fault: object
) -> None:
    fake.fault = fault  # type: ignore[assignment]
    assert why_unavailable(impatient) == "clamd did not answer in time"
    with pytest.raises(ScannerUnavailable, match="in time"):
        impatient.version()
    with pytest.raises(ScannerUnavailable, match="in time"):
        impatient.ping()


def test_a_clamd_that_receives_nothing_is_given_up(
    impatient: Clamd, fake: FakeClamd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clamd_module, "MIN_RATE", 1_000_000_000)
    fake.fault = deaf
    assert why_unavailable(impatient, bytes(20_000_000)) == "clamd did not answer in time"


def test_a_larger_file_has_more_time(fake: FakeClamd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clamd_module, "MIN_RATE", 1000)
    client = Clamd(fake.address, timeout=0.1)
    fake.fault = hanging
    started = time.monotonic()
    why_unavailable(client, bytes(300))
    assert time.monotonic() - started >= 0.39


def test_a_slow_stream_is_no_fault_of_clamd(fake: FakeClamd) -> None:
    class Slow(io.BytesIO):
        def read(self, *arguments: int) -> bytes:  # type: ignore[override]
            time.sleep(0.15)
            return super().read(*arguments)

    assert Clamd(fake.address, timeout=0.1).scan(Slow(b"gears")) == CLEAN


def test_an_error_of_the_stream_is_passed_on(clamd: Clamd, fake: FakeClamd) -> None:
    with pytest.raises(OSError, match="Input/output error"):
        clamd.scan(FailingFile())
    assert fake.files == []
    assert scan(clamd) == CLEAN


def test_without_clamd_there_is_no_verdict(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    addresses = {
        ClamdAddress(host="127.0.0.1", port=free_port()): "Connection refused",
        ClamdAddress(host="nowhere.invalid"): "cannot be reached",
        ClamdAddress(path=str(tmp_path / "missing")): "No such file",
        ClamdAddress(path=str(tmp_path / "file")): "Connection refused",
        ClamdAddress(path="/" + "x" * 200): "too long",
    }
    for address, expected in addresses.items():
        text = why_unavailable(Clamd(address))
        assert expected in text
        assert str(tmp_path) not in text


def test_a_clamd_that_is_stopped_and_started_again_goes_on(clamd: Clamd, fake: FakeClamd) -> None:
    for _ in range(3):
        assert scan(clamd, eicar()) == INFECTED
        fake.stop()
        assert "cannot be reached" in why_unavailable(clamd)
        fake.start()
    assert scan(clamd) == CLEAN


def test_another_server_has_no_version(clamd: Clamd, fake: FakeClamd) -> None:
    fake.version = "220 mail.example.org ESMTP"
    with pytest.raises(ScannerUnavailable, match="unknown answer: 220 mail"):
        clamd.version()
    fake.fault = answering(b"+PONG\r\n\0")
    with pytest.raises(ScannerUnavailable, match="unknown answer"):
        clamd.ping()


def test_threads_share_a_client(clamd: Clamd) -> None:
    files = [eicar(), b"gears"] * 20
    with ThreadPoolExecutor(8) as pool:
        verdicts = list(pool.map(lambda data: scan(clamd, data), files))
    assert verdicts == [INFECTED, CLEAN] * 20
