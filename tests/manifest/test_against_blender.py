"""The verdicts are those of a real Blender, on hundreds of manifests that are hard to judge."""

import re

import pytest

from extery.blenders.releases import RELEASES
from extery.core.versions import parse_blender_version
from extery.manifest.document import blender_tags, check_manifest
from extery.manifest.schemas.blender_rules import SchemaRules, rules_of
from tests.blender.oracle import Reader, lenient_error, strict_errors
from tests.manifest.mutations import one_field_wrong, several_fields_wrong
from tests.manifest.test_corpus import like_blender
from tests.sampled import some_blenders
from tests.samples import GOOD, LENIENT, MANIFESTS

pytestmark = [pytest.mark.blender, pytest.mark.parametrize("version", some_blenders())]

SAMPLES = [path.read_bytes() for path in (GOOD, *MANIFESTS.values(), *LENIENT.values())]
MANIFEST_FILES = [*SAMPLES, *one_field_wrong(), *several_fields_wrong(250, seed=20)]

#: Blender's reader of packages crashes; extery reports a problem.
CRASHES = re.compile(r"^crash: AttributeError: '[\w.]+' object has no attribute 'get'")


NEWEST = list(RELEASES)[-1]


def rules_in(version: str) -> SchemaRules:
    return rules_of(parse_blender_version(version))


def field_in(message: str) -> str | None:
    """Return the field that a message of Blender names."""
    match = re.search(r'"(\w+)"', message)
    return match[1] if match else None


@pytest.mark.parametrize("tags", [False, True], ids=["without-tags", "with-tags"])
def test_the_strict_reading_finds_the_same_fields_in_the_same_order(
    version: str, tags: bool
) -> None:
    differences = []
    for data, errors in zip(
        MANIFEST_FILES, strict_errors(version, MANIFEST_FILES, tags), strict=True
    ):
        valid_tags = blender_tags() if tags else None
        _, problems = check_manifest(data, valid_tags=valid_tags, rules=rules_in(version))
        if version == NEWEST:
            _, own = check_manifest(data, valid_tags=valid_tags)
            assert bool(errors) == bool(like_blender(own)), f"{data!r}\n {errors}\n {list(own)}"
        ours = [field for field, _ in like_blender(problems)]
        unnamed = ours in ([None], ["tags"])
        same = len(ours) == len(errors) if unnamed else ours == [field_in(e) for e in errors]
        if not same:
            differences.append(f"{data!r}\n  Blender {errors}\n  Extery  {list(problems)}")

    print(f"{len(differences)} unexplained differences in {len(MANIFEST_FILES)} manifests")
    assert not differences, "\n".join(differences[:20])


@pytest.mark.parametrize("reader", ["package", "folder"])
def test_the_lenient_reading_accepts_and_refuses_the_same(version: str, reader: Reader) -> None:
    differences = []
    answers = lenient_error(version, MANIFEST_FILES, reader=reader)
    for data, error in zip(MANIFEST_FILES, answers, strict=True):
        manifest, problems = check_manifest(
            data, strict=False, packaged=reader == "package", rules=rules_in(version)
        )
        if error is not None and CRASHES.match(error):
            assert problems.errors[0].code == "package.build-not-table"
        elif (manifest is None) != (error is not None):
            differences.append(f"{data!r}\n  Blender {error}\n  Extery  {list(problems)}")

    assert not differences, "\n".join(differences[:20])
