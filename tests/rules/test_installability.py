"""The rows of the codes decide which problems keep a package out of a repository, and are complete."""

from __future__ import annotations

import io

import pytest

from extery.core.codes import AREAS, all_codes, find
from extery.core.problem_limits import MORE
from extery.manifest.document import check_manifest
from extery.rules.engine import Scope, check_package
from extery.rules.installability import blocks_install, installability_of
from extery.rules.registry import all_rules
from tests.manifest.mutations import one_field_wrong, several_fields_wrong
from tests.samples import LENIENT, MANIFESTS
from tests.samples.packages import ADD_ON, PACKAGES, add_on

#: Repositories do not unpack all texts and archives of what they list.
NOT_IN_REPOSITORIES = {"secret.text", "file.archive-bomb", "file.image-size"}
#: Warnings about what people see who install the package.
WARNINGS_IN_REPOSITORIES = {
    *("theme.unknown-attributes", "theme.value"),
    *(
        "wheel.newer-system",
        "wheel.unfit",
        "wheel.python-missing",
        "wheel.platforms-unlisted",
        "wheel.several-versions",
    ),
    *("wheel.shipped", "wheel.not-listed", "module.python", "module.platform"),
    *("file.lfs-pointer", "file.executable-bit"),
}


def test_the_row_of_every_error_of_a_package_states_whether_it_can_be_installed() -> None:
    for rule in all_rules():
        for code in rule.all_codes() if Scope.REPOSITORY in rule.scopes else ():
            table = AREAS[code.partition(".")[0]]
            assert find(code).severity == "warning" or find(code).installation, (
                f"rule {rule.id} reports {code} in repositories: give its row in "
                f"src/extery/core/codes/{table}.py an 'installation'"
            )


def test_no_other_row_states_it() -> None:
    codes = {
        code
        for rule in all_rules()
        if Scope.REPOSITORY in rule.scopes
        for code in rule.all_codes()
        if find(code).severity == "error" or code in WARNINGS_IN_REPOSITORIES
    }

    assert {code for code, row in all_codes().items() if row.installation} == (
        codes | {MORE} | NOT_IN_REPOSITORIES
    )
    with pytest.raises(LookupError, match=r"usage\.unknown-code in extery/core/codes"):
        installability_of("usage.unknown-code")


@pytest.mark.parametrize(
    "code", [c for c in PACKAGES if find(c).severity == "error" and c not in NOT_IN_REPOSITORIES]
)
def test_a_package_is_listed_exactly_if_its_problem_does_not_block(code: str) -> None:
    report = check_package(io.BytesIO(PACKAGES[code]()), scope=Scope.REPOSITORY)

    assert [problem.code for problem in report.problems] == [code]
    assert (report.installable_manifest is None) == blocks_install(code)


def _problems(data: bytes) -> tuple[bool, bool]:
    """Return whether a package with this manifest is left out, and whether clients refuse it."""
    report = check_package(io.BytesIO(add_on(manifest=data)), scope=Scope.REPOSITORY)
    _, lenient = check_manifest(data, strict=False, packaged=True)
    return report.installable_manifest is None, bool(lenient.errors)


@pytest.mark.parametrize("code", [*MANIFESTS, *LENIENT])
def test_a_manifest_blocks_exactly_if_clients_refuse_it(code: str) -> None:
    is_left_out, is_refused = _problems((MANIFESTS | LENIENT)[code].read_bytes())

    assert is_left_out == is_refused


@pytest.mark.parametrize(
    "line",
    [
        'copyright = ["  "]',
        'copyright = ["2024 Ada", ""]',
        "permissions = [1]",
        'permissions = ["files", 2]',
        "permissions = { odd = 1 }",
        'permissions = { odd = "x" }',
        "permissions = 3",
        f"copyright = {['x'] * 120 + [3]}",
        "permissions = { " + "".join(f"p{n} = 'x', " for n in range(120)) + "files = 1 }",
    ],
)
def test_a_manifest_with_a_hidden_lenient_error_is_left_out(line: str) -> None:
    is_left_out, is_refused = _problems(ADD_ON + line.encode() + b"\n")

    assert is_left_out == is_refused


def test_generated_manifests_are_left_out_exactly_if_clients_refuse_them() -> None:
    manifests = [*one_field_wrong(), *several_fields_wrong(500, seed=7)]

    differences = [data for data in manifests if len(set(_problems(data))) == 2]

    assert differences == []
    assert len(manifests) > 1_000


@pytest.mark.parametrize("code", sorted(WARNINGS_IN_REPOSITORIES))
def test_a_warning_whose_row_states_what_an_installation_does_is_reported_in_repositories(
    code: str,
) -> None:
    report = check_package(io.BytesIO(PACKAGES[code]()), scope=Scope.REPOSITORY)

    assert [problem.code for problem in report.problems] == [code]
    assert report.ok
    assert report.installable_manifest is not None


def test_warnings_for_authors_are_not_reported_to_owners_of_repositories() -> None:
    data = PACKAGES["path.folder-case"]()

    assert check_package(io.BytesIO(data)).problems
    assert check_package(io.BytesIO(data), scope=Scope.UPLOAD).problems
    assert not check_package(io.BytesIO(data), scope=Scope.REPOSITORY).problems
