"""Every case after a public report is uploaded through the API: status and codes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.models import Package
from tests.cases.table import CASES, Case, package_of, write_cases

pytestmark = pytest.mark.corpus


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_cases(tmp_path_factory.mktemp("cases"))


@pytest.mark.parametrize("case", CASES, ids=[case.path for case in CASES])
def test_upload(
    cases: Path, tmp_path: Path, owner: User, program: Callable[[User], Client], case: Case
) -> None:
    path = package_of(cases, case, tmp_path)
    file = SimpleUploadedFile(path.name, path.read_bytes())

    response = program(owner).post("/api/v1/packages/", {"file": file})

    assert response.status_code == (201 if case.is_valid else 422), response.content
    codes = [problem["code"] for problem in response.json()["problems"]]
    assert sorted(codes) == sorted(case.codes + case.in_check)
    assert Package.objects.count() == case.is_valid
