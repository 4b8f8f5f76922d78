"""Codes of `extery convert`: what cannot be converted, and what a person has to decide about the result."""

from __future__ import annotations

from extery.core.codes import Code

_ERRORS = {
    "convert.not-found": Code(
        "error",
        "there is no file or folder to convert",
        "The path is wrong, or is seen from another folder.",
        message="{path} does not exist",
        hint="name a .py file, a folder, a zip or a .txz package",
        example={"path": "gear_tool.zip"},
    ),
    "convert.no-libcst": Code(
        "error",
        "the library that changes the code is not installed",
        "libcst keeps comments and layout; only this command needs it.",
        message="extery convert needs the library libcst, which is not installed",
        hint="install it: pip install 'extery[convert]'",
    ),
    "convert.unreadable": Code(
        "error",
        "a file of the add-on cannot be read",
        "A result without it would be incomplete.",
        message="{path} cannot be read: {reason}",
        hint="check its permissions, or copy the add-on without it",
        example={"path": "gear_tool/icons.png", "reason": "Permission denied"},
    ),
    "convert.too-large": Code(
        "error",
        "the add-on is larger than any extension",
        "Archives can unpack to more than a disk holds.",
        message="{path} has more than {limit} of files",
        hint="convert the folder of the add-on only, not what is around it",
        variants={
            "files": (
                "{path} has more than {limit} files",
                "convert the folder of the add-on only, not what is around it",
            )
        },
        example={"path": "gear_tool.zip", "limit": "4.0 GB"},
    ),
    "convert.not-tar": Code(
        "error",
        "the archive cannot be unpacked",
        "It is damaged, or another format than its name says.",
        message="{file} is no tar that can be unpacked: {reason}",
        hint="pack the add-on as a zip, or convert its folder",
        example={"file": "gear_tool.txz", "reason": "it is cut off"},
    ),
    "convert.no-add-on": Code(
        "error",
        "the source has no add-on",
        "An add-on is a module or a package that assigns bl_info, or a folder with a manifest.",
        message="no module of {source} assigns bl_info, and there is no manifest",
        hint="name the folder with the add-on's __init__.py; for a new extension use `extery new`",
        variants={
            "empty": (
                "{source} has no Python files",
                "name the folder or the archive with the add-on's code",
            )
        },
        example={"source": "gear_tool"},
    ),
    "convert.several": Code(
        "error",
        "the source has several add-ons",
        "Each becomes an extension of its own.",
        message="there are {count} add-ons: {names}",
        hint="choose one with --add-on NAME, and convert each",
        example={"count": 2, "names": "gear_tool, gear_export.py"},
    ),
    "convert.unknown-add-on": Code(
        "error",
        "the source has no add-on of this name",
        "It can be chosen by the name of its folder or file, or by its path.",
        message="there is no single add-on {name}",
        hint="there are: {names}",
        example={"name": "gears", "names": "gear_tool, gear_export.py"},
    ),
    "convert.exists": Code(
        "error",
        "the destination exists",
        "Nothing that is there is ever replaced.",
        message="{path} exists",
        hint="name a new folder as DESTINATION",
        variants={
            "inside": (
                "{path} is inside of the source, which is not changed",
                "name a folder beside it as DESTINATION",
            )
        },
        example={"path": "gear_tool"},
    ),
    "convert.unwritable": Code(
        "error",
        "the extension cannot be written",
        "The folder cannot be created, or the disk is full. Nothing is left of it.",
        message="{path} cannot be written: {reason}",
        hint="check the permissions of the folder and the free space, or choose another one",
        example={"path": "gear_tool", "reason": "No space left on device"},
    ),
}
_DECISIONS = {
    "convert.guessed": Code(
        "warning",
        "a field of the manifest was guessed",
        "What the add-on says about it leaves more than one possibility.",
        message="{field} = {value} was guessed from {source}",
        hint="check it, and correct it in the manifest or with {option}",
        example={
            "field": "license",
            "value": "SPDX:GPL-3.0-or-later",
            "source": "LICENSE:1",
            "option": "--license",
        },
    ),
    "convert.missing": Code(
        "warning",
        "a field of the manifest has no value in the add-on",
        "The manifest needs it, so a usual value was written.",
        message="{field} = {value} was assumed, since {source}",
        hint="write the right value into the manifest, or give it with {option}",
        example={
            "field": "license",
            "value": "SPDX:GPL-3.0-or-later",
            "source": "no header and no file names a licence",
            "option": "--license",
        },
    ),
    "convert.permission-reason": Code(
        "warning",
        "the reason of a permission was made from the code",
        "Users read it before they install the extension, and only its author knows what the permission is for.",
        message="the code needs the permission {permission}: {name}{more}",
        hint="write in the manifest what for, in place of {reason}",
        example={
            "permission": "network",
            "name": "requests.get",
            "more": " and 2 more uses",
            "reason": "'Connect to api.example.org'",
        },
    ),
    "convert.library": Code(
        "warning",
        "the code imports a library that Blender does not have",
        "Blender installs the wheels that a manifest lists; extensions must not install libraries themselves.",
        message="{module} is neither in Blender nor in the add-on",
        hint="bundle it: extery wheels add {project}, if that is its name on PyPI",
        variants={
            "optional": (
                "{module} is neither in Blender nor in the add-on, and used if it can be imported",
                "bundle it: extery wheels add {project}, if that is its name on PyPI; or remove what uses it",
            )
        },
        example={"module": "PIL", "project": "pillow"},
    ),
    "convert.not-changed": Code(
        "warning",
        "a module could not be read, and was copied as it is",
        "Its imports and names may still be those of the old add-on.",
        message="{file} was copied without changes: {reason}",
        hint="correct it by hand; the code may be for Python 2, or mix tabs and blanks",
        example={"file": "gears/old.py", "reason": "invalid syntax"},
    ),
    "convert.own-path": Code(
        "warning",
        "a path contains the old folder of the add-on",
        "Extensions are in other folders, which differ between users.",
        message="{path} is a path to the old folder of the add-on",
        hint="use os.path.dirname(__file__) for files of the add-on, and bpy.utils.extension_path_user(__package__, create=True) for files that it writes",
        example={"path": "'scripts/addons/gear_tool/presets'"},
    ),
    "convert.own-module": Code(
        "warning",
        "a text is the old name of a module of the add-on",
        "The modules of an extension are bl_ext.REPOSITORY.ID.MODULE, with another repository for each user.",
        message="{module} is the old name of a module of the add-on",
        hint="use f'{{__package__}}.MODULE', or importlib.import_module('.MODULE', __package__)",
        example={"module": "gear_tool.utils"},
    ),
    "convert.addon-utils": Code(
        "warning",
        "the code looks for add-ons by their module or path",
        "The module of an extension is bl_ext.REPOSITORY.ID, and its bl_info is made from the manifest.",
        message="{name} lists add-ons",
        hint="if the code looks for itself, use __package__ and __file__; if for another add-on, compare the end of its name",
        example={"name": "addon_utils.modules"},
    ),
    "convert.updater-left": Code(
        "warning",
        "a self-updater could not be removed",
        "Extensions are updated by Blender and their repository, and must not update themselves.",
        message="{name} is an updater, and is used in a way that could not be removed",
        hint="remove this use, the modules of the updater, and its registration",
        example={"name": "addon_updater_ops"},
    ),
    "convert.bl-info-kept": Code(
        "warning",
        "code reads bl_info, which got another name",
        "Blender deletes bl_info from the module of an extension; its values are now also in the manifest.",
        message="bl_info is read by the code, and is now {name}",
        hint="keep its version equal to that of the manifest, or remove what reads it",
        example={"name": "ADDON_INFO"},
    ),
    "convert.computed": Code(
        "warning",
        "a value of bl_info is computed",
        "The add-on is never run, so only literals and constants are known.",
        message="bl_info[{key}] is computed, and not in the manifest",
        hint="write the value into the manifest",
        example={"key": "'version'"},
    ),
}
CODES = {**_ERRORS, **_DECISIONS}
