"""Codes of wheels: of their contents, their names, and the list of them in the manifest."""

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

_NO_OFFICIAL = "there is no official Blender"
_FOR = {
    "python": "Python {detail}, not for {pythons} ({blenders})",
    "implementation": "{detail}, another Python than Blender's",
    "debug": "a debug build of Python ({detail}), which no Blender has",
    "free-threaded": "Python without the global lock ({detail}), which no Blender has",
    "musllinux": "Linux with musl, where there is no Blender",
    "platform": f"{{detail}}, for which {_NO_OFFICIAL}",
}
_UNFIT_CURES = {
    "python": "remove it from wheels; 'extery wheels add {libraries}' downloads those that fit",
    "musllinux": "replace it with the manylinux wheel; 'extery wheels add {libraries}' downloads it",
    "platform": "remove the platform and its wheels, unless your users build Blender themselves",
}
_UNFIT = {
    name: (f"the wheel {{file}} is for {text}", _UNFIT_CURES.get(name, _UNFIT_CURES["python"]))
    for name, text in _FOR.items()
} | {
    f"{name}-several": (
        f"the wheel {{file}} and {{more}} more are for {text}",
        _UNFIT_CURES.get(name, _UNFIT_CURES["python"])
        .replace("remove it from", "remove them from")
        .replace("replace it with the manylinux wheel", "replace them with the manylinux wheels")
        .replace("downloads it", "downloads them"),
    )
    for name, text in _FOR.items()
}
_LACKS = {"one": "{library} has no wheel", "several": "{library} have no wheels"}
_BOUNDS = {
    "newer": "set blender_version_max = '{bound}'",
    "older": "set blender_version_min = '{bound}'",
}
_ADD = "'extery wheels add {libraries}'"
_PYTHON_MISSING = {
    f"{number}-{end}{unnamed}": (
        f"{lacks} for Python {{python}} ({{blenders}}){{on}}",
        f"run {_ADD}, or {bound}" if unnamed else f"add {{wheels}} with {_ADD}, or {bound}",
    )
    for number, lacks in _LACKS.items()
    for end, bound in _BOUNDS.items()
    for unnamed in ("", "-unnamed")
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
        hint="download it again: extery wheels add {requirement}",
        variants={"git-lfs": ("", "run 'git lfs pull', then build again")},
        example={
            "file": "attrs-24.2.0-py3-none-any.whl", "requirement": "attrs==24.2.0", "cause": "package.empty",
            "cause.file": "attrs-24.2.0-py3-none-any.whl",
        },
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
    "wheel.unfit": Code(
        "warning", "a wheel is for no Blender", "Blender skips it, or unpacks it and cannot import it. Blender 4.2 to 5.0 have Python 3.11, newer ones 3.13.",
        installation=installs("Blender skips the wheel, or cannot import it"),
        message=_UNFIT["python"][0],
        hint=_UNFIT["python"][1],
        variants=_UNFIT,
        example={
            "variant": "python", "file": "gears-1.0-cp310-cp310-win_amd64.whl", "more": 2, "detail": "3.10", "libraries": "gears",
            "blenders": "Blender 4.2 and newer", "pythons": "3.11 or 3.13",
        },
    ),
    "wheel.newer-system": Code(
        "warning", "a wheel needs a newer system than Blender", "Blender compares only system and machine: it unpacks the wheel on older systems too, where the import fails. Blender needs glibc 2.28 on Linux (RHEL 8, Debian 10, Ubuntu 20.04), and macOS 11, since Blender 5.3 macOS 13.",
        installation=installs("Blender installs the add-on, and cannot import the library on older systems"),
        message="{library} needs {needed} ({file}), and Blender runs on {has} too, where the import fails",
        hint="bundle a version with a wheel for older systems, or say in the description what is needed",
        variants={"several": ("{library} need {needed} ({file}), and Blender runs on {has} too, where the imports fail", "bundle versions with wheels for older systems, or say in the description what is needed")},
        example={"library": "gears", "needed": "glibc 2.34", "has": "glibc 2.28", "file": "gears-1.0-cp313-cp313-manylinux_2_34_x86_64.whl"},
    ),
    "wheel.python-missing": Code(
        "warning", "a library has no wheel for the Python of some Blenders", "The add-on is offered to these Blenders, or can be installed from a file, and fails when it imports the library. Blender 4.2 to 5.0 have Python 3.11, newer ones 3.13.",
        installation=installs("Blender installs the add-on, and cannot import the library"),
        message=_PYTHON_MISSING["one-newer"][0],
        hint=_PYTHON_MISSING["one-newer"][1],
        variants=_PYTHON_MISSING,
        example={
            "variant": "one-newer", "library": "gears", "libraries": "gears", "python": "3.13", "blenders": "Blender 5.1 and newer",
            "on": " on windows-x64", "wheels": "gears-1.0-cp313-cp313-win_amd64.whl", "bound": "5.1.0",
        },
    ),
    "wheel.platforms-unlisted": Code(
        "warning", "a library has wheels for some platforms only, and the manifest does not say so", "Without a list of platforms the add-on is offered everywhere, and fails where it cannot import the library.",
        installation=installs("Blender installs the add-on, and cannot import the library"),
        message="{library} has wheels for {fits} only, and the manifest lists no platforms",
        hint="add the missing wheels, or a line: {line}",
        variants={"several": ("{library} have wheels for {fits} only, and the manifest lists no platforms", "")},
        example={"library": "gears", "fits": "windows-x64 and linux-x64", "line": 'platforms = ["windows-x64", "linux-x64"]'},
    ),
    "wheel.several-versions": Code(
        "warning", "a library is bundled in several versions", "Blender installs one of them, the highest by its own order, which is not that of Python.",
        installation=installs("Blender installs one of the versions"),
        message="{library} is bundled in the versions {versions} for Python {python}",
        hint="keep the wheels of one version; 'extery wheels add {library}' replaces the others",
        example={"library": "gears", "versions": "1.0 and 1.2", "python": "3.11"},
    ),
    "wheel.shipped": Code(
        "warning", "a library is bundled that Blender ships", "From the next start of Blender on, the bundled library is found before Blender's own, by Blender's scripts and all other add-ons too. Two versions of a compiled library such as numpy do not work together.",
        installation=installs("the library replaces the one that Blender ships"),
        message="{library} {version} is bundled, but Blender ships {shipped}, and the bundled one replaces it for all add-ons",
        hint="remove its wheels: Blender's own is there without them",
        variants={"unknown": ("{library} {version} is bundled, but Blender ships it, and the bundled one replaces it for all add-ons", "")},
        example={"library": "numpy", "version": "2.0.1", "shipped": "1.24.3 (Blender 4.2), 1.26.4 (Blender 4.5, 5.0)"},
    ),
    "wheel.not-listed": Code(
        "warning", "a wheel is packed but not listed", "Blender installs only the wheels that the manifest lists.",
        installation=installs("Blender never installs the wheel"),
        message="{file} is packed, but wheels does not list it: Blender never installs it",
        hint="add {item} to wheels, or leave the file out",
        variants={"several": ("{file} and {more} more are packed, but wheels does not list them: Blender never installs them", "add {item} and the others to wheels, or leave the files out")},
        example={"file": "'wheels/gears-1.0-py3-none-any.whl'", "more": 2, "item": '"./wheels/gears-1.0-py3-none-any.whl"'},
    ),
}  # fmt: skip
