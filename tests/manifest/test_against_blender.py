"""Our verdicts are a real Blender's, on thousands of manifests made to be doubtful."""

import re

import pytest

from extery.manifest.document import blender_tags, check_manifest
from tests.blender.oracle import Reader, lenient_error, strict_errors
from tests.manifest.mutations import one_field_wrong, several_fields_wrong
from tests.manifest.test_corpus import as_blender_tells
from tests.samples import GOOD, LENIENT, MANIFESTS

pytestmark = [pytest.mark.blender, pytest.mark.parametrize("version", ["4.2", "5.0"])]

SAMPLES = [path.read_bytes() for path in (GOOD, *MANIFESTS.values(), *LENIENT.values())]
DOUBTFUL = [*SAMPLES, *one_field_wrong(), *several_fields_wrong(3000, seed=20)]

#: Where Blender's reader of packages crashes instead of giving a verdict, we name the problem.
CRASHES = re.compile(r"^crash: AttributeError: '[\w.]+' object has no attribute 'get'")


def told_field(message: str) -> str | None:
    """The field that a message of Blender names."""
    match = re.search(r'"(\w+)"', message)
    return match[1] if match else None


@pytest.mark.parametrize("tags", [False, True], ids=["without-tags", "with-tags"])
def test_the_strict_reading_finds_the_same_fields_in_the_same_order(
    version: str, tags: bool
) -> None:
    differences = []
    for data, errors in zip(DOUBTFUL, strict_errors(version, DOUBTFUL, tags), strict=True):
        _, problems = check_manifest(data, valid_tags=blender_tags() if tags else None)
        ours = [field for field, _ in as_blender_tells(problems)]
        unnamed = ours in ([None], ["tags"])
        same = len(ours) == len(errors) if unnamed else ours == [told_field(e) for e in errors]
        if not same:
            differences.append(f"{data!r}\n  Blender {errors}\n  Extery  {list(problems)}")

    print(f"{len(differences)} unexplained differences in {len(DOUBTFUL)} manifests")
    assert not differences, "\n".join(differences[:20])


@pytest.mark.parametrize("reader", ["package", "folder"])
def test_the_lenient_reading_takes_and_refuses_the_same(version: str, reader: Reader) -> None:
    differences = []
    answers = lenient_error(version, DOUBTFUL, reader=reader)
    for data, error in zip(DOUBTFUL, answers, strict=True):
        manifest, problems = check_manifest(data, strict=False, packaged=reader == "package")
        if error is not None and CRASHES.match(error):
            assert problems.errors[0].code == "package.build-not-table"
        elif (manifest is None) != (error is not None):
            differences.append(f"{data!r}\n  Blender {error}\n  Extery  {list(problems)}")

    assert not differences, "\n".join(differences[:20])
