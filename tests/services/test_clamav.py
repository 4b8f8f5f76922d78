"""The same files through the fake clamd and a real one, which proves the fake; and what only the real one shows."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from extery_site.scanning.clamd import BLOCK_SIZE, Clamd, ClamdVerdict, ScannerUnavailable
from extery_site.scanning.package_scan import scan_package
from tests.fake_clamd import SIGNATURE, FakeClamd, Limits
from tests.parts import require_part
from tests.services.clamav import ClamdServer
from tests.site.packages import encrypted, package, zip_of
from tests.site.scanning.hostile import (
    eicar,
    eicar_in_extension,
    eicar_in_wheel,
    eicar_in_wheel_in_extension,
    eicar_in_zip,
    nested,
    packed_with,
)

REAL = pytest.param("real", marks=pytest.mark.clamd)
LIMITS = Limits()


@pytest.fixture(scope="module")
def real() -> Iterator[ClamdServer]:
    with ClamdServer(require_part("clamd"), limits=LIMITS) as server:
        yield server


@pytest.fixture(params=["fake", REAL])
def clamd(request: pytest.FixtureRequest) -> Iterator[Clamd]:
    if request.param == "real":
        yield Clamd(request.getfixturevalue("real").address)
        return
    with FakeClamd(limits=LIMITS) as fake:
        yield Clamd(fake.address)


@pytest.fixture(params=["fake", REAL])
def silent(request: pytest.FixtureRequest) -> Iterator[Clamd]:
    """A clamd that does not report its limits, which is its default."""
    limits = Limits(alert_exceeds_max=False)
    is_real = request.param == "real"
    with (
        ClamdServer(require_part("clamd"), limits=limits)
        if is_real
        else FakeClamd(limits=limits) as server
    ):
        yield Clamd(server.address)


def scan(client: Clamd, data: bytes) -> ClamdVerdict:
    return client.scan(io.BytesIO(data))


def noise(size: int) -> bytes:
    """Return bytes that cannot be compressed."""
    import random

    return random.Random(size).randbytes(size)


CLEAN = {
    "empty": lambda: b"",
    "text": lambda: b"gears",
    "package": package,
    "several blocks": lambda: noise(999_999),
    "largest file": lambda: noise(LIMITS.max_file_size),
    "deepest": lambda: nested(b"gears", LIMITS.max_recursion - 1),
    # The signature is that of the whole file.
    "eicar and more": lambda: eicar() + b"\n",
}
INFECTED = {
    "eicar": eicar,
    "in zip": eicar_in_zip,
    "in extension": eicar_in_extension,
    "in wheel": eicar_in_wheel,
    "in wheel in extension": eicar_in_wheel_in_extension,
    "deepest": lambda: nested(eicar(), LIMITS.max_recursion - 1),
    "after what is too deep": lambda: zip_of(
        {"deep.zip": nested(b"gears", LIMITS.max_recursion), "eicar.com": eicar()}
    ),
}
NOT_SCANNED = {
    "stream": (lambda: bytes(LIMITS.stream_max_length + 1), "StreamMaxLength"),
    "long stream": (lambda: bytes(20 * LIMITS.stream_max_length), "StreamMaxLength"),
    "file": (lambda: noise(LIMITS.max_file_size + 1), "MaxFileSize"),
    "recursion": (lambda: nested(eicar(), LIMITS.max_recursion), "MaxRecursion"),
    "deep recursion": (lambda: nested(eicar(), 100), "MaxRecursion"),
    "together": (
        lambda: packed_with(
            zipfile.ZIP_DEFLATED,
            {f"{number}.bin": bytes([number]) * 900_000 for number in range(12)},
        ),
        "MaxScanSize",
    ),
}


@pytest.mark.parametrize("name", CLEAN)
def test_a_file_without_a_virus_is_clean(clamd: Clamd, name: str) -> None:
    assert scan(clamd, CLEAN[name]()) == ClamdVerdict("clean")


@pytest.mark.parametrize("name", INFECTED)
def test_a_virus_is_found_wherever_it_is(clamd: Clamd, name: str) -> None:
    assert scan(clamd, INFECTED[name]()) == ClamdVerdict("infected", signature=SIGNATURE)


@pytest.mark.parametrize("name", NOT_SCANNED)
def test_a_file_over_a_limit_is_never_clean(clamd: Clamd, name: str) -> None:
    make, limit = NOT_SCANNED[name]
    expected = f"the file is over a limit: clamd's {limit}"
    assert scan(clamd, make()) == ClamdVerdict("not_scanned", reason=expected)


def test_a_stream_of_the_maximum_length_is_scanned(clamd: Clamd) -> None:
    # Not clean, because that is more than the maximum size of a file.
    verdict = scan(clamd, bytes(LIMITS.stream_max_length))
    assert verdict.reason.endswith("MaxFileSize")


def test_what_clamd_does_not_inflate_is_not_clean(clamd: Clamd) -> None:
    """clamd reads the beginning of a large compressed file, and says nothing of the rest."""
    size = LIMITS.max_file_size + len(eicar())
    package = packed_with(
        zipfile.ZIP_DEFLATED, {"gears.bin": bytes(LIMITS.max_file_size) + eicar()}
    )
    assert scan(clamd, package).kind == "clean"

    verdict = clamd.scan(io.BytesIO(package), largest_member=size)
    assert verdict.kind == "not_scanned"
    assert "MaxFileSize" in verdict.reason
    infected = packed_with(zipfile.ZIP_DEFLATED, {"gears.bin": bytes(size), "eicar.com": eicar()})
    assert clamd.scan(io.BytesIO(infected), largest_member=size).kind == "infected"
    largest = packed_with(zipfile.ZIP_DEFLATED, {"gears.bin": bytes(LIMITS.max_file_size)})
    stream = io.BytesIO(largest)
    assert clamd.scan(stream, largest_member=LIMITS.max_file_size).kind == "clean"


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_clamd_unpacks_the_usual_methods(clamd: Clamd, method: int) -> None:
    assert scan(clamd, packed_with(method, {"eicar.com": eicar()})).kind == "infected"


def test_what_clamd_cannot_unpack_is_not_clean(clamd: Clamd) -> None:
    """clamd says nothing of files that are packed with LZMA, have zip64 records, or are encrypted."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w") as archive,
        archive.open("eicar.com", "w", force_zip64=True) as file,
    ):
        file.write(eicar())
    zip64 = buffer.getvalue()
    lzma = packed_with(zipfile.ZIP_LZMA, {"eicar.com": eicar()})
    secret = zip_of({"data.zip": encrypted(packed_with(zipfile.ZIP_DEFLATED, {"a": b"gears"}))})
    for data, kind in ((lzma, "infected"), (zip64, "infected"), (secret, "not_scanned")):
        assert scan(clamd, data).kind == "clean"
        assert scan_package(clamd, io.BytesIO(data)).kind == kind
    assert scan_package(clamd, io.BytesIO(package())).kind == "clean"


def test_without_alerts_on_limits_nothing_is_clean(silent: Clamd) -> None:
    for data in (package(), nested(eicar(), LIMITS.max_recursion), b""):
        with pytest.raises(ScannerUnavailable, match="set AlertExceedsMax to yes"):
            scan(silent, data)
    assert scan(silent, eicar_in_zip()).kind == "infected"
    assert scan(silent, bytes(LIMITS.stream_max_length + 1)).kind == "not_scanned"


def test_clamd_answers_and_has_a_version(clamd: Clamd) -> None:
    clamd.ping()
    assert clamd.version().startswith("ClamAV 1.")


@pytest.mark.clamd
def test_a_real_clamd_is_the_same_over_tcp(real: ClamdServer) -> None:
    client = Clamd(real.tcp_address)
    assert client.version() == Clamd(real.address).version()
    assert scan(client, eicar()).kind == "infected"
    assert scan(client, package()).kind == "clean"
    for size in (LIMITS.stream_max_length + 1, 20 * LIMITS.stream_max_length):
        assert scan(client, bytes(size)).reason.endswith("StreamMaxLength")


@pytest.mark.clamd
def test_a_real_clamd_scans_for_many_threads(real: ClamdServer) -> None:
    client = Clamd(real.address)
    files = [eicar_in_zip(), package(), bytes(LIMITS.stream_max_length + 1)] * 20
    with ThreadPoolExecutor(16) as pool:
        kinds = [verdict.kind for verdict in pool.map(lambda data: scan(client, data), files)]
    assert kinds == ["infected", "clean", "not_scanned"] * 20


@pytest.mark.clamd
def test_a_real_clamd_can_be_stopped_killed_and_started_again() -> None:
    with ClamdServer(require_part("clamd"), limits=LIMITS) as server:
        client = Clamd(server.address)
        for end in (server.stop, server.kill):
            assert scan(client, eicar()).kind == "infected"
            end()
            with pytest.raises(ScannerUnavailable, match="cannot be reached"):
                scan(client, eicar())
            server.start()
        assert scan(client, package()).kind == "clean"
    with pytest.raises(ScannerUnavailable, match="cannot be reached"):
        client.ping()


@pytest.mark.clamd
def test_a_real_clamd_that_is_killed_while_it_reads_gives_no_verdict() -> None:
    with ClamdServer(require_part("clamd"), limits=LIMITS) as server:

        class Killing(io.BytesIO):
            def read(self, *arguments: int) -> bytes:  # type: ignore[override]
                if self.tell() > 2 * BLOCK_SIZE:
                    server.kill()
                return super().read(*arguments)

        with pytest.raises(ScannerUnavailable, match="closed the connection"):
            Clamd(server.address).scan(Killing(bytes(LIMITS.max_file_size)))
        server.start()
        assert scan(Clamd(server.address), bytes(LIMITS.max_file_size)).kind == "clean"
