"""An unexpected error in one package does not stop the others."""

import io
import logging
from pathlib import Path

import pytest

from extery.core.errors import ProblemList
from extery.package import Package
from extery.package.error_capture import capture_errors
from extery.repository.generate import generate
from extery.repository.package_scan import scan_package
from extery.rules.engine import check_package
from tests.repository.packages import put
from tests.samples.packages import add_on


@pytest.fixture(params=[RecursionError, MemoryError, AssertionError, KeyError, UnicodeError])
def broken(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> type[Exception]:
    """Raise an unexpected exception while a package called ``odd`` is read."""
    real = Package.manifest_bytes.func  # type: ignore[attr-defined]

    def manifest_bytes(package: Package) -> bytes:
        if package.name.startswith("odd"):
            raise request.param("an unexpected error")
        data: bytes = real(package)
        return data

    monkeypatch.setattr(Package, "manifest_bytes", property(manifest_bytes))
    kind: type[Exception] = request.param
    return kind


def test_an_unexpected_exception_in_a_check_becomes_a_problem(
    broken: type[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        report = check_package(io.BytesIO(add_on()), name="odd.zip")

    assert [problem.code for problem in report.problems] == ["package.unexpected"]
    assert broken.__name__ in report.problems.errors[0].message
    assert "an unexpected error" in caplog.text


def test_a_repository_lists_the_other_packages(tmp_path: Path, broken: type[Exception]) -> None:
    put(tmp_path, "good.zip", extension_id="good")
    put(tmp_path, "odd.zip", extension_id="odd")

    done = generate(tmp_path)

    assert [entry["id"] for entry in done.entries] == ["good"]
    assert [problem.code for problem in done.problems] == ["package.unexpected"]
    assert broken.__name__ in str(next(iter(done.problems)))


def test_a_keyboard_interrupt_is_not_caught() -> None:
    with pytest.raises(KeyboardInterrupt), capture_errors(ProblemList(), "x.zip"):
        raise KeyboardInterrupt


def test_a_package_deleted_during_the_scan_is_reported(tmp_path: Path) -> None:
    (tmp_path / "gone.zip").symlink_to(tmp_path / "nowhere")

    [problem] = scan_package(tmp_path, "gone.zip").problems
    assert problem.code == "package.not-found"
