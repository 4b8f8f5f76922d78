"""Which licences can be combined with the GPL 3.0 or later, also in expressions."""

from __future__ import annotations

import pytest
from packaging.licenses._spdx import LICENSES

from extery.core import license_compatibility
from extery.core.license_compatibility import assess


@pytest.mark.parametrize(
    ("expression", "verdict"),
    [
        ("GPL-3.0-or-later", "compatible"),
        ("GPL-3.0", "compatible"),
        ("GPL-2.0-or-later", "compatible"),
        ("GPL-2.0-only", "incompatible"),
        ("Apache-2.0", "compatible"),
        ("MPL-2.0", "compatible"),
        ("MPL-1.1", "incompatible"),
        ("EPL-2.0", "incompatible"),
        ("CC-BY-NC-4.0", "incompatible"),
        ("BUSL-1.1", "incompatible"),
        ("OGC-1.0", "unknown"),
        ("LicenseRef-Proprietary", "unknown"),
        ("MIT OR BUSL-1.1", "compatible"),
        ("MIT AND BUSL-1.1", "incompatible"),
        ("BUSL-1.1 OR OGC-1.0", "unknown"),
        ("MIT AND OGC-1.0", "unknown"),
        ("BUSL-1.1 AND OGC-1.0", "incompatible"),
        ("MIT OR BUSL-1.1 AND GPL-2.0-only", "compatible"),
        ("(MIT OR BUSL-1.1) AND GPL-2.0-only", "incompatible"),
        ("(MIT OR (BUSL-1.1 AND JSON)) AND (ISC OR EPL-2.0)", "compatible"),
        ("GPL-2.0-only WITH Classpath-exception-2.0", "compatible"),
        ("Apache-2.0 WITH LLVM-exception", "compatible"),
        ("GPL-2.0-only WITH Linux-syscall-note", "unknown"),
    ],
)
def test_an_expression_is_assessed_by_its_operators(expression: str, verdict: str) -> None:
    assert assess(expression).verdict == verdict


def test_an_incompatible_licence_is_named_with_the_reason() -> None:
    result = assess("MIT AND GPL-2.0-only AND ISC")

    assert result.licenses == ("GPL-2.0-only",)
    assert result.reason == "it does not allow version 3 of the GPL"


def test_the_table_has_identifiers_of_the_spdx_list_each_once() -> None:
    known = {entry["id"] for entry in LICENSES.values()}
    compatible = license_compatibility._COMPATIBLE
    incompatible = license_compatibility._INCOMPATIBLE

    assert not compatible & set(incompatible)
    assert sorted({*compatible, *incompatible} - known) == []


def test_a_deeply_nested_expression_is_assessed() -> None:
    depth = 400
    assert assess("(" * depth + "MIT" + ")" * depth).verdict == "compatible"
