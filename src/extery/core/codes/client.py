"""Codes of the client: targets, repositories, and changes of installed extensions."""

from __future__ import annotations

from extery.core.codes import Code, locks

_FOLDER = "/home/ada/.config/blender/4.2/extensions"

CODES = {
    "install.other-package": Code(
        "error",
        "a package is another one than its listing states",
        "Its id and version are those of its manifest; Blender compares them too.",
        message="the package is {id} {version}, expected was {expected}",
        hint="run 'extery sync' and try again; if it stays, report it to the owner of the repository",
        example={"id": "gear_tool", "version": "1.2.4", "expected": "gear_tool 1.2.3"},
    ),
    "install.too-large": Code(
        "error",
        "a package unpacks to too many bytes",
        "A small archive can unpack to any size and fill the disk.",
        message="the package unpacks to {size}, at most {limit} are allowed",
        hint="report it to the owner of the repository",
        example={"size": "9.1 GB", "limit": "4.0 GB"},
    ),
    "repo.name": Code(
        "error",
        "a name of a repository cannot be used",
        "Blender uses it as the name of a folder and of a Python module.",
        message="{name!r} cannot be the name of a repository",
        hint="give one of letters, digits and underscores that begins with a letter, at most {limit} characters",
        example={"name": "my-tools", "limit": 47},
    ),
    "repo.name-taken": Code(
        "error",
        "a repository of this name exists already",
        "Each repository has a folder of its own, and some systems ignore the case of names.",
        message="there is a repository {name} already ({url})",
        hint="give another one with --name, or remove that one with 'extery repo remove {name}'",
        example={"name": "studio", "url": "https://example.org/index.json"},
    ),
    "repo.unknown": Code(
        "error",
        "there is no repository of this name",
        "Repositories are named as their folders; names are those of 'extery repo list'.",
        message="{target} has no repository {name!r}; it has {known}",
        hint="list them with 'extery repo list', or add one with 'extery repo add URL'",
        example={"name": "studio", "known": "blender_org, user_default", "target": "Blender 4.2"},
    ),
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
    "target.locked": locks.folder_in_use(
        "Two commands that change the same extensions would leave a mixture of both."
    ),
    "target.lock-unusable": locks.lock_unusable(
        "Without a lock, two commands could leave a mixture of both."
    ),
    "target.not-found": Code(
        "error",
        "no Blender is found",
        "The extensions of a Blender are in a folder that it creates when it is started for the first time.",
        message="{folder} has no folder of a Blender with extensions",
        hint="start Blender once, name its version with --blender 4.2, or name a folder of extensions with --dir",
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
    "target.unusable": Code(
        "error",
        "a file or folder of the client cannot be read or written",
        "A command stops before it has changed anything, or the next one completes it.",
        message="{path} cannot be used: {reason}",
        hint="check its permissions and the space on the disk",
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
    "undo.not-kept": Code(
        "error",
        "a replaced extension is not kept any more",
        "Replaced folders are kept for a time, and 'extery gc' removes older ones.",
        message="the folder of {id} {version} is not kept any more",
        hint="install that version again, with 'extery install {id}=={version}'",
        example={"id": "gear_tool", "version": "1.2.3"},
    ),
}
