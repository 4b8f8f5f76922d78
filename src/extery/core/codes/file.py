"""Codes of the files of an extension. `extery check` reports most of them; all commands those that break it for users."""

from __future__ import annotations

from extery.core.codes import Code
from extery.core.installation import installs

_LEAVE_OUT = "leave it out with [build] paths_exclude_pattern"
_LEAVE_THEM_OUT = "leave them out with [build] paths_exclude_pattern"
_IN_A_WHEEL = "put it into a wheel that the manifest lists, and publish its source"
_BUILDABLE = "publish its source, and say how it is built; or do without it"

CODES = {
    "file.nested-archive": Code(
        "warning", "an archive is packed inside the extension",
        "Blender does not unpack it, and its contents cannot be reviewed. It is also a second copy if its files are packed too. The first bytes of a file count, not its name; wheels and documents that are zips inside are no archives.",
        message="{file} is an archive ({format}) inside the extension",
        hint="pack its files themselves, or " + _LEAVE_OUT,
        example={"file": "textures.zip", "format": "zip"},
    ),
    "file.archive-bomb": Code(
        "error", "an archive in the extension unpacks to far more than its size", "Blender does not unpack it, but virus scanners and reviewers do, and it fills their disks. Archives in archives and in wheels count too. Real contents do not compress that well.",
        installation=installs("it can be installed, since Blender does not unpack archives in it"),
        stricter=True,
        message="{file} of {size} unpacks to {unpacked}",
        hint="leave it out, or pack files without empty space in their place",
        variants={"inside": ("{inner} in {file} has {size} and unpacks to {unpacked}", "")},
        example={"file": "wheels/gears-1.0-py3-none-any.whl", "inner": "gears/data.zip", "size": "100 KB", "unpacked": "100 MB"},
    ),
    "file.image-size": Code(
        "error", "an image has more pixels than a computer can open", "The file of an image of one colour has some kilobytes, and a program that opens it needs gigabytes of memory: Blender, file managers that show a preview, and websites. Up to 1,000 million pixels are allowed, twice as many as the largest panoramas.",
        installation=installs("it can be installed, and Blender runs out of memory when it opens the image"),
        stricter=True,
        message="{file} has {width:,} × {height:,} pixels, which take {memory} of memory",
        hint="scale it down, or split it into tiles (UDIM)",
        example={"file": "textures/steel.png", "width": 50_000, "height": 50_000, "memory": "10 GB"},
    ),
    "file.lfs-pointer": Code(
        "warning", "a file is a Git LFS pointer", "Git LFS keeps large files elsewhere. Where they were not downloaded, Git has a text of three lines in their place, and that text is packed.",
        installation=installs("it can be installed, with a text of three lines in place of the file"),
        message="{file} is a Git LFS pointer, not the file that it stands for",
        hint="run 'git lfs pull', then build again",
        variants={"several": ("{file} and {more:,} more are Git LFS pointers, not the files that they stand for", "")},
        example={"file": "textures/steel.png", "more": 3},
    ),
    "file.executable-bit": Code(
        "warning", "a program loses its executable bit", "Blender unpacks all files without it, so on Linux and macOS the program cannot be started. Scripts of Python are started by Blender's Python and need no bit.",
        installation=installs("it can be installed, and its programs cannot be started on Linux and macOS"),
        message="{file} is a program: Blender unpacks it without its executable bit",
        hint="set the bit before it is started: os.chmod(path, 0o755)",
        variants={"several": ("{file} and {more:,} more are programs: Blender unpacks them without their executable bits", "set the bit before they are started: os.chmod(path, 0o755)")},
        example={"file": "bin/convert", "more": 2},
    ),
    "file.native-code": Code(
        "warning", "machine code is packed beside the code", "It cannot be reviewed, and it runs on one system only. The first bytes of a file count, not its name.",
        message="{file} is a compiled library ({format}), which cannot be reviewed",
        hint=_IN_A_WHEEL,
        variants={
            "library": ("", ""),
            "library-several": ("{file} and {more:,} more are compiled libraries ({format}), which cannot be reviewed", "put them into wheels that the manifest lists, and publish their source"),
            "program": ("{file} is a compiled program ({format}), which cannot be reviewed", _BUILDABLE),
            "program-several": ("{file} and {more:,} more are compiled programs ({format}), which cannot be reviewed", "publish their source, and say how they are built; or do without them"),
        },
        example={"file": "lib/gears.so", "format": "ELF", "more": 2},
    ),
    "file.bytecode": Code(
        "warning", "compiled Python is packed", "It works in one version of Python only and cannot be reviewed; Blender compiles the source itself.",
        message="{file} is compiled Python",
        hint="pack its source, and " + _LEAVE_OUT,
        variants={"several": ("{file} and {more:,} more are compiled Python", "pack their source, and " + _LEAVE_THEM_OUT)},
        example={"file": "gears.pyc", "more": 2},
    ),
    "file.large": Code(
        "warning", "a file makes the package large", "Every user downloads it again with each version. extensions.blender.org takes packages of up to 200 MB.",
        message="{file} takes {size}, {share} % of the package",
        variants={"folder": ("{file} takes about {size} of the package, {share} % of it", "")},
        hint="make it smaller (compress images, remove what is not used), or " + _LEAVE_OUT,
        example={"file": "assets/gears.blend", "size": "48 MB", "share": 91},
    ),
    "file.redundant": Code(
        "warning", "a working file is packed", "Backups and the layered sources of images are of no use in Blender, and every user downloads them. A file whose name the code contains is not reported.",
        message="{file} is a working file of an editor, and no code uses it",
        hint="leave it out: add '{pattern}' to [build] paths_exclude_pattern",
        variants={
            "image": ("{file} is the source of an image, and no code uses it", ""),
            "image-several": ("{file} and {more:,} more are sources of images, and no code uses them", "leave them out: add '{pattern}' to [build] paths_exclude_pattern"),
            "backup": ("{file} is a backup or a left-over of an editor", ""),
            "backup-several": ("{file} and {more:,} more are backups or left-overs of an editor", "leave them out: add '{pattern}' to [build] paths_exclude_pattern"),
        },
        example={"file": "icons/gear.psd", "more": 2, "pattern": "*.psd"},
    ),
    "file.duplicate": Code(
        "warning", "a large file is packed twice", "A zip stores each copy, so every user downloads it twice.",
        message="{file} is a copy of {other}, {size} more",
        hint="keep one of them, and use it in both places",
        variants={"several": ("{other} is packed {copies} more times, {size} more, the first copy is {file}", "keep one of them, and use it in all places")},
        example={"file": "presets/steel.hdr", "other": "textures/steel.hdr", "size": "2 MB", "copies": 3},
    ),
    "file.requirements": Code(
        "warning", "a required library is not packed", "Blender never reads requirements.txt. The add-on works where the library happens to be installed, and fails everywhere else.",
        message="requirements.txt names {name}, which {module} imports, and no wheel contains it",
        hint="list its wheels in the manifest: 'extery wheels add {name}' downloads them",
        variants={"several": ("requirements.txt names {name}, which {module} imports, and {more:,} more, and no wheel contains them", "list their wheels in the manifest: 'extery wheels add' downloads them")},
        example={"name": "shapely", "module": "__init__.py", "more": 2},
    ),
}  # fmt: skip
