"""What the row of a code states about installing is what real Blenders do with a package that has the problem."""

from __future__ import annotations

from pathlib import Path

import pytest

from extery.blenders.releases import RELEASES
from extery.core.codes import find
from extery.core.installation import Installability
from extery.core.types import TYPES
from extery.core.versions import parse_blender_version
from extery.rules.installability import installability_of
from tests.samples import LENIENT, MANIFESTS
from tests.samples.packages import ADD_ON, PACKAGES, add_on
from tests.zips.oracles import Oracle, unpack_with

pytestmark = pytest.mark.blender

#: Samples that these Blenders refuse for another reason.
EXPLAINED = {
    "manifest.blender_version_max.empty-range": "the range has no Blender",
    "manifest.blender_version_max.empty": "installed nevertheless, with an error message",
    "manifest.blender_version_max.not-three-numbers": "the maximum is 4.2",
    "manifest.blender_version_max.inclusive": "the maximum is below 5.2",
    "manifest.platforms.unknown": "the platform is not the one of this computer",
    "manifest.build.not-a-table": "of a package this is package.build-not-table",
}


def samples() -> dict[str, bytes]:
    """Return packages by file name, each with the problem of that name."""
    found = {f"{code}.zip": make() for code, make in PACKAGES.items()}
    for code, path in {**MANIFESTS, **LENIENT}.items():
        found[f"{code}.zip"] = add_on(manifest=path.read_bytes())
    found["good.zip"] = add_on(manifest=ADD_ON)
    return found


def _needs_newer(manifest: bytes, series: str) -> bool:
    """Return whether the manifest is of a type that came with a newer Blender."""
    blender = parse_blender_version(series)
    newer = [type_.name for type_ in TYPES if type_.first_blender > blender]
    return any(f'type = "{name}"'.encode() in manifest for name in newer)


@pytest.mark.parametrize("series", RELEASES)
def test_blender_can_install_a_sample_exactly_if_its_problem_does_not_block_it(
    series: str, tmp_path: Path
) -> None:
    for name, data in samples().items():
        (tmp_path / name).write_bytes(data)
    oracle = Oracle(f"blender {series}", f"blender-{series}", {"unpack": "blender"})

    answers = unpack_with(oracle, tmp_path)

    differences = []
    for name, answer in answers.items():
        code = name.removesuffix(".zip")
        installs = bool(answer.tree) and not answer.error
        expected = _outcome(code)
        if code in MANIFESTS and _needs_newer(MANIFESTS[code].read_bytes(), series):
            expected = Installability.FAILS
        if expected is Installability.INSTALLS and not installs and code not in EXPLAINED:
            differences.append(f"{code} does not install: {answer.error}")
        if expected is Installability.FAILS and installs:
            differences.append(f"{code} installs")
    assert not differences, "\n".join(differences)
    assert len(answers) > 130


def _outcome(code: str) -> Installability:
    """Return whether a package with this code can be installed; warnings do not block."""
    if code == "good" or find(code).severity == "warning":
        return Installability.INSTALLS
    return installability_of(code).installability
