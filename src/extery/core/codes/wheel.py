"""Codes of wheels: those of their contents, and of listed wheels that are missing."""

from __future__ import annotations

from extery.core.codes import Code
from extery.core.installation import harms, installs

_DIST_INFO = {
    "no-folder": "has no .dist-info folder",
    "several-folders": "has {count} .dist-info folders",
    "other-library": "has the folder {folder} of another library or version",
    "file-missing": "has no {member} in {folder}",
    "several-records": "has {count} lists of its files: {records}",
    "data-dist-info": "has files of {folder} in its .data folder",
    "data-collision": "has files in its .data folder that replace others, the first is {member}",
}

_MISSING = {
    "one": "the wheel {wheel} is not there",
    "several": "{missing} of {total} wheels are not there, the first is {wheel}",
}
_MISSING_CURES = {
    "download": "run in the manifest's folder: {command}",
    "download-some": "run in the manifest's folder, then check again for the other {others}: {command}",
    "moved": "there is {elsewhere}: correct the path",
    "unknown": "put the file there, or remove it from wheels",
}

#: Of the area ``package``, whose table includes them.
LISTED_WHEELS = {
    "package.wheel-missing": Code(
        "error", "a listed wheel is missing", "Blender skips it without a message, and the add-on fails when it imports the library.",
        installation=installs("Blender skips missing wheels"),
        stricter=True,
        build="error",
        message=_MISSING["one"],
        variants={f"{number}-{cure}": (message, hint) for number, message in _MISSING.items() for cure, hint in _MISSING_CURES.items()},
        example={
            "variant": "several-download", "wheel": "./wheels/attrs-24.2.0-py3-none-any.whl", "missing": 2, "total": 2, "elsewhere": "", "others": 0,
            "command": "pip download attrs==24.2.0 --only-binary=:all: --no-deps --ignore-requires-python --platform any --python-version 3 --implementation py --abi none -d ./wheels",
        },
    ),
}  # fmt: skip

CODES = {
    "wheel.unreadable": Code(
        "error", "a wheel cannot be unpacked", "Blender unpacks all wheels of all add-ons together: one that fails leaves every add-on without its libraries.",
        installation=harms("one such wheel leaves every add-on without its libraries"),
        stricter=True,
        message="the wheel {file} cannot be used: {reason}",
        hint="download it again with pip download",
        variants={"git-lfs": ("", "run 'git lfs pull', then build again")},
        example={"file": "attrs-24.2.0-py3-none-any.whl", "cause": "package.empty", "cause.file": "attrs-24.2.0-py3-none-any.whl"},
    ),
    "wheel.dist-info": Code(
        "error", "a wheel does not match its file name", "Blender goes by the file's name, and removes a library by the list in its .dist-info folder.",
        installation=harms("it replaces or removes files of another library"),
        stricter=True,
        message="the wheel {file} does not match its name",
        hint="download it again with pip download, and do not rename wheels",
        variants={name: (f"the wheel {{file}} {text}", "") for name, text in _DIST_INFO.items()},
        example={
            "file": "attrs-24.2.0-py3-none-any.whl", "variant": "other-library", "folder": "attrs-23.1.0.dist-info",
            "count": 2, "member": "RECORD", "records": "attrs-24.2.0.dist-info/RECORD, x.egg-info/RECORD",
        },
    ),
}  # fmt: skip
