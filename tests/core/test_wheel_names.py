"""Names of wheels and of platforms."""

import pytest

from extery.core import platforms
from extery.core.name_sets import EVERY_NAME, NameSet
from extery.core.wheel_names import WheelName, python_versions


@pytest.mark.parametrize(
    ("tag", "fits"),
    [
        ("any", None),
        ("win_amd64", {"windows-x64"}),
        ("win_arm64", {"windows-arm64"}),
        ("win32", set()),
        ("macosx_11_0_arm64", {"macos-arm64"}),
        ("macosx_10_9_x86_64", {"macos-x64"}),
        ("macosx_11_0_universal2", {"macos-x64", "macos-arm64"}),
        ("macosx_10_9_intel", {"macos-intel"}),
        ("manylinux2014_x86_64", {"linux-x64"}),
        ("manylinux_2_28_aarch64", {"linux-arm64"}),
        ("musllinux_1_2_x86_64", {"linux-x64"}),
        ("linux_x86_64", {"linux-x64"}),
        ("emscripten_3_1_wasm32", set()),
        ("manylinux_2_17_x86_64.manylinux2014_x86_64", {"linux-x64"}),
        ("manylinux_2_17_x86_64.macosx_11_0_arm64", {"linux-x64", "macos-arm64"}),
    ],
)
def test_a_wheel_fits_the_platforms_of_its_tags(tag: str, fits: set[str] | None) -> None:
    expected = EVERY_NAME if fits is None else NameSet(frozenset(fits))
    assert WheelName.parse(f"./w/lib-1.0-py3-none-{tag}.whl").platforms == expected


def test_the_parts_of_a_name_are_parsed() -> None:
    wheel = WheelName.parse("wheels/My_Lib-1.0.post1-2-cp311-abi3-win_amd64.whl")

    assert wheel.library == "my-lib"
    assert (wheel.version, wheel.build, wheel.abi_tag) == ("1.0.post1", "2", "abi3")
    assert wheel.platforms.has("windows-x64")
    assert not wheel.platforms.has("linux-x64")


@pytest.mark.parametrize("name", ["a.whl", "a-1-py3-none-any.zip", "a-1-2-3-py3-none-any.whl"])
def test_names_that_are_not_those_of_wheels_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not the name of a wheel"):
        WheelName.parse(name)


@pytest.mark.parametrize(
    ("tags", "versions"),
    [
        ([], ()),
        (["py3-none-any"], ("3",)),
        (["py2.py3-none-any"], ("3",)),
        (["cp311-cp311-win_amd64", "cp39-cp39-win_amd64"], ("3.9", "3.11")),
        (["cp311-cp311-win_amd64", "py3-none-any"], ("3.11",)),
        (["cp38-abi3-win_amd64"], ("3",)),
        (["cp38-abi3-win_amd64", "cp311-cp311-win_amd64"], ("3.11",)),
        (["pp39-pypy39_pp73-win_amd64"], ()),
        (["py2-none-any"], ()),
        (["CP311-cp311-win_amd64"], ("3.11",)),
        (["cp311x-cp311-win_amd64"], ("3.11",)),
        (["py2-abi3-win_amd64"], ("3",)),
        (["cp3²-none-any"], ("3",)),
        (["cp²-none-any"], ()),
        (["cp3¹¹-abi²-win_amd64"], ("3",)),
        (["cp٣١١-none-any"], ()),
        ([f"cp3{'1' * 5_000}-none-any"], ()),
        ([f"py3-abi{'3' * 5_000}-any"], ("3",)),
    ],
)
def test_python_versions_are_the_same_as_in_blender(
    tags: list[str], versions: tuple[str, ...]
) -> None:
    assert python_versions(f"lib{n}-1.0-{tag}.whl" for n, tag in enumerate(tags)) == versions


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("windows-x64", "Windows (x64)"),
        ("macos-arm64", "macOS (Apple silicon)"),
        ("macos-x64", "macOS (Intel)"),
        ("freebsd-x64", "freebsd-x64"),
    ],
)
def test_platforms_have_titles(name: str, title: str) -> None:
    assert platforms.title(name) == title


@pytest.mark.parametrize(
    ("system", "machine", "name"),
    [
        ("Darwin", "arm64", "macos-arm64"),
        ("Windows", "AMD64", "windows-x64"),
        ("Linux", "aarch64", "linux-arm64"),
        ("Linux", "riscv64", "linux-riscv64"),
    ],
)
def test_the_name_of_this_machine_follows_blenders_rule(
    system: str, machine: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platforms, "_system_and_machine", lambda: (system, machine))

    assert platforms.current() == name
