"""Codes of the environments with ``bpy`` in which `extery test` runs extensions."""

from __future__ import annotations

from extery.core.codes import Code

CODES = {
    "environment.no-python": Code(
        "error", "the Python of a Blender is missing",
        "Each Blender belongs to one Python, and the module 'bpy' on PyPI has wheels for that Python only.",
        message="Blender {series} needs CPython {python}, which was not found on PATH, in pyenv or in uv",
        hint="install it: 'uv python install {python}', 'pyenv install {python}', or your system's package; or name a Blender with --blender PATH",
        example={"series": "5.3", "python": "3.13"},
    ),
    "environment.failed": Code(
        "error", "an environment could not be made",
        "The environment is made of wheels of the package index of pip or uv. What was there before is unchanged.",
        message="{name} could not be installed: {reason}",
        hint="check the network and pip's settings, then run the command again; or name an installed Blender with --blender PATH",
        variants={
            "import": (
                "{name} was installed, but cannot start: {reason}",
                "install the system libraries that Blender needs, on Debian and Ubuntu: 'apt-get install {libraries}'",
            ),
        },
        example={"name": "Blender 5.3", "reason": "No matching distribution found for bpy==5.3.0"},
    ),
    "environment.no-space": Code(
        "error", "the disk has no space for an environment",
        "An environment with Blender has about a gigabyte.",
        message="{path} has {free} of free space, and Blender needs {needed}",
        hint="make space, or choose another folder with the variable EXTERY_CACHE",
        example={"path": "~/.cache/extery/blenders", "free": "200 MB", "needed": "1.5 GB"},
    ),
    "environment.locked": Code(
        "error", "another process makes the same environment",
        "Two processes do not make the same environment at once.",
        message="another process has been installing {name} for an hour",
        hint="end it, or wait for it, and run the command again",
        example={"name": "Blender 5.3"},
    ),
}  # fmt: skip
