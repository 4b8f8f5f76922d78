"""Licences of manifests, files and wheels: compatible with the GPL, accepted, and with their texts."""

from __future__ import annotations

import io

import pytest

from extery.core.errors import Problem
from extery.rules.checks import Checks
from extery.rules.engine import check_package
from extery.rules.profiles import Profile
from tests.samples.packages import ADD_ON, MANIFEST, WHEEL, WITH_WHEEL, add_on, packed, wheel

GPL_TEXT = b"GNU GENERAL PUBLIC LICENSE\nVersion 3, 29 June 2007\n"
APACHE_TEXT = b"Apache License\nVersion 2.0, January 2004\n"
HEADER = b"# SPDX-License" + b"-Identifier: "


def found(
    *files: tuple[str, bytes],
    license_: str = "SPDX:GPL-3.0-or-later",
    profile: Profile = Profile.BLENDER_ORG,
    manifest: bytes = ADD_ON,
) -> list[Problem]:
    """Return the problems of licences of an add-on with these files."""
    named = manifest.replace(b"SPDX:GPL-3.0-or-later", license_.encode())
    problems = check_package(
        io.BytesIO(add_on(*files, manifest=named)), checks=Checks(profile)
    ).problems
    return [problem for problem in problems if problem.code.startswith("license.")]


def codes(*files: tuple[str, bytes], license_: str = "SPDX:GPL-3.0-or-later") -> list[str]:
    return [problem.code for problem in found(*files, license_=license_)]


# Texts


def test_a_package_needs_the_text_of_its_licence() -> None:
    assert codes() == ["license.text-missing"]
    assert codes(("LICENSE", GPL_TEXT)) == []
    assert codes(("docs/COPYING.txt", GPL_TEXT)) == []
    assert codes(("LICENSES/GPL-3.0-or-later.txt", b"text")) == []
    assert codes(("solver.py", HEADER + b"GPL-3.0-or-later\n")) == []
    assert codes(("license.py", b"")) == ["license.text-missing"]


def test_a_notice_at_the_beginning_of_the_add_on_names_the_licence() -> None:
    notice = (
        b"# This program is free software; you can redistribute it and/or modify\n"
        b"# it under the terms of the GNU General Public License as published by\n"
        b"# the Free Software Foundation; either version 3 of the License, or later.\n"
    )
    data = packed((MANIFEST, ADD_ON), ("__init__.py", notice))

    problems = check_package(io.BytesIO(data), checks=Checks(Profile.BLENDER_ORG)).problems

    assert "license.text-missing" not in [problem.code for problem in problems]


def test_a_licence_without_conditions_needs_no_text() -> None:
    assert codes(license_="SPDX:MIT-0") == []


@pytest.mark.parametrize(
    "name", ["LICENSE", "LICENCE.md", "COPYING", "LICENSE-APACHE", "LICENSE.APACHE"]
)
def test_a_text_of_another_licence_is_named_with_both(name: str) -> None:
    [problem] = found((name, APACHE_TEXT))

    assert problem.message == (
        f"{name} is the text of Apache-2.0, and the manifest names GPL-3.0-or-later"
    )


def test_one_text_that_fits_is_enough() -> None:
    assert codes(("LICENSE", GPL_TEXT), ("LICENSE.font", APACHE_TEXT)) == []
    assert codes(("LICENSE", GPL_TEXT), ("fonts/LICENSE", APACHE_TEXT)) == []


def test_an_unknown_text_is_not_judged() -> None:
    assert codes(("LICENSE", b"My own licence.\n")) == []


# The platform


def test_the_platform_does_not_take_every_licence() -> None:
    files = (("LICENSE", APACHE_TEXT),)

    [problem] = found(*files, license_="SPDX:Apache-2.0")

    assert problem.code == "license.not-accepted"
    assert problem.where.path == ("license", 0)
    assert found(*files, license_="SPDX:Apache-2.0", profile=Profile.SELF_HOSTED) == []


def test_every_licence_of_a_list_must_be_accepted() -> None:
    manifest = ADD_ON.replace(b'"]', b'", "SPDX:AFL-3.0"]')

    [problem] = found(("LICENSE", GPL_TEXT), manifest=manifest)

    assert (problem.code, problem.where.path) == ("license.not-accepted", ("license", 1))


def test_an_accepted_alternative_is_enough() -> None:
    files = (("LICENSE", APACHE_TEXT),)

    assert codes(*files, license_="SPDX:MIT OR Apache-2.0") == []
    assert codes(*files, license_="SPDX:MIT AND Apache-2.0") == ["license.not-accepted"]


# Headers


def test_files_under_one_licence_are_one_problem() -> None:
    line = b"/* c */\n" + HEADER + b"GPL-2.0-only */\n"

    [problem] = found(("LICENSE", GPL_TEXT), ("a.c", line), ("b.c", line))

    assert problem.code == "license.file-incompatible"
    assert problem.message == (
        "a.c and 1 more are under GPL-2.0-only, which is not compatible with the GPL:"
        " it does not allow version 3 of the GPL"
    )


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        (b"MIT OR GPL-2.0-only", ""),
        (b"(MIT AND Zlib)", ""),
        (b"LicenseRef-Ours", ""),
        (b"GPL-3.0+", ""),
        (b"EPL-2.0", "license.file-incompatible"),
        (b"GPLv3", "license.file-unknown"),
        (b"MIT or else", "license.file-unknown"),
    ],
)
def test_a_header_is_an_expression(expression: bytes, code: str) -> None:
    assert codes(("LICENSE", GPL_TEXT), ("a.py", HEADER + expression + b"\n")) == [code] * bool(
        code
    )


# Wheels


@pytest.mark.parametrize(
    ("metadata", "code"),
    [
        ("License-Expression: MIT", ""),
        ("License-Expression: MIT AND BUSL-1.1", "license.wheel-incompatible"),
        ("License: BSD", ""),
        ("License: GPLv3+", ""),
        ("License: NVIDIA Proprietary Software", "license.wheel-incompatible"),
        ("Classifier: License :: OSI Approved :: MIT License", ""),
        ("Classifier: License :: Other/Proprietary License", "license.wheel-incompatible"),
        ("Classifier: License :: OSI Approved :: Eclipse Public License 2.0 (EPL-2.0)", ""),
        (
            "License: Apache 2.0\nClassifier: License :: Other/Proprietary License",
            "",
        ),
        ("License: see LICENSE", ""),
        (f"License: {GPL_TEXT.decode().strip().replace(chr(10), ' ')} no proprietary programs", ""),
        ("Summary: Gears", "license.wheel-unknown"),
        ("License: UNKNOWN", "license.wheel-unknown"),
    ],
)
def test_a_wheel_is_judged_by_its_metadata(metadata: str, code: str) -> None:
    files = (("LICENSE", GPL_TEXT), (WHEEL, wheel(metadata=metadata)))

    problems = found(*files, manifest=WITH_WHEEL)

    assert [problem.code for problem in problems] == [code] * bool(code)
    assert all(problem.where.path == ("wheels", 0) for problem in problems)


def test_the_texts_of_a_wheel_count_if_its_metadata_says_nothing() -> None:
    name = "gears-1.0.dist-info"
    business = b"Business Source License 1.1\n\nChange License: MIT\n"

    def with_text(data: bytes) -> list[str]:
        made = packed(
            ("gears/__init__.py", b""),
            (f"{name}/METADATA", b"Metadata-Version: 2.1\nName: gears\nVersion: 1.0\n"),
            (f"{name}/WHEEL", b"Wheel-Version: 1.0\n"),
            (f"{name}/RECORD", b""),
            (f"{name}/licenses/LICENSE", data),
        )
        problems = found(("LICENSE", GPL_TEXT), (WHEEL, made), manifest=WITH_WHEEL)
        return [problem.code for problem in problems]

    assert with_text(business) == ["license.wheel-incompatible"]
    assert with_text(GPL_TEXT) == []
    assert with_text(b"Do as you like.\n") == []
