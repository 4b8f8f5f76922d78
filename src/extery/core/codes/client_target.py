"""Codes of the folders of extensions that the client changes."""

from __future__ import annotations

from extery.core.codes import Code, locks

_FOLDER = "/home/ada/.config/blender/4.2/extensions"

CODES = {
    "target.ambiguous": Code(
        "error",
        "several Blenders are found",
        "Each has extensions of its own, so a command has to be for one of them, or for several that are named.",
        message="there are folders of Blender {found}",
        hint="choose with --blender {example}, or several with commas",
        example={"found": "4.2, 5.3", "example": "5.3"},
    ),
    "target.blender-busy": Code(
        "error",
        "Blender is changing the repository",
        "Two programs that change the same extensions would leave a mixture of both.",
        message="Blender is installing or updating extensions at the moment",
        hint="try again when it has finished; if no Blender runs, remove {path}",
        example={
            "path": f"{_FOLDER}/blender_org/.blender_ext/index.lock",
            "holder": "/run/blender_a1b2c3",
        },
    ),
    "target.lock-unusable": locks.lock_unusable(
        "Without a lock, two commands could leave a mixture of both."
    ),
    "target.locked": locks.folder_in_use(
        "Two commands that change the same extensions would leave a mixture of both."
    ),
    "target.not-found": Code(
        "error",
        "no Blender is found",
        "The extensions of a Blender are in a folder that it creates when it is started for the first time.",
        message="no Blender was found: {folder} has no folder of a version from 4.2 on",
        hint="start Blender once, or choose its version, for example with --blender 5.3, or a folder of extensions with --dir",
        example={"folder": "/home/ada/.config/blender"},
    ),
    "target.one-version": Code(
        "error",
        "several versions are given for one folder",
        "A folder of extensions is read by one Blender.",
        message="{folder} is for one Blender, and several versions are given",
        hint="give one version with --blender",
        example={"folder": _FOLDER},
    ),
    "target.several": Code(
        "error",
        "a command is for one Blender, and several are given",
        "A lock file is made of the extensions of one Blender.",
        message="this command is for one Blender, and {targets} are given",
        hint="give one version with --blender",
        example={"targets": "Blender 4.2 and 5.3"},
    ),
    "target.state-damaged": Code(
        "error",
        "a state file of Extery is damaged",
        "It is not replaced, so that nothing of it is lost.",
        message="{path} cannot be read",
        hint="restore it from a backup, or remove it and add the repositories again",
        example={"path": f"{_FOLDER}/.extery/repositories.json"},
    ),
    "target.too-old": Code(
        "error",
        "a Blender has no extensions yet",
        "Extensions came with Blender 4.2; older versions have add-ons only.",
        message="Blender {version} has no extensions, they came with {first}",
        hint="use a newer Blender",
        example={"version": "3.6", "first": "4.2"},
    ),
    "target.unfinished": Code(
        "error",
        "a change was begun and could not be completed",
        "The change is in the journal, so the next command completes it before it does anything else.",
        message="the change was begun and is not complete yet: {reason}",
        hint="cure the reason; then the next command of extery completes it, for example 'extery sync'",
        example={
            "reason": f"{_FOLDER}/.extery/installed.json cannot be used: No space left on device"
        },
    ),
    "target.unusable": Code(
        "error",
        "a file or folder of the client cannot be read or written",
        "A command stops before it has changed anything, or the next one completes it.",
        message="{path} cannot be used: {reason}",
        hint="check its permissions and the space on the disk",
        variants={"missing": ("", "check the path")},
        example={"path": _FOLDER, "reason": "Permission denied"},
    ),
    "target.unwritable": Code(
        "error",
        "the folder of extensions cannot be written",
        "Nothing was changed.",
        message="{path} cannot be written: {reason}",
        hint="check its permissions and the space on the disk",
        example={"path": _FOLDER, "reason": "Permission denied"},
    ),
    "target.version": Code(
        "error",
        "a version of Blender cannot be read",
        "Versions have the form that Blender itself shows.",
        message="{version!r} is not a version of Blender",
        hint="give two or three numbers, such as 4.2 or 4.2.3",
        example={"version": "four"},
    ),
    "target.version-unknown": Code(
        "error",
        "the Blender of a folder is not known",
        "Which packages can be installed depends on the version of Blender.",
        message="it is not known for which Blender {folder} is",
        hint="state its version once, for example with --blender 4.2",
        example={"folder": "/srv/farm/extensions"},
    ),
}
