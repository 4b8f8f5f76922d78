"""What each case must lead to: exit status and codes in every command that it concerns.

The cases are beside the corpus (``EXTERY_CORPUS``): ``make_cases.py`` writes some of them, the others are folders
there. A case that is not in this table fails `tests.cases.test_cases`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import NamedTuple

from tests.parts import require_part

#: The issues that are not done: what today's codes of a case lack.
RULE_ENGINE = 11


class Case(NamedTuple):
    """A source folder or a package of a case, by its path, and what each command must report about it.

    Codes are in the order of the report, each as often as it is reported.
    """

    path: str
    #: `validate` and `build` of a folder, `validate` and upload of a package.
    codes: tuple[str, ...] = ()
    #: `server-generate`, `server-check` and `mirror` of the package.
    in_repository: tuple[str, ...] = ()
    #: Codes of the folder that its packed files do not have.
    of_folder: tuple[str, ...] = ()
    #: Whether `validate` and the upload accept it.
    is_valid: bool = True
    #: Whether `build` makes a package.
    is_built: bool = True
    #: Whether a repository lists it, and its exit status is 0.
    is_listed: bool = True
    is_clean: bool = True
    #: The issue that brings what the README requires beyond these codes, and what that is.
    later: tuple[int, str] | None = None
    #: What `check` and an upload report too.
    in_check: tuple[str, ...] = ()


def _refused(path: str, *codes: str, is_built: bool = False) -> Case:
    """A case that no command accepts."""
    return Case(
        path,
        codes,
        codes,
        is_valid=False,
        is_built=is_built,
        is_listed=False,
        is_clean=False,
    )


def _reported(path: str, *codes: str) -> Case:
    """A case with warnings for its author and for the owners of repositories."""
    return Case(path, codes, codes)


_PATTERN = "build.pattern-without-effect"
_YEARS = ("manifest.copyright.bad-year",) * 3
_LICENSES = (*("manifest.license.deprecated",) * 2, "manifest.license.no-prefix")
_THEME = ("theme.unknown-attributes", "theme.unknown-attributes", "theme.value")
_INCLUSIVE = ("manifest.blender_version_max.inclusive",)

CASES = (
    _reported(
        "01-cp311-only/src", "wheel.platforms-unlisted", "wheel.python-missing", "wheel.unfit"
    ),
    _reported("03-unlisted-wheels/src", "wheel.not-listed"),
    _refused("04-bad-wheel/cut", "wheel.unreadable", is_built=True),
    _refused("04-bad-wheel/lfs", "file.lfs-pointer", "wheel.unreadable", is_built=True),
    _reported("06-bundled-numpy/src", "wheel.shipped"),
    _reported("07-linux-arm64/src", "wheel.python-missing", "wheel.unfit", "wheel.unfit")._replace(
        codes=("manifest.wheels.no-platform", "wheel.python-missing", "wheel.unfit", "wheel.unfit")
    ),
    _reported("08-native-module/src", "module.python", "module.platform")._replace(
        in_check=("file.native-code",)
    ),
    Case("09-generated-by-hand/paint_kit-macos.zip", ("manifest.platforms.unknown",)),
    Case("10-replaced-package/src"),
    _reported(
        "11-drag-link/paint_kit-1.0.0.zip",
        *("wheel.platforms-unlisted", "wheel.python-missing", "wheel.unfit"),
    ),
    Case(
        "14-executable/src",
        ("file.executable-bit",),
        ("file.executable-bit",),
        in_check=("file.native-code",),
    ),
    Case("15-epoch-zero/src"),
    _refused("16-bom-crlf/src", "manifest.toml.bom"),
    Case("17-old-minimum/src", ("manifest.blender_version_min.too-old",)),
    Case("18-exclusive-maximum/max44"),
    Case("18-exclusive-maximum/max99", _INCLUSIVE),
    Case("18-exclusive-maximum/maxlts", _INCLUSIVE),
    Case("20-finder-zip/Paint Kit.zip", ("package.system-files",)),
    Case("20-finder-zip/root.zip", ("package.system-files",)),
    Case("21-source-code-zip/paint-kit-1.2.3.zip", ("package.outside-root",)),
    _refused("21-source-code-zip/studio-tools-main.zip", "package.manifest-ambiguous"),
    _refused("21-source-code-zip/paint-kit-main-dotted.zip", "package.manifest-missing"),
    Case("22-symlinked-lib/src", of_folder=("build.link-skipped",)),
    Case("23-deep-nesting/paint_kit-mac.zip"),
    Case("24-same-version-twice/paint_kit-1.0.0.zip"),
    Case("24-same-version-twice/paint_kit_new.zip"),
    Case("26-umlauts-cjk/src", in_check=("code.unused-module",)),
    Case(
        "27-copyright-license/src",
        (*_YEARS, *_LICENSES),
        _YEARS,
        in_check=("license.not-accepted",),
        is_valid=False,
        is_built=False,
        is_clean=False,
    ),
    # It exists for Windows only, which is no fault; but its wheel is for the Python of Blender 4.2 to 5.0 only.
    _reported("28-pywin32/src", "wheel.python-missing"),
    Case("29-exclude-ignores-git/src", of_folder=(_PATTERN,) * 4),
    Case(
        "31-two-themes/src",
        ("theme.several-xml",),
        ("theme.several-xml",),
        is_valid=False,
        is_built=False,
        is_clean=False,
    ),
    _refused("32-old-windows-zip/paint_kit.zip", "path.backslash"),
    _refused("32-old-windows-zip/gbk.zip", "path.encoding"),
    Case(
        "34-nested-wheel-vendored/src",
        in_check=(
            *("code.bl-info", "code.import-path", "code.pip", "code.subprocess"),
            *("code.vendored-library", "code.vendored-library"),
        ),
    ),
    Case("35-config-in-blocklist/hello_cube-1.0.0.zip"),
    Case("35-config-in-blocklist/hello_cube-1.1.0-beta.1.zip"),
    Case("36-theme-of-older-blender/src", _THEME, _THEME),
)
#: Cases without a package: they are about a server, a listing or a configuration.
WITHOUT_PACKAGE = ("12-page-not-listing", "19-release-assets")


def source() -> Path:
    """Return the folder of the cases beside the corpus."""
    return require_part("corpus").parent / "cases"


def write_cases(folder: Path) -> Path:
    """Write all cases into ``folder``, those of ``make_cases.py`` and copies of the others."""
    subprocess.run([sys.executable, source() / "make_cases.py", folder], check=True)
    for path in source().iterdir():
        if path.is_dir():
            shutil.copytree(path, folder / path.name, copy_function=shutil.copyfile)
            for inner in (folder / path.name, *(folder / path.name).rglob("*")):
                if inner.is_dir():
                    os.chmod(inner, 0o755)
    return folder


def package_of(cases: Path, case: Case, target: Path) -> Path:
    """Return the package of a case in the folder ``target``: a copy, or all files of the source folder packed."""
    original = cases / case.path
    if original.suffix == ".zip":
        return Path(shutil.copyfile(original, target / original.name))
    path = target / "paint_kit.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
        for file in sorted(original.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(original).as_posix())
    return path
