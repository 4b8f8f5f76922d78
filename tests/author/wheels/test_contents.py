"""What a wheel states and contains is read within limits, whatever it is."""

from __future__ import annotations

import io
import json
import tracemalloc
import zipfile

import pytest

from extery.author.wheels.contents import MAX_LISTED, Reader, WheelFacts, modules_of
from extery.author.wheels.report import check_wheels
from extery.core.errors import InvalidPackage
from extery.package import Archive
from extery.package.size_limits import Limits
from tests.author.wheels.hostile_wheels import HOSTILE
from tests.author.wheels.packages import package_with, wheel_name, wheel_with
from tests.zips.mutations import mutants
from tests.zips.seeds import wheel as wheel_seed


def facts(wheel: bytes) -> WheelFacts:
    """Return the facts of the only wheel of a package."""
    package = package_with({wheel_name("gearlib"): wheel})
    (checked,) = check_wheels(package, index=None).wheels
    assert WheelFacts.from_dict(json.loads(json.dumps(checked.facts.as_dict()))) == checked.facts
    return checked.facts


def zipped(*members: tuple[str, bytes]) -> bytes:
    """Return a deflated zip."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members:
            file.writestr(name, content)
    return data.getvalue()


def test_what_a_wheel_states_is_read() -> None:
    found = facts(
        wheel_with(
            "Summary: Cuts gears\nLicense-Expression: mit\nRequires-Python: >=3.9",
            ("gearlib/_fast.cpython-311-x86_64-linux-gnu.so", b"\x7fELF"),
            ("gearlib.libs/libgears.so.1", b""),
            ("top.py", b""),
        )
    )

    assert (found.name, found.version, found.summary) == ("gearlib", "1.0", "Cuts gears")
    assert (found.license, found.compatibility) == ("MIT", "compatible")
    assert found.requires_python == ">=3.9"
    assert found.modules == ("gearlib", "top")
    assert found.native_files == (
        "gearlib.libs/libgears.so.1",
        "gearlib/_fast.cpython-311-x86_64-linux-gnu.so",
    )
    assert (found.files, found.error) == (7, "")


@pytest.mark.parametrize(
    ("metadata", "license_", "names", "compatibility"),
    [
        ("License: MIT", "MIT", (), "compatible"),
        ("License: Ada's own terms", "", ("Ada's own terms",), "unknown"),
        ("Classifier: License :: OSI Approved :: MIT License", "", ("MIT License",), "compatible"),
        (
            "License: UNKNOWN\nClassifier: License :: Other/Proprietary License",
            "",
            ("Other/Proprietary License",),
            "incompatible",
        ),
        ("Classifier: License :: OSI Approved", "", (), "unknown"),
        (
            "License: The MIT License\n of somebody\nClassifier: License :: OSI Approved :: MIT License",
            "",
            ("MIT License",),
            "compatible",
        ),
        ("License: My own text\n in two lines", "", ("My own text",), "unknown"),
        (
            "License: Own\nClassifier: License :: OSI Approved :: MIT License",
            "",
            ("Own", "MIT License"),
            "compatible",
        ),
        ("Summary: nothing", "", (), "not_stated"),
        ("License-Expression: no licence at all", "", (), "not_stated"),
    ],
)
def test_a_licence_is_an_expression_or_a_name(
    metadata: str, license_: str, names: tuple[str, ...], compatibility: str
) -> None:
    found = facts(wheel_with(metadata))

    assert (found.license, found.license_names) == (license_, names)
    assert found.compatibility == compatibility


def test_modules_of_the_data_folder_are_those_of_the_root() -> None:
    names = [
        "gears-1.0.data/purelib/gearlib/__init__.py",
        "gears-1.0.data/platlib/_gears.abi3.so",
        "gears-1.0.data/scripts/cut-gears",
        "gears-1.0.dist-info/METADATA",
        "gears.libs/libx.so",
        "README.txt",
        "not-a-module/data.bin",
    ]

    assert modules_of(names) == ["_gears", "gearlib"]


@pytest.mark.parametrize(
    "metadata",
    [
        "Summary: \x1b[31mred\x07",
        f"Summary: {'x' * 100_000}",
        f"License: {'(' * 5000}MIT{')' * 5000}",
        f"License-Expression: {'MIT AND ' * 10_000}MIT",
        "Classifier: License :: \x00\n" * 10_000,
        "Summary: =?utf-8?q?=ff=fe?=",
        "Summary: =?no-such-charset?b?////?=",
        "Summary: \udcff".encode("utf-8", "surrogateescape").decode("latin-1"),
        "\n\nSummary: too late",
        ":\n::\n \n",
    ],
    ids=range(10),
)
def test_hostile_metadata_are_bounded_and_on_one_line(metadata: str) -> None:
    found = facts(wheel_with(metadata))

    texts = (found.name, found.version, found.summary, found.requires_python, *found.license_names)
    assert all(text.isprintable() and len(text) <= 300 for text in texts)
    assert len(found.license_names) <= 20


def test_bytes_that_are_no_text_are_no_error() -> None:
    wheel = zipped(("gearlib-1.0.dist-info/METADATA", b"Name: gear\xff\nSummary: \xfe\xff\n"))

    assert facts(wheel).error == ""


def test_lists_are_bounded() -> None:
    wheel = zipped(*((f"module{number}.py", b"") for number in range(MAX_LISTED + 50)))

    found = facts(wheel)

    assert len(found.modules) == MAX_LISTED
    assert found.files == MAX_LISTED + 50


@pytest.mark.parametrize(
    ("wheel", "text"),
    [
        (b"", "is empty"),
        (b"no zip", "not a zip"),
        (b"\x1f\x8b\x08" + bytes(20), "zip"),
        (zipped(("a.py", b""))[:-5], ""),
        (b"MZ" + zipped(("a.py", b"")), ""),
        (zipped(("../a.py", b"")), ""),
        (zipped(("a.py", b""), ("A.py", b"")), ""),
        (zipped(("zeros", bytes(60_000_000))), "unpack"),
        (zipped(("gearlib-1.0.dist-info/METADATA", bytes(2_000_000))), ""),
    ],
    ids=range(9),
)
def test_a_wheel_that_cannot_be_read_says_why(wheel: bytes, text: str) -> None:
    found = facts(wheel)

    assert found.error
    assert text in found.error
    assert found == WheelFacts(error=found.error)


def test_metadata_below_another_folder_are_not_those_of_the_wheel() -> None:
    found = facts(zipped(("inner/other-1.0.dist-info/METADATA", b"Name: other\n")))

    assert (found.name, found.error) == ("", "")


def test_a_package_that_is_a_bomb_is_not_unpacked() -> None:
    package = package_with({})
    bomb = zipped(("wheels/gearlib-1.0-py3-none-any.whl", bytes(60_000_000)))

    with pytest.raises(InvalidPackage) as caught:
        check_wheels(io.BytesIO(bomb), index=None)

    assert caught.value.code == "package.bomb"
    assert check_wheels(package, index=None).wheels == ()


def test_many_wheels_with_many_files_are_not_read_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Reader.__init__, "__defaults__", (Limits(members_together=25),))
    wheels = {
        wheel_name("gearlib", f"1.{number}"): zipped(
            *((f"module{number}_{file}.py", b"") for file in range(10))
        )
        for number in range(3)
    }

    found = check_wheels(package_with(wheels), index=None).wheels

    assert [bool(one.facts.error) for one in found] == [False, False, True]


def test_mutated_wheels_are_read_or_say_why() -> None:
    """Every field and every structure of a zip, changed at random; the same each time."""
    tried = list(mutants(150, originals={"wheel": wheel_seed()}))

    found = [facts(mutant.data) for mutant in tried]

    assert 20 < sum(not one.error for one in found) < len(found)
    assert all(one.name in ("gears", "") or one.name.isprintable() for one in found)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_wheel_that_was_made_to_cost_much_is_read_in_little_memory(name: str) -> None:
    make, is_readable = HOSTILE[name]
    wheel = make()
    tracemalloc.start()
    try:
        found = facts(wheel)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert (not found.error) is is_readable, found.error
    assert peak < 40_000_000


def test_wheels_that_cannot_be_read_use_up_the_limit_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else each of thousands could have a directory that is read to its end before the error."""
    monkeypatch.setattr(Reader.__init__, "__defaults__", (Limits(members_together=250),))
    opened: list[str] = []
    broken = zipped(*((f"m{number}.py", b"") for number in range(200)))[:-1] + b"x"
    wheels = {wheel_name("gearlib", f"1.{number}"): broken for number in range(1)}
    wheels |= {
        wheel_name("gearlib", f"2.{number}"): zipped((f"{number}.py", bytes(20_000)), ("../x", b""))
        for number in range(5)
    }
    package = package_with(wheels)
    real = Archive.open_seekable
    monkeypatch.setattr(
        Archive, "open_seekable", lambda self, one: opened.append(one.name) or real(self, one)
    )

    found = check_wheels(package, index=None).wheels

    assert all(one.facts.error for one in found)
    assert len(opened) < len(wheels)
